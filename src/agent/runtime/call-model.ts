import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import type { ProviderFacts } from '../../common/content-parts';
import type { AssistantPart, Usage } from '../../sessions/transcript-event';
import { classifyModelError } from '../providers/classify-model-error';
import { ModelError } from '../providers/model-error';
import type { ModelInfo } from '../providers/model-registry.service';

/** No part of an answer for this long means that the provider has stalled. */
export const STALL_TIMEOUT_MS = 90_000;

export interface ModelOutput {
  content: AssistantPart[];
  usage: Usage;
  finishReason: 'stop' | 'length' | 'toolUse' | 'content_filter' | 'other';
  responseId?: string;
}

export interface ModelSink {
  text(delta: string): void;
  thinking(delta: string): void;
  /** Headers of the provider's answer, before its first part. */
  headers?(headers: Readonly<Record<string, string>>): void;
}

/** A call failed; tells whether anything had reached the sink before. */
export class ModelCallError extends Error {
  constructor(
    override readonly cause: ModelError,
    readonly outputDelivered: boolean,
    /** What had arrived until then. */
    readonly partial: AssistantPart[],
  ) {
    super(cause.message);
  }
}

/**
 * One streamed call of a model: no tools are run, nothing is retried.
 * @throws ModelCallError for every failure but an abort of the caller
 */
export async function callModel(
  model: LanguageModelV3,
  info: ModelInfo,
  options: LanguageModelV3CallOptions & { abortSignal: AbortSignal },
  sink: ModelSink,
  stallTimeoutMs = STALL_TIMEOUT_MS,
): Promise<ModelOutput> {
  const collector = new OutputCollector(info, sink);
  const stalled = new AbortController();
  const abortSignal = AbortSignal.any([options.abortSignal, stalled.signal]);
  const watchdog = setTimeout(() => stalled.abort(), stallTimeoutMs);
  try {
    const { stream, response } = await raceAbort(model.doStream({ ...options, abortSignal }), abortSignal);
    if (response?.headers) sink.headers?.(response.headers);
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await raceAbort(reader.read(), abortSignal);
        if (done) break;
        watchdog.refresh();
        collector.add(value);
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
    return collector.finish();
  } catch (error) {
    if (options.abortSignal.aborted) throw new ModelAbortedError(collector.partial());
    const cause = stalled.signal.aborted
      ? new ModelError('timeout', `${info.provider}/${info.id} sent nothing for ${Math.round(stallTimeoutMs / 1000)} s`)
      : classifyModelError(error, `${info.provider}/${info.id}`);
    throw new ModelCallError(cause, collector.delivered, collector.partial());
  } finally {
    clearTimeout(watchdog);
  }
}

/** The caller stopped the turn; carries what had arrived. */
export class ModelAbortedError extends Error {
  constructor(readonly partial: AssistantPart[]) {
    super('the turn was stopped');
  }
}

/** Some streams do not notice an abort while they wait; this does. */
function raceAbort<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error instanceof Error ? error : new Error(String(error), { cause: error }));
      },
    );
  });
}

class OutputCollector {
  private readonly content: AssistantPart[] = [];
  private readonly open = new Map<string, AssistantPart>();
  private usage: LanguageModelV3Usage | undefined;
  private finishReason: ModelOutput['finishReason'] | undefined;
  private responseId: string | undefined;
  private toolCalls = 0;
  delivered = false;

  constructor(
    private readonly info: ModelInfo,
    private readonly sink: ModelSink,
  ) {}

