import { Injectable } from '@nestjs/common';
import { hostOf, isLocalHost } from '../../common/net/host';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { RpcMethod } from '../../rpc/rpc-method';
import { ModelsListParams } from '../agents.dto';
import { ModelFactsService } from './facts/model-facts.service';
import { thinkingChoices } from './thinking-choices';
import { ModelRegistry } from './model-registry.service';

/** What became of reading one provider's list. */
interface ReadList {
  provider: string;
  /** Models that it names. */
  models: number;
  /** Milliseconds since 1970. */
  readAt?: number;
  error?: string;
}

const isOnThisMachine = (baseUrl: string): boolean => URL.canParse(baseUrl) && isLocalHost(hostOf(new URL(baseUrl)));

/** Models that can be used, with what is known of them. */
@Injectable()
export class ModelsListRpc {
  constructor(
    private readonly models: ModelRegistry,
    private readonly facts: ModelFactsService,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'models.list',
    scope: 'operator.read',
    params: ModelsListParams,
    summary: 'Models that can be used now; `refresh` asks their providers first.',
  })
  async list({ provider, refresh, agentId }: ModelsListParams): Promise<{ models: unknown[]; lists?: ReadList[] }> {
    const isWanted = (model: { provider: string }): boolean => provider === undefined || model.provider === provider;
    const { config } = this.config;
    const standard = this.standardOf(agentId ?? defaultAgentId(config));
    const lists = refresh === true ? await this.refresh(isWanted) : undefined;
    const models = this.models
      .list()
      .filter(isWanted)
      .map(({ id, name, provider: of, contextWindow, maxTokens, reasoning, input, cost, baseUrl }) => {
        const { createdAt } = this.facts.of(baseUrl, id) ?? {};
        const { thinkingLevels, thinkingDefault } = thinkingChoices({ reasoning }, config);
        return {
          ...{ id, name, provider: of, contextWindow, maxTokens, reasoning, input, cost },
          tags: `${of}/${id}` === standard ? ['default'] : [],
          thinkingLevels,
          thinkingDefault,
          ...(createdAt === undefined ? {} : { createdAt }),
          ...(isOnThisMachine(baseUrl) ? { local: true } : {}),
          available: true,
        };
      });
    return { models, ...(lists ? { lists } : {}) };
  }

  /** Model that an agent has where nothing else is chosen; undefined where that one is not known. */
  private standardOf(agentId: string): string | undefined {
    try {
      const { provider, id } = this.models.resolve(agentId).info;
      return `${provider}/${id}`;
    } catch {
      return undefined;
    }
  }

  private async refresh(isWanted: (model: { provider: string }) => boolean): Promise<ReadList[]> {
    const known = this.models.list();
    return Promise.all(
      this.models
        .places()
        .filter(isWanted)
        .map(async (place): Promise<ReadList> => {
          const { provider, baseUrl } = place;
          const ids = known.filter((model) => model.provider === provider).map(({ id }) => id);
          const { models, error } = await this.facts.refresh(place, ids);
          const readAt = this.facts.listed(baseUrl)?.at;
          return { provider, models, ...(readAt === undefined ? {} : { readAt }), ...(error ? { error } : {}) };
        }),
    );
  }
}
