import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import type { LocalServer } from './local-servers';
import { MODEL_CATALOG } from './model-catalog';
import { ModelRegistry } from './model-registry.service';

/** A provider that the gateway knows by name. */
interface KnownProvider {
  id: string;
  name: string;
  baseUrl: string;
  /** How its keys begin, where no other's do. */
  keyMarks: readonly string[];
  defaultModel: string;
  models: { id: string; name: string }[];
  /** It has a key already, in the configuration or the environment. */
  hasKey: boolean;
}

/** What could be used, whether or not there is a key for it. */
@Injectable()
export class ModelsCatalogRpc {
  constructor(private readonly models: ModelRegistry) {}

  @RpcMethod({
    name: 'models.catalog',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Providers that are known by name with their models, for choosing one before there is a key.',
  })
  list(): { providers: KnownProvider[] } {
    return {
      providers: MODEL_CATALOG.map(({ id, name, keyMarks, defaultModel, models }) => {
        const { baseUrl, apiKey } = this.models.lookup(`${id}/${defaultModel}`);
        return {
          id,
          name,
          baseUrl,
          keyMarks,
          defaultModel,
          models: models.map((model) => ({ id: model.id, name: model.name })),
          hasKey: apiKey !== undefined,
        };
      }),
    };
  }

  @RpcMethod({
    name: 'models.local',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'Servers with models that answer on the machine of the gateway now, such as Ollama or LM Studio.',
  })
  async local(): Promise<{ servers: LocalServer[] }> {
    return { servers: await this.models.lookForLocalServers() };
  }
}
