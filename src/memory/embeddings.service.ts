import { Injectable } from '@nestjs/common';
import { originOf } from '../common/net/origin';
import { isPlainObject } from '../common/plain-object';
import { sleep } from '../common/sleep';
import { ConfigService } from '../config/config.service';
import { findAgent } from '../config/agent-entries';
import { ToolError } from '../tools/agent-tool';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { UsageService } from '../usage/usage.service';

export const EMBEDDING_PROVIDERS = ['openai', 'gemini', 'ollama'] as const;
export type EmbeddingProvider = (typeof EMBEDDING_PROVIDERS)[number];

export interface EmbeddingModel {
  provider: EmbeddingProvider;
  model: string;
  baseUrl: string;
  /** The operator wrote the address: it may be private. */
  isOwnAddress: boolean;
  apiKey?: string;
  headers: Record<string, string>;
}

const DEFAULTS: Readonly<Record<EmbeddingProvider, { model: string; baseUrl: string; perMillion: number }>> = {
  openai: { model: 'text-embedding-3-small', baseUrl: 'https://api.openai.com/v1', perMillion: 0.02 },
  gemini: {
    model: 'gemini-embedding-001',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    perMillion: 0.15,
  },
  ollama: { model: 'nomic-embed-text', baseUrl: 'http://127.0.0.1:11434', perMillion: 0 },
};
const BATCH = 64;
/** Characters of a batch: far below what any server takes in one request. */
const BATCH_CHARS = 100_000;
/** Answers that say something about what was sent, not about the key or the server. */
const REFUSALS: readonly number[] = [400, 413, 422];
/** So many refusals without one text taken are looked into, with a text that nobody refuses. */
const DOUBTFUL = 3;
const HARMLESS = 'tea';
const TIMEOUT_MS = 60_000;
const MAX_BYTES = 32 * 1024 * 1024;
const RETRY_MS = [500, 2000, 8000] as const;

/** Texts into vectors, by the configured provider. */
@Injectable()
export class Embeddings {
  /** Items that a server takes at once, where it is fewer than usual. */
  private readonly largest = new Map<string, number>();

  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
    private readonly usage: UsageService,
  ) {}

  /** The model of an agent, or why there is none. */
  modelOf(agentId: string): EmbeddingModel | string {
    const { config, env } = this.config;
    const settings = { ...config.agents?.defaults?.memorySearch, ...findAgent(config, agentId)?.memorySearch };
    const remote = settings.remote ?? {};
    const keys: Record<EmbeddingProvider, string | undefined> = {
      openai: env.get('OPENAI_API_KEY'),
      gemini: env.get('GEMINI_API_KEY') ?? env.get('GOOGLE_API_KEY'),
      ollama: undefined,
    };
    const wanted = settings.provider ?? 'auto';
    if (wanted === 'none') return 'agents.defaults.memorySearch.provider is "none"';
    if (wanted === 'local') return 'there is no built-in model file; use openai, gemini or ollama';
    const provider =
      wanted === 'auto'
        ? EMBEDDING_PROVIDERS.find((known) => keys[known] !== undefined)
        : EMBEDDING_PROVIDERS.find((known) => known === wanted);
    if (!provider)
      return wanted === 'auto'
        ? 'no embedding provider: a key of OpenAI or Gemini, or agents.defaults.memorySearch.provider "ollama", would add search by meaning'
        : `"${wanted}" is no embedding provider; use ${EMBEDDING_PROVIDERS.join(', ')}`;
    const own = typeof remote['baseUrl'] === 'string' ? remote['baseUrl'].replace(/\/$/, '') : undefined;
    const apiKey = typeof remote['apiKey'] === 'string' ? remote['apiKey'] : keys[provider];
    if (provider !== 'ollama' && apiKey === undefined) return `${provider} has no key (memorySearch.remote.apiKey)`;
    const headers = isPlainObject(remote['headers']) ? remote['headers'] : {};
    return {
      provider,
      model: settings.model ?? DEFAULTS[provider].model,
      baseUrl: own ?? DEFAULTS[provider].baseUrl,
      isOwnAddress: own !== undefined || provider === 'ollama',
      ...(apiKey === undefined ? {} : { apiKey }),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    };
  }

  /** The vector of one text. @throws ToolError upstream_error, timeout, denied_by_policy when a budget is used up */
  async embed(model: EmbeddingModel, text: string, agentId: string): Promise<Float32Array | undefined> {
    return (await this.batch(model, [text], agentId))[0];
  }

  /**
   * Vectors of many texts, handed over as they come; what the server refuses is handed over without one, and the rest goes
   * on. A batch that is refused is halved, so limits of its items and of its size are found out.
   * @throws ToolError as above, and when the server takes nothing at all; what was handed over stays
   */
  async embedAll<T extends { text: string }>(
    model: EmbeddingModel,
    items: readonly T[],
    agentId: string,
    take: (items: readonly { item: T; vector?: Float32Array }[]) => void,
  ): Promise<void> {
    const waiting = batchesOf(items, this.largest.get(nameOf(model)) ?? BATCH).reverse();
    // Refused before anything was taken: a wrong model or key can look the same.
    let doubtful: T[] = [];
    let [isSure, hasRefused] = [false, false];
    const settle = (): void => {
      isSure = true;
      take(doubtful.map((item) => ({ item })));
      doubtful = [];
    };
    for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
      try {
        const texts = batch.map(({ text }) => text);
        const vectors = await this.batch(model, texts, agentId);
        settle();
        take(batch.flatMap((item, index) => (vectors[index] ? [{ item, vector: vectors[index] }] : [{ item }])));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (batch.length === 1) {
          hasRefused = true;
          doubtful.push(...batch);
          if (!isSure && doubtful.length === DOUBTFUL) await this.embed(model, HARMLESS, agentId);
          if (isSure || doubtful.length === DOUBTFUL) settle();
          continue;
        }
        const half = Math.ceil(batch.length / 2);
        waiting.push(batch.slice(half), batch.slice(0, half));
        this.largest.set(nameOf(model), half);
      }
    }
    if (doubtful.length > 0) {
      await this.embed(model, HARMLESS, agentId);
      settle();
    }
    // Small batches were for a text that was refused, or are what the server takes.
    if (hasRefused) this.largest.delete(nameOf(model));
  }

  private async batch(model: EmbeddingModel, texts: readonly string[], agentId: string): Promise<Float32Array[]> {
    const tokens = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 3.5);
    const isStandard = model.model === DEFAULTS[model.provider].model;
    const price = {
      input: isStandard ? DEFAULTS[model.provider].perMillion : 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: 0,
    };
    const reservation = await this.usage.reserve({
      account: { purpose: 'memory', agentId },
      provider: model.provider,
      model: model.model,
      price,
      inputTokens: tokens,
      outputTokens: 0,
      needsOutput: false,
    });
    try {
      const vectors = await this.withRetries(() => this.request(model, texts));
      await this.usage.settle(reservation, { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0 });
      return vectors;
    } catch (error) {
      await this.usage.release(reservation);
      throw error;
    }
  }

  private async withRetries<T>(attempt: () => Promise<T>): Promise<T> {
    for (let attempts = 0; ; attempts++) {
      try {
        return await attempt();
      } catch (error) {
        const delayMs = RETRY_MS[attempts];
        const isFinal = error instanceof ToolError && error.details?.['retryable'] === false;
        if (isFinal || delayMs === undefined) throw error;
        await sleep(delayMs);
      }
    }
  }

  private async request(model: EmbeddingModel, texts: readonly string[]): Promise<Float32Array[]> {
    const { path, headers, body } = requestFor(model, texts);
    const url = `${model.baseUrl}${path}`;
    const response = await this.http.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...model.headers },
      body: JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
      trustedOrigins: model.isOwnAddress ? [originOf(url) ?? ''] : [],
    });
    if (response.status !== 200)
      throw new ToolError('upstream_error', `${model.provider} answered with status ${response.status}`, {
        retryable: response.status === 429 || response.status >= 500,
        refused: REFUSALS.includes(response.status),
      });
    const vectors = vectorsIn(model.provider, JSON.parse(response.body.toString('utf8')) as unknown);
    if (vectors.length !== texts.length)
      throw new ToolError(
        'upstream_error',
        `${model.provider} gave ${vectors.length} vectors for ${texts.length} texts`,
        {
          retryable: false,
          refused: true,
        },
      );
    return vectors;
  }
}

