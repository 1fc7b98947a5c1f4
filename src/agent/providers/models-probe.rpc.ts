import { Injectable } from '@nestjs/common';
import { Redactor } from '../../common/redactor';
import { Int, OneOf, Opt, Text } from '../../common/validation/fields';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ModelCallError, callModel } from '../runtime/call-model';
import { MODEL_CATALOG } from './model-catalog';
import { EmptyAnswerError, ModelError, type ModelErrorKind } from './model-error';
import { type ModelInfo, ModelRegistry } from './model-registry.service';
import { MODEL_APIS, type ModelApi } from './models.config';
import { openModel } from './open-model';

const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_TIMEOUT_MS = 60_000;
/** Enough for models that think before the first word. */
const MAX_OUTPUT = 64;

export class ModelsProbeParams {
  /** `provider/model` or an alias; without it the usual model of whoever issued the key. */
  @Opt() @Text({ max: 200 }) model?: string;
  /** Tried instead of the configured one; it is not kept. */
  @Opt() @Text({ max: 4096 }) apiKey?: string;
  @Opt() @Text({ max: 2048 }) baseUrl?: string;
  @Opt() @OneOf(MODEL_APIS) api?: ModelApi;
  @Opt() @Int({ min: 1000, max: MAX_TIMEOUT_MS }) timeoutMs?: number;
}

interface Verdict {
  ok: boolean;
  model: string;
  provider: string;
  /** Milliseconds until the answer was complete, or until the refusal. */
  ms: number;
  error?: { kind: ModelErrorKind; message: string };
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
  async probe({ timeoutMs = DEFAULT_TIMEOUT_MS, ...wanted }: ModelsProbeParams): Promise<Verdict> {
    const info = this.candidate(wanted);
    const since = performance.now();
    const of = { model: `${info.provider}/${info.id}`, provider: info.provider };
    const ms = (): number => Math.round(performance.now() - since);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeoutMs);
    try {
      const model = await openModel(info);
      const prompt = [
        { role: 'user' as const, content: [{ type: 'text' as const, text: 'Answer with the word: ready' }] },
      ];
      const silent = { text: () => undefined, thinking: () => undefined };
      await callModel(model, info, { prompt, maxOutputTokens: MAX_OUTPUT, abortSignal: stop.signal }, silent);
      return { ok: true, ...of, ms: ms() };
    } catch (error) {
      // It was let in, and thought longer than there was room for.
      if (error instanceof ModelCallError && error.cause instanceof EmptyAnswerError)
        return { ok: true, ...of, ms: ms() };
      return { ok: false, ...of, ms: ms(), error: this.errorOf(error, stop.signal.aborted, timeoutMs) };
    } finally {
      clearTimeout(timer);
    }
  }

  private candidate({ model, apiKey, baseUrl, api }: Omit<ModelsProbeParams, 'timeoutMs'>): ModelInfo {
    this.redactor.addSecret(apiKey);
    if (baseUrl !== undefined && !URL.canParse(baseUrl))
      throw invalidRequest(`invalid models.probe params: baseUrl is no address: "${baseUrl}"`);
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

  private errorOf(error: unknown, wasStopped: boolean, timeoutMs: number): { kind: ModelErrorKind; message: string } {
    if (wasStopped) return { kind: 'timeout', message: `no answer within ${Math.round(timeoutMs / 1000)} s` };
    const cause = error instanceof ModelCallError ? error.cause : error;
    if (cause instanceof ModelError) return { kind: cause.kind, message: this.redactor.redact(cause.message) };
    throw error;
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
