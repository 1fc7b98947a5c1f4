import { Injectable } from '@nestjs/common';
import type {
  LanguageModelV3,
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolChoice,
} from '@ai-sdk/provider';
import { type Logger, LoggerFactory } from '../../common/logger';
import { sleep } from '../../common/sleep';
import type { Sampling } from '../../inbox/program-request';
import type { AssistantPart } from '../../sessions/transcript-event';
import { EventBus } from '../../events/event-bus';
import { ModelCooldown, isOfModel } from '../providers/model-cooldown.service';
import { EmptyAnswerError, ModelError } from '../providers/model-error';
import type { ModelInfo } from '../providers/model-info';
import { openModel } from '../providers/open-model';
import type { SetAside } from '../dialects/fit-tools';
import { completionsThinking } from './completions-thinking';
import { ModelAbortedError, ModelCallError, callModel } from './call-model';
import type { ModelOutput, ModelSink } from './output-collector';
import { estimateTokens } from '../../common/estimate-tokens';
import { RecentMap } from '../../common/recent-map';
import { ProviderLimits } from '../../usage/provider-limits.service';
import type { UsageAccount } from '../../usage/usage-account';
import { BudgetError, type PlannedCall, type Reservation, UsageService } from '../../usage/usage.service';
import type { Transaction } from 'kysely';
import type { Schema } from '../../storage/schema';
import { decideFailOver } from './fail-over';

export interface ModelStepRequest {
  /** First choice first. */
  candidates: readonly ModelInfo[];
  promptFor(info: ModelInfo): LanguageModelV3Prompt;
  tools: LanguageModelV3FunctionTool[];
  thinking?: string;
  /** Fewer than the model's own limit. */
  maxOutputTokens?: number;
  /** Which tool is to be called; as the model finds fit by default. */
  toolChoice?: LanguageModelV3ToolChoice;
  sampling?: Omit<Sampling, 'maxOutputTokens'>;
  signal: AbortSignal;
  /** Requests with the same name share a beginning, for prompt caches. */
  cacheKey?: string;
  /** Milliseconds of the monotonic clock at which the turn must end. */
  deadline: number;
  sink: ModelSink;
  /** Told before each call which model is asked. */
  asking?(info: ModelInfo): void;
  /** On whose account it goes. */
  account: UsageAccount;
  /** Tokens of the request, estimated; asked for only where it matters. */
  inputTokens(info: ModelInfo): number;
  /** Tokens that a request to a model and its answer may have, as far as that is known. */
  window(info: ModelInfo): number;
  /** The same step was cut off before, in the middle of its call: that call has cost something too. */
  wasCutOff?: boolean;
}

export interface ModelStepResult {
  output: ModelOutput;
  info: ModelInfo;
  /** Books what the call used; belongs into the commit that keeps its output. */
  settleIn(transaction: Transaction<Schema>): Promise<void>;
}

/** A model step that no candidate could do. */
export class ModelStepError extends Error {
  constructor(
    override readonly cause: ModelError,
    readonly partial: AssistantPart[],
    readonly info: ModelInfo,
  ) {
    super(cause.message);
  }
}

/** Said to a model that has ended without a word, when it is asked once more. */
const ASKED_AGAIN: LanguageModelV3Message = {
  role: 'user',
  content: [
    {
      type: 'text',
      text: '[from the gateway] Your last answer had neither text nor a call of a tool. Answer now; where nothing is to be said, answer NO_REPLY.',
    },
  ],
};

const LEAST_ANSWER_TOKENS = 1024;

/** Models of which the connection is kept; one whose key or address was changed is not asked for again. */
const MOST_OPENED = 64;

/** One model step with retries and fall-back models, within the turn's wall clock. */
@Injectable()
export class ModelStepService {
  private readonly log: Logger;
  private readonly notedTools = new Set<string>();
  private readonly opened = new RecentMap<string, Promise<LanguageModelV3>>(MOST_OPENED);

  constructor(
    private readonly cooldown: ModelCooldown,
    private readonly usage: UsageService,
    private readonly limits: ProviderLimits,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('models');
  }

