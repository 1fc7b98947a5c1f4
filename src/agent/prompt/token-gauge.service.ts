import type { LanguageModelV3FunctionTool, LanguageModelV3Prompt } from '@ai-sdk/provider';
import { Injectable, Optional } from '@nestjs/common';
import { type ImageSize, imageSize } from '../../common/image-size';
import type { Usage } from '../../sessions/transcript-event';
import { windowOf } from '../providers/facts/model-facts';
import { ModelFactsService } from '../providers/facts/model-facts.service';
import type { ModelInfo } from '../providers/model-info';
import type { ToldLimit } from '../providers/told-limit';
import type { PromptMessage } from './derive-prompt';
import { estimateTokens } from '../../common/estimate-tokens';
import { sizeOfMessage } from './message-size';
import { type CountingModel, pictureTokens } from './picture-tokens';

/** How one model counts, as far as it is known. */
export interface TokenGauge {
  /** Tokens that a request and its answer may have: the model's window, less where its provider has refused less. */
  readonly window: number;
  text(text: string): number;
  picture(size: ImageSize | undefined): number;
  messages(messages: readonly PromptMessage[]): number;
  tools(tools: readonly LanguageModelV3FunctionTool[]): number;
}

/** Smaller requests say little: what providers add by themselves counts for too much there. */
const LEARN_FROM_TOKENS = 2000;
/** Beyond that it is no count of tokens but something else. */
const LEAST_FACTOR = 0.5;
const MOST_FACTOR = 2.5;
/** Weight of the newest count. */
const NEWEST = 0.3;
/** What is left of a request after a provider has called it too long. */
const AFTER_REFUSAL = 0.6;
/** A window that was too small is found out by little: so much more than what was taken is tried the next time. */
const GROWTH = 1.1;
/** No model has a smaller window than this. */
export const LEAST_WINDOW = 2000;

/** For where no model is known: what an ordinary one makes of it. */
export const UNKNOWN_MODEL = {
  api: 'openai-completions',
  id: '',
  input: ['text', 'image'],
  contextWindow: Number.MAX_SAFE_INTEGER,
} as const;

/** A gauge from nothing but the model's own facts. */
export function gaugeOf(
  model: CountingModel & Pick<ModelInfo, 'contextWindow'>,
  factor = 1,
  window?: number,
): TokenGauge {
  const picture = (size: ImageSize | undefined): number => pictureTokens(size, model);
  return {
    window: Math.min(model.contextWindow, window ?? model.contextWindow),
    text: (text) => Math.ceil(estimateTokens(text) * factor),
    tools: (tools) => Math.ceil(tools.reduce((sum, tool) => sum + sizeOfTool(tool), 0) * factor),
    picture,
    messages: (messages) =>
      Math.ceil(
        messages.reduce((sum, { message }) => {
          const size = sizeOfMessage(message);
          return sum + size.text * factor + size.pictures.reduce((all, each) => all + picture(each), 0);
        }, 0),
      ),
  };
}

/** Declarations of tools don't change, so each is measured once. */
const measuredTools = new WeakMap<LanguageModelV3FunctionTool, number>();

function sizeOfTool(tool: LanguageModelV3FunctionTool): number {
  let size = measuredTools.get(tool);
  if (size === undefined) measuredTools.set(tool, (size = estimateTokens(JSON.stringify(tool))));
  return size;
}

/**
 * How the models in use count. It begins with estimates and learns from what providers report of each call, and from
 * what they refuse; both are forgotten at a restart, but for windows that a server has named.
 */
@Injectable()
export class TokenGauges {
  private readonly known = new Map<string, { factor: number; window?: number }>();

  constructor(@Optional() private readonly facts?: ModelFactsService) {}

  of(model: ModelInfo): TokenGauge {
    const { factor = 1, window } = this.known.get(keyOf(model)) ?? {};
    return gaugeOf(this.asServed(model), factor, window);
  }

  /** A model that was loaded by the first request of a turn has its real window from the next one on. */
  private asServed(model: ModelInfo): ModelInfo {
    const facts = model.isUnstated ? this.facts?.of(model.baseUrl, model.id) : undefined;
    if (facts?.served === undefined || facts.served === model.contextWindow) return model;
    return { ...model, contextWindow: windowOf({ otherwise: model.contextWindow }, facts) };
  }

  /** @param estimated tokens of the request by this model's gauge at the time */
  learn(model: ModelInfo, estimated: number, usage: Pick<Usage, 'input' | 'cacheRead' | 'cacheWrite'>): void {
    this.facts?.answered(model);
    const counted = usage.input + usage.cacheRead + usage.cacheWrite;
    const known = this.known.get(keyOf(model)) ?? { factor: 1 };
    if (estimated < LEARN_FROM_TOKENS || counted === 0) return;
    const factor = (known.factor * counted) / estimated;
    if (factor < LEAST_FACTOR || factor > MOST_FACTOR) return;
    const { window } = known;
    this.known.set(keyOf(model), {
      factor: known.factor + (factor - known.factor) * NEWEST,
      ...(window === undefined ? {} : { window: Math.max(window, Math.floor(Math.max(counted, estimated) * GROWTH)) }),
    });
  }

  /**
   * A provider has called a request too long: the next ones are smaller. A limit that it names is kept.
   * @returns whether they can be
   */
  refused(model: ModelInfo, estimated: number, { limit, counted }: ToldLimit = {}): boolean {
    const known = this.known.get(keyOf(model)) ?? { factor: 1 };
    const before = this.of(model).window;
    if (before <= LEAST_WINDOW) return false;
    if (limit !== undefined) this.facts?.refused(model, limit);
    // Where it counts more tokens than we do, less of ours go in.
    const told = limit === undefined ? Infinity : limit * Math.min(1, estimated / (counted ?? estimated));
    const guessed = Math.min(before, estimated) * AFTER_REFUSAL;
    const window = Math.max(LEAST_WINDOW, Math.floor(told < before ? told : guessed));
    this.known.set(keyOf(model), { ...known, window });
    return true;
  }
}

const keyOf = ({ provider, id }: ModelInfo): string => `${provider}/${id}`;

/** A prompt that is made by hand, with a gauge. */
export function promptTokens(prompt: LanguageModelV3Prompt, gauge: TokenGauge): number {
  const tokensOf = (part: { type: string; text?: string; data?: unknown }): number => {
    if (part.type !== 'file') return gauge.text(part.text ?? JSON.stringify(part));
    return gauge.picture(typeof part.data === 'string' ? imageSize(Buffer.from(part.data, 'base64')) : undefined);
  };
  return prompt.reduce((sum, { content }) => {
    if (typeof content === 'string') return sum + gauge.text(content);
    return content.reduce((all, part) => all + tokensOf(part), sum);
  }, 0);
}
