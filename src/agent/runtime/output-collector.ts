import { randomUUID } from 'node:crypto';
import type { LanguageModelV3GenerateResult, LanguageModelV3StreamPart, LanguageModelV3Usage } from '@ai-sdk/provider';
import type { ProviderFacts } from '../../common/content-parts';
import { MODEL_FAILURES } from '../../common/model-failures';
import { isPlainObject } from '../../common/plain-object';
import type { AssistantPart, Usage } from '../../sessions/transcript-event';
import type { FittedTools, SetAside } from '../dialects/fit-tools';
import { EmptyAnswerError, ModelError } from '../providers/model-error';
import type { ModelInfo } from '../providers/model-info';
import { REASONING_DETAILS } from '../providers/reasoning-details';
import { parseArguments } from './call-arguments';
import { callsInText } from './text-calls';
import { type TaggedPiece, ThoughtTags } from './thought-tags';

export interface ModelOutput {
  content: AssistantPart[];
  usage: Usage;
  finishReason: 'stop' | 'length' | 'toolUse' | 'content_filter' | 'other';
  responseId?: string;
}

export interface ModelSink {
  text(delta: string): void;
  thinking(delta: string): void;
  /** All text so far turned out to be thought. */
  retract?(): void;
  /** Headers of the provider's answer, before its first part. */
  headers?(headers: Readonly<Record<string, string>>): void;
  /** Tools that could not be made acceptable to the provider, and went without. */
  setAside?(tools: readonly SetAside[]): void;
}

/** A text that a stream is in the middle of, and what stands in it as thought. */
interface OpenText {
  tags: ThoughtTags;
  facts: { facts?: ProviderFacts };
}

type Text = Extract<AssistantPart, { type: 'text' }>;

/** Puts the answer of a model together from its stream. */
export class OutputCollector {
  private content: AssistantPart[] = [];
  private readonly open = new Map<string, AssistantPart>();
  private readonly texts = new Map<string, OpenText>();
  private readonly ids = new Set<string>();
  private usage: LanguageModelV3Usage | undefined;
  private finishReason: ModelOutput['finishReason'] | undefined;
  private responseId: string | undefined;
  /** Blanks before the first words: whether there will be any is not known yet. */
  private blanks = '';
  /** Whether anything has reached the sink. */
  delivered = false;

  constructor(
    private readonly info: ModelInfo,
    private readonly sink: ModelSink,
    private readonly tools: FittedTools,
  ) {}

  add(part: LanguageModelV3StreamPart): void {
    switch (part.type) {
      case 'text-start':
        this.texts.set(part.id, { tags: new ThoughtTags(), facts: factsOf(part.providerMetadata) });
        break;
      case 'text-delta': {
        const text = this.textOf(part.id);
        this.take(text.tags.add(part.delta), text);
        break;
      }
      case 'text-end':
        this.endText(part.id, part.providerMetadata);
        break;
      case 'reasoning-start':
        this.start(part.id, { type: 'thinking', thinking: '', ...factsOf(part.providerMetadata) });
        break;
      case 'reasoning-delta': {
        const open = this.open.get(part.id) ?? this.start(part.id, { type: 'thinking', thinking: '' });
        if (open.type === 'thinking') open.thinking += part.delta;
        addFacts(open, part.providerMetadata);
        this.sink.thinking(part.delta);
        break;
      }
      case 'reasoning-end':
        addFacts(this.open.get(part.id), part.providerMetadata);
        this.open.delete(part.id);
        break;
      case 'tool-call':
        // What the provider has run itself is none of our tools.
        if (part.providerExecuted) break;
        this.call(part.toolCallId, part.toolName, parseArguments(part.input), factsOf(part.providerMetadata));
        break;
      case 'response-metadata':
        this.responseId = part.id ?? this.responseId;
        break;
      case 'finish':
        this.usage = part.usage;
        this.finishReason = finishOf(part.finishReason);
        this.addDetails(part.providerMetadata);
        break;
      case 'error':
        // A stream that came to its end and gave no reason for it: what it said counts.
        if (isMissingReason(part.error) && this.hasSubstance()) break;
        throw part.error instanceof Error
          ? part.error
          : new Error(describeErrorPart(part.error), { cause: part.error });
      default:
        break;
    }
  }