  async run(request: ModelStepRequest): Promise<ModelStepResult> {
    const candidates = this.cooldown.order(request.candidates);
    const [first] = candidates;
    if (request.wasCutOff && first) await this.usage.recordLost(plannedCall(first, request));
    const skipped = new Set<string>();
    for (let index = 0; ; index++) {
      const info = candidates[index];
      if (!info) throw new Error('no model candidate');
      // What is wrong with a model or its server is wrong with every credential.
      const rest = candidates.slice(index + 1).filter((next) => !skipped.has(nameOf(next)));
      if (skipped.has(nameOf(info)) && rest.length > 0) continue;
      const outcome = await this.tryCandidate(info, request, rest, skipped);
      if (outcome) {
        const { output, reservation } = outcome;
        return { output, info, settleIn: (transaction) => this.usage.settleIn(transaction, reservation, output.usage) };
      }
    }
  }

  /** Output, or undefined when the next candidate is to be tried. */
  private async tryCandidate(
    info: ModelInfo,
    request: ModelStepRequest,
    rest: readonly ModelInfo[],
    skipped: Set<string>,
  ): Promise<{ output: ModelOutput; reservation: Reservation } | undefined> {
    this.refuseWhileResting(info, rest.length > 0);
    let saidNothing = false;
    for (let attempts = 1; ; attempts++) {
      const reservation = await this.reserve(info, request);
      const began = performance.now();
      request.asking?.(info);
      try {
        const model = await this.open(info);
        const output = await callModel(
          model,
          info,
          {
            prompt: saidNothing ? [...request.promptFor(info), ASKED_AGAIN] : request.promptFor(info),
            maxOutputTokens: reservation.outputTokens,
            abortSignal: request.signal,
            ...request.sampling,
            ...(request.tools.length > 0
              ? { tools: request.tools, toolChoice: request.toolChoice ?? { type: 'auto' } }
              : {}),
            ...providerOptions(info, request),
          },
          {
            ...request.sink,
            headers: (headers) => this.limits.note(info.provider, headers),
            setAside: (tools) => this.noteSetAside(info, tools),
          },
        );
        this.cooldown.recordSuccess(info);
        this.tellCalled(info, 'ok', began);
        this.usage.tell(reservation, output.usage);
        return { output, reservation };
      } catch (error) {
        this.tellCalled(info, error instanceof ModelCallError ? error.cause.kind : 'aborted', began);
        await this.giveBack(reservation, error);
        if (!(error instanceof ModelCallError)) throw error;
        saidNothing = error.cause instanceof EmptyAnswerError;
        const decision = decideFailOver({
          error: error.cause,
          attempts,
          hasNext: isOfModel(error.cause.kind) ? rest.some((next) => nameOf(next) !== nameOf(info)) : rest.length > 0,
          outputDelivered: error.outputDelivered,
          remainingMs: request.deadline - performance.now(),
        });
        this.log.warn(
          {
            model: nameOf(info),
            ...(info.profile ? { profile: info.profile } : {}),
            kind: error.cause.kind,
            attempts,
            next: decision.action,
          },
          error.cause.message,
        );
        if (decision.action === 'retry') {
          await sleep(decision.delayMs, request.signal);
          continue;
        }
        this.cooldown.recordFailure(info, error.cause.kind, error.cause.retryAfterMs);
        if (isOfModel(error.cause.kind)) skipped.add(nameOf(info));
        if (decision.action === 'next') return undefined;
        throw new ModelStepError(error.cause, error.partial, info);
      }
    }
  }

  private tellCalled(info: ModelInfo, outcome: string, began: number): void {
    const ms = performance.now() - began;
    this.log.debug({ model: nameOf(info), outcome, ms: Math.round(ms) }, 'a model was asked');
    this.events.emit('model.called', { provider: info.provider, model: info.id, outcome, seconds: ms / 1000 });
  }

  /** A model that keeps failing is not hammered. @throws ModelStepError of kind `overloaded` */
  private refuseWhileResting(info: ModelInfo, hasNext: boolean): void {
    const waitMs = hasNext ? 0 : this.cooldown.probeWaitMs(info);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    const error = new ModelError('overloaded', `${nameOf(info)} keeps failing and rests; try again in ${seconds} s`, {
      retryAfterMs: waitMs,
    });
    throw new ModelStepError(error, [], info);
  }

  /** @throws ModelStepError of kind `budget` */
  private async reserve(info: ModelInfo, request: ModelStepRequest): Promise<Reservation> {
    try {
      return await this.usage.reserve(plannedCall(info, request));
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      throw new ModelStepError(new ModelError('budget', error.message, { cause: error }), [], info);
    }
  }

