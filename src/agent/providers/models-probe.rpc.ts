import { Injectable } from '@nestjs/common';
import { Redactor } from '../../common/redactor';
import { Int, OneOf, Opt, Text } from '../../common/validation/fields';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { MODEL_CATALOG } from './model-catalog';
import { ModelError } from './model-error';
import type { ModelInfo } from './model-info';
import { ModelRegistry } from './model-registry.service';
import { MODEL_APIS, type ModelApi } from './models.config';
import { type ModelVerdict, tryModel } from './try-model';

const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_TIMEOUT_MS = 60_000;

export class ModelsProbeParams {
  /** `provider/model` or an alias; without it the usual model of whoever issued the key. */
  @Opt() @Text({ max: 200 }) model?: string;
  /** Tried instead of the configured one; it is not kept. */
  @Opt() @Text({ max: 4096 }) apiKey?: string;
  @Opt() @Text({ max: 2048 }) baseUrl?: string;
  @Opt() @OneOf(MODEL_APIS) api?: ModelApi;
  @Opt() @Int({ min: 1000, max: MAX_TIMEOUT_MS }) timeoutMs?: number;
}

/** One short real call, so that a key can be tried before it is kept. */
@Injectable()
export class ModelsProbeRpc {
  constructor(
    private readonly models: ModelRegistry,
    private readonly redactor: Redactor,
  ) {}

  @RpcMethod({
    name: 'models.probe',
    scope: 'operator.admin',
    params: ModelsProbeParams,
    summary:
      'Asks a model for one word, with the key that is configured or with one that is only tried. Costs a few tokens.',
  })
  probe({ timeoutMs = DEFAULT_TIMEOUT_MS, ...wanted }: ModelsProbeParams): Promise<ModelVerdict> {
    return tryModel(this.candidate(wanted), timeoutMs, this.redactor);
  }

  private candidate({ model, apiKey, baseUrl, api }: Omit<ModelsProbeParams, 'timeoutMs'>): ModelInfo {
    this.redactor.addSecret(apiKey);
    if (baseUrl !== undefined && !URL.canParse(baseUrl))
      throw invalidRequest(`invalid models.probe params: baseUrl is not an address: "${baseUrl}"`);
    const issuer = apiKey === undefined ? undefined : issuerOf(apiKey);
    if (model === undefined && issuer === undefined)
      throw invalidRequest(
        'invalid models.probe params: model is needed: the key does not show whose it is; write provider/model',
        { details: { code: 'PROVIDER_UNKNOWN' } },
      );
    try {
      const info = this.models.lookup(model ?? `${issuer?.id}/${issuer?.defaultModel}`);
      const isElsewhere = baseUrl !== undefined && !isSameAddress(baseUrl, info.baseUrl);
      if (isElsewhere && apiKey === undefined && (info.apiKey !== undefined || Object.keys(info.headers).length > 0))
        throw invalidRequest(
          `invalid models.probe params: apiKey is needed: what is configured for ${info.provider} goes to ${info.baseUrl} only, not to ${baseUrl}`,
        );
      // What is configured for one place is not shown to another.
      const { profile: _profile, pinnedProfile: _pinned, ...bare } = info;
      return {
        ...(isElsewhere ? { ...bare, headers: {} } : info),
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(baseUrl === undefined ? {} : { baseUrl }),
        ...(api === undefined ? {} : { api }),
      };
    } catch (error) {
      if (error instanceof ModelError) throw invalidRequest(`invalid models.probe params: model: ${error.message}`);
      throw error;
    }
  }
}

const isSameAddress = (a: string, b: string): boolean =>
  URL.canParse(b) && new URL(a).href.replace(/\/+$/, '') === new URL(b).href.replace(/\/+$/, '');

/** Providers mark their keys at the beginning; the longest mark decides. */
function issuerOf(key: string): (typeof MODEL_CATALOG)[number] | undefined {
  const marks = MODEL_CATALOG.flatMap((provider) => provider.keyMarks.map((mark) => ({ provider, mark })));
  return marks
    .filter(({ mark }) => key.startsWith(mark))
    .sort((a, b) => b.mark.length - a.mark.length)
    .at(0)?.provider;
}