  /** An answer that came in one piece. */
  addWhole({ content, finishReason, usage, providerMetadata, response }: LanguageModelV3GenerateResult): void {
    for (const [index, part] of content.entries()) {
      const id = String(index);
      const metadata =
        'providerMetadata' in part && part.providerMetadata ? { providerMetadata: part.providerMetadata } : {};
      if (part.type === 'text') {
        this.add({ type: 'text-start', id, ...metadata });
        this.add({ type: 'text-delta', id, delta: part.text });
        this.add({ type: 'text-end', id });
      } else if (part.type === 'reasoning') {
        this.add({ type: 'reasoning-start', id, ...metadata });
        this.add({ type: 'reasoning-delta', id, delta: part.text });
        this.add({ type: 'reasoning-end', id });
      } else if (part.type === 'tool-call') this.add(part);
    }
    if (response?.id !== undefined) this.add({ type: 'response-metadata', id: response.id });
    this.add({ type: 'finish', finishReason, usage, ...(providerMetadata ? { providerMetadata } : {}) });
  }

  /** Whether anything of an answer has come. */
  hasBegun(): boolean {
    return this.content.length > 0;
  }

  partial(): AssistantPart[] {
    return this.content.filter((part) => part.type === 'text' && part.text.trim() !== '');
  }

  /** @throws ModelError when it is no answer; EmptyAnswerError when the model has ended and said nothing */
  finish(): ModelOutput {
    for (const id of this.texts.keys()) this.endText(id, undefined);
    const name = `${this.info.provider}/${this.info.id}`;
    const usage = usageOf(this.usage, this.info);
    if (!this.hasSubstance()) {
      if (this.finishReason === undefined) throw new ModelError('network', `${name} ${MODEL_FAILURES.cut_off}`);
      if (this.finishReason === 'content_filter')
        throw new ModelError('content_filter', `${name} declined to answer because of its content rules`);
      throw new EmptyAnswerError(this.emptiness(name), usage);
    }
    const content = this.content.filter(
      (part) => !(part.type === 'text' && part.text === '') && !(part.type === 'thinking' && isBare(part)),
    );
    const called = content.some((part) => part.type === 'toolCall');
    return {
      content,
      usage,
      finishReason: called ? 'toolUse' : (this.finishReason ?? 'other'),
      ...(this.responseId ? { responseId: this.responseId } : {}),
    };
  }

  private emptiness(name: string): string {
    if (this.finishReason === 'length') return `${name} used up the length of its answer before it said anything`;
    const hasThought = this.content.some((part) => part.type === 'thinking' && part.thinking.trim() !== '');
    return hasThought ? `${name} thought, and sent an empty answer` : `${name} sent an empty answer`;
  }

  private hasSubstance(): boolean {
    return this.content.some((part) => part.type === 'toolCall' || (part.type === 'text' && part.text.trim() !== ''));
  }

  // ---- text, and thoughts that are written into it

  private textOf(id: string): OpenText {
    let text = this.texts.get(id);
    if (!text) this.texts.set(id, (text = { tags: new ThoughtTags(), facts: {} }));
    return text;
  }

  private endText(id: string, metadata: unknown): void {
    const text = this.texts.get(id);
    if (!text) return;
    this.texts.delete(id);
    this.take(text.tags.end(), text);
    const last = this.content.at(-1);
    if (last?.type === 'text') addFacts(last, metadata);
  }