const nameOf = ({ baseUrl, model }: EmbeddingModel): string => `${baseUrl} ${model}`;

const isRefusal = (error: unknown): boolean => error instanceof ToolError && error.details?.['refused'] === true;

function batchesOf<T extends { text: string }>(items: readonly T[], most: number): T[][] {
  const batches: T[][] = [];
  let chars = 0;
  for (const item of items) {
    const last = batches.at(-1);
    chars += item.text.length;
    if (last && last.length < most && chars <= BATCH_CHARS) last.push(item);
    else {
      batches.push([item]);
      chars = item.text.length;
    }
  }
  return batches;
}

function requestFor(
  { provider, model, apiKey }: EmbeddingModel,
  texts: readonly string[],
): { path: string; headers: Record<string, string>; body: unknown } {
  switch (provider) {
    case 'openai':
      return {
        path: '/embeddings',
        headers: { authorization: `Bearer ${apiKey ?? ''}` },
        body: { model, input: texts },
      };
    case 'gemini':
      return {
        path: `/models/${model}:batchEmbedContents`,
        headers: { 'x-goog-api-key': apiKey ?? '' },
        body: { requests: texts.map((text) => ({ model: `models/${model}`, content: { parts: [{ text }] } })) },
      };
    case 'ollama':
      return { path: '/api/embed', headers: {}, body: { model, input: texts } };
  }
}

function vectorsIn(provider: EmbeddingProvider, answer: unknown): Float32Array[] {
  const body = isPlainObject(answer) ? answer : {};
  const list = body[provider === 'openai' ? 'data' : 'embeddings'];
  if (!Array.isArray(list)) return [];
  const ordered =
    provider === 'openai'
      ? [...(list as { index?: number }[])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0))
      : (list as unknown[]);
  return ordered.map((entry) => {
    const values = Array.isArray(entry)
      ? (entry as unknown[])
      : isPlainObject(entry)
        ? (entry[provider === 'openai' ? 'embedding' : 'values'] as unknown[])
        : [];
    return Float32Array.from(values as number[]);
  });
}