  add(part: LanguageModelV3StreamPart): void {
    switch (part.type) {
      case 'text-start':
        this.start(part.id, { type: 'text', text: '', origin: 'assistant', ...facts(part.providerMetadata) });
        break;
      case 'text-delta': {
        const open = this.open.get(part.id) ?? this.start(part.id, { type: 'text', text: '', origin: 'assistant' });
        if (open.type === 'text') open.text += part.delta;
        if (part.delta !== '') {
          this.delivered = true;
          this.sink.text(part.delta);
        }
        break;
      }
      case 'reasoning-start':
        this.start(part.id, { type: 'thinking', thinking: '', ...facts(part.providerMetadata) });
        break;
      case 'reasoning-delta': {
        const open = this.open.get(part.id) ?? this.start(part.id, { type: 'thinking', thinking: '' });
        if (open.type === 'thinking') open.thinking += part.delta;
        this.addFacts(open, part.providerMetadata);
        this.sink.thinking(part.delta);
        break;
      }
      case 'text-end':
      case 'reasoning-end':
        this.addFacts(this.open.get(part.id), part.providerMetadata);
        this.open.delete(part.id);
        break;
      case 'tool-call':
        this.content.push({
          type: 'toolCall',
          id: part.toolCallId || `call_${++this.toolCalls}`,
          name: part.toolName,
          arguments: parseArguments(part.input),
          ...facts(part.providerMetadata),
        });
        break;
      case 'response-metadata':
        this.responseId = part.id ?? this.responseId;
        break;
      case 'finish':
        this.usage = part.usage;
        this.finishReason = finishOf(part.finishReason);
        break;
      case 'error':
        throw part.error instanceof Error
          ? part.error
          : new Error(describeErrorPart(part.error), { cause: part.error });
      default:
        break;
    }
  }

  partial(): AssistantPart[] {
    return this.content.filter((part) => part.type === 'text' && part.text !== '');
  }

  finish(): ModelOutput {
    const content = this.content.filter(
      (part) =>
        !(part.type === 'text' && part.text === '') &&
        !(part.type === 'thinking' && part.thinking === '' && !part.facts),
    );
    if (this.finishReason === undefined) {
      throw new ModelError('network', `the answer of ${this.info.provider}/${this.info.id} was cut off`);
    }
    if (content.length === 0 && this.finishReason !== 'content_filter') {
      throw new ModelError('malformed', `${this.info.provider}/${this.info.id} sent an empty answer`);
    }
    if (content.length === 0)
      throw new ModelError(
        'content_filter',
        `${this.info.provider}/${this.info.id} declined to answer because of its content rules`,
      );
    const called = content.some((part) => part.type === 'toolCall');
    return {
      content,
      usage: usageOf(this.usage, this.info),
      finishReason: called ? 'toolUse' : this.finishReason,
      ...(this.responseId ? { responseId: this.responseId } : {}),
    };
  }

  private start(id: string, part: AssistantPart): AssistantPart {
    this.open.set(id, part);
    this.content.push(part);
    return part;
  }

  private addFacts(part: AssistantPart | undefined, metadata: unknown): void {
    if (part && metadata) part.facts = { ...part.facts, ...(metadata as ProviderFacts) };
  }
}

const facts = (metadata: unknown): { facts?: ProviderFacts } => (metadata ? { facts: metadata as ProviderFacts } : {});

function parseArguments(input: string): Record<string, unknown> {
  if (input.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: the tool's own check tells the model what was wrong.
  }
  return { $malformed: input };
}

/** A stream that ends without a reason of its own was cut off. */
function finishOf(reason: { unified: string; raw: string | undefined }): ModelOutput['finishReason'] | undefined {
  switch (reason.unified) {
    case 'stop':
      return 'stop';
    case 'length':
      return 'length';
    case 'tool-calls':
      return 'toolUse';
    case 'content-filter':
      return 'content_filter';
    default:
      return reason.raw === undefined ? undefined : 'other';
  }
}

function describeErrorPart(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, type } = (error ?? {}) as { message?: unknown; type?: unknown };
  return [type, message].filter((text) => typeof text === 'string').join(': ') || JSON.stringify(error);
}

export function usageOf(usage: LanguageModelV3Usage | undefined, info: ModelInfo): Usage {
  const cacheRead = usage?.inputTokens.cacheRead ?? 0;
  const cacheWrite = usage?.inputTokens.cacheWrite ?? 0;
  const input = usage?.inputTokens.noCache ?? Math.max(0, (usage?.inputTokens.total ?? 0) - cacheRead - cacheWrite);
  const output = usage?.outputTokens.total ?? 0;
  const price = (tokens: number, perMillion: number): number => (tokens * perMillion) / 1_000_000;
  const cost = {
    input: price(input, info.cost.input),
    output: price(output, info.cost.output),
    cacheRead: price(cacheRead, info.cost.cacheRead),
    cacheWrite: price(cacheWrite, info.cost.cacheWrite),
  };
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    totalTokens: input + output + cacheRead + cacheWrite,
    cost: { ...cost, total: cost.input + cost.output + cost.cacheRead + cost.cacheWrite },
  };
}