  private take(pieces: readonly TaggedPiece[], { facts }: OpenText): void {
    for (const piece of pieces) {
      if (piece.kind === 'retract') this.retract();
      else if (piece.kind === 'thinking') this.think(piece.delta);
      else if (piece.kind === 'call') this.calls(piece.text, facts);
      else this.say(piece.delta, facts);
    }
  }

  /** A server of OpenAI's older format may leave to us what its model has written in the marks of a call. */
  private calls(text: string, facts: { facts?: ProviderFacts }): void {
    const { tools } = this;
    const calls =
      this.info.api === 'openai-completions'
        ? callsInText(text, (tool, parameter) => tools.isText(tool, parameter))
        : undefined;
    if (!calls?.every(({ name }) => tools.isOffered(name))) return this.say(text, facts);
    for (const { name, arguments: args } of calls) this.call('', name, args, {});
  }

  private call(given: string, sent: string, sentArgs: Record<string, unknown>, facts: { facts?: ProviderFacts }): void {
    const { name, args } = this.tools.meant(sent, sentArgs);
    this.content.push({ type: 'toolCall', id: this.ownId(given), name, arguments: args, ...facts });
  }

  private say(delta: string, facts: { facts?: ProviderFacts }): void {
    const last = this.content.at(-1);
    if (last?.type === 'text' && last.facts === facts.facts) last.text += delta;
    else this.content.push({ type: 'text', text: delta, origin: 'assistant', ...facts });
    if (!this.delivered && delta.trim() === '') {
      this.blanks += delta;
      return;
    }
    this.delivered = true;
    this.sink.text(this.blanks + delta);
    this.blanks = '';
  }

  private think(delta: string): void {
    const last = this.content.at(-1);
    if (last?.type === 'thinking' && last.facts === undefined) last.thinking += delta;
    else this.content.push({ type: 'thinking', thinking: delta });
    this.sink.thinking(delta);
  }

  /** What was said was thought. */
  private retract(): void {
    const said = this.content.filter((part): part is Text => part.type === 'text');
    this.content = this.content.filter((part) => part.type !== 'text');
    const thinking = said.map(({ text }) => text).join('');
    if (thinking.trim() !== '') this.content.push({ type: 'thinking', thinking });
    this.blanks = '';
    this.sink.retract?.();
  }

  // ---- the rest

  private start(id: string, part: AssistantPart): AssistantPart {
    this.open.set(id, part);
    this.content.push(part);
    return part;
  }

  /** Ids that are missing or were given twice would mix up calls and results. */
  private ownId(given: string): string {
    const id = given === '' || this.ids.has(given) ? `call_${randomUUID()}` : given;
    this.ids.add(id);
    return id;
  }

  /** Signatures and encrypted thoughts that a router hands through stand with the thought they belong to. */
  private addDetails(metadata: unknown): void {
    const details = isPlainObject(metadata) ? metadata[REASONING_DETAILS] : undefined;
    if (!isPlainObject(details)) return;
    const found = this.content.find((part) => part.type === 'thinking');
    const thought: AssistantPart = found ?? { type: 'thinking', thinking: '' };
    if (!found) this.content.unshift(thought);
    addFacts(thought, { [REASONING_DETAILS]: details });
  }
}

const isBare = (part: { thinking: string; facts?: ProviderFacts }): boolean => part.thinking === '' && !part.facts;

const factsOf = (metadata: unknown): { facts?: ProviderFacts } =>
  metadata ? { facts: metadata as ProviderFacts } : {};

function addFacts(part: AssistantPart | undefined, metadata: unknown): void {
  if (part && metadata) part.facts = { ...part.facts, ...(metadata as ProviderFacts) };
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

/** What the package for OpenAI's older format says at the end of a stream without a reason. */
const isMissingReason = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AI_InvalidResponseDataError' && error.message.includes('finish reason');

function describeErrorPart(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, type, code } = (error ?? {}) as { message?: unknown; type?: unknown; code?: unknown };
  return [code ?? type, message].filter((text) => typeof text === 'string').join(': ') || JSON.stringify(error);
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