  /** What was sent and said before a call broke off is paid for all the same. */
  private async giveBack(reservation: Reservation, error: unknown): Promise<void> {
    if (error instanceof ModelCallError && error.cause instanceof EmptyAnswerError)
      return this.usage.settle(reservation, error.cause.usage);
    const partial = error instanceof ModelCallError || error instanceof ModelAbortedError ? error.partial : [];
    const hasCost = partial.length > 0 || error instanceof ModelAbortedError;
    if (!hasCost) return this.usage.release(reservation);
    await this.usage.settle(reservation, {
      input: reservation.call.inputTokens,
      output: estimateTokens(JSON.stringify(partial)),
      cacheRead: 0,
      cacheWrite: 0,
    });
  }

  /** Once for each tool and model: the conversation goes on without it. */
  private noteSetAside(info: ModelInfo, tools: readonly SetAside[]): void {
    for (const { tool, reason } of tools) {
      const key = `${nameOf(info)} ${tool} ${reason}`;
      if (this.notedTools.has(key)) continue;
      this.notedTools.add(key);
      this.log.warn({ model: nameOf(info), tool }, `a tool is not offered to this model: ${reason}`);
    }
  }

  private open(info: ModelInfo): Promise<LanguageModelV3> {
    const key = JSON.stringify([
      info.provider,
      info.id,
      info.api,
      info.baseUrl,
      info.apiKey,
      info.headers,
      info.compat,
    ]);
    let model = this.opened.get(key);
    if (!model) {
      model = openModel(info);
      model.catch(() => this.opened.delete(key));
      this.opened.set(key, model);
    }
    return model;
  }
}

function plannedCall(info: ModelInfo, request: ModelStepRequest): PlannedCall {
  const { account, maxOutputTokens = info.maxTokens } = request;
  let inputTokens: number | undefined;
  // Some servers refuse a request whose answer would not fit the window if it were as long as it may be.
  const left = Math.max(LEAST_ANSWER_TOKENS, request.window(info) - request.inputTokens(info));
  return {
    account,
    provider: info.provider,
    model: info.id,
    price: info.cost,
    get inputTokens() {
      return (inputTokens ??= request.inputTokens(info));
    },
    outputTokens: Math.min(maxOutputTokens, info.maxTokens, left),
  };
}

export const nameOf = (info: ModelInfo): string => `${info.provider}/${info.id}`;

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
};

/** The same for Claude's models that think as long as they find fit. */
const EFFORTS: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
};

/** Options of the provider: thinking, and the name under which it may keep the prompt. */
function providerOptions(
  info: ModelInfo,
  { thinking, cacheKey }: Pick<ModelStepRequest, 'thinking' | 'cacheKey'>,
): { providerOptions?: Record<string, Record<string, never>> } {
  const reasoning = reasoningOptions(info, thinking);
  if (info.api !== 'openai-responses' || cacheKey === undefined) return reasoning;
  const openai = { ...reasoning.providerOptions?.['openai'], promptCacheKey: cacheKey } as unknown as Record<
    string,
    never
  >;
  return { providerOptions: { ...reasoning.providerOptions, openai } };
}

/** How each provider is asked to think; nothing for models that can't. */
export function reasoningOptions(
  info: ModelInfo,
  thinking: string | undefined,
): { providerOptions?: Record<string, Record<string, never>> } {
  if (!info.reasoning || thinking === undefined) return {};
  if (info.api === 'openai-completions') {
    const told = completionsThinking(info, thinking);
    return told === undefined
      ? {}
      : { providerOptions: { [info.provider]: told } as Record<string, Record<string, never>> };
  }
  if (thinking === 'off') return {};
  const budget = BUDGETS[thinking] ?? BUDGETS['low'];
  const effort = thinking === 'xhigh' ? 'high' : thinking;
  const options: Record<string, unknown> = {
    'anthropic-messages': {
      anthropic: info.effort
        ? { thinking: { type: 'adaptive' }, effort: EFFORTS[thinking] ?? 'low' }
        : { thinking: { type: 'enabled', budgetTokens: budget } },
    },
    'openai-responses': { openai: { reasoningEffort: effort, store: false, include: ['reasoning.encrypted_content'] } },
    'google-generative-ai': { google: { thinkingConfig: { thinkingBudget: budget, includeThoughts: true } } },
  };
  const chosen = options[info.api];
  return chosen === undefined ? {} : { providerOptions: chosen as Record<string, Record<string, never>> };
}
