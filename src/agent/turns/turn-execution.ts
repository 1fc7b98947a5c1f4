import type { LanguageModelV3FunctionTool } from '@ai-sdk/provider';
import type { AssistantPart, Usage } from '../../sessions/transcript-event';
import { NO_USAGE, addUsage } from '../../sessions/transcript-event';
import { type ToolContext, type LabelledResult, errorResult } from '../../tools/agent-tool';
import type { ApprovalQuestion } from '../../tools/approvals/approval-question';
import { type PromptMessage, derivePrompt } from '../prompt/derive-prompt';
import { OfferedTools } from '../prompt/offered-tools';
import type { ModelInfo } from '../providers/model-info';
import { ModelAbortedError } from '../runtime/call-model';
import { callWishes } from './program-functions';
import { LoopGuard } from '../runtime/loop-guard';
import { EmptyAnswerError } from '../providers/model-error';
import { ModelStepError, nameOf } from '../runtime/model-step.service';
import { provenanceOf } from '../../tools/provenance/taint';
import { ASK_USER } from './ask-user.tool';
import type { ExecutionPlan } from './execution-plan';
import { batchesOf } from './call-batches';
import { type FittedConversation, fitToWindow } from '../context/fit-to-window';
import type { TokenGauge } from '../prompt/token-gauge.service';
import { stepFacts } from './stored-result';
import { assistantMessage, toolResultMessage, visibleText } from './turn-messages';
import type { ModelStepOutput, StepInput, TurnStep } from './turn-record';

type ToolCall = Extract<AssistantPart, { type: 'toolCall' }>;

export type ExecutionEnd =
  | { kind: 'answered'; stopReason: string }
  | { kind: 'handed-over'; calls: ToolCall[] }
  | { kind: 'aborted' }
  | { kind: 'failed'; message: string; errorKind: string; saidNothing?: boolean };

/** However long the system prompt and the tools are, so much of the window is for what was said. */
const LEAST_SHARE = 0.25;
/** So often a turn's requests are made smaller because a provider has called them too long. */
const MOST_REFUSALS = 8;
/** One result of a tool takes at most so much of the window. */
const RESULT_SHARE = 0.3;

/** Text kept of a call whose end nobody saw. */
const INTERRUPTED =
  'The gateway stopped while this call was running. Its outcome is unknown and it was not repeated. Check its effect before you call it again.';

/**
 * Runs the steps of one turn, from the beginning or from where its journal ends: model, tools, model … until the model
 * has nothing more to call. A finished step is taken from the journal; it is never run or billed again.
 */
export class TurnExecution {
  /** Messages of this turn, in order: what goes to the transcript. */
  readonly messages: PromptMessage[];
  readonly outputs: ModelStepOutput[] = [];
  usage: Usage = NO_USAGE;
  /**
   * Tokens of the last request with its answer, rather too many than too few, and of the model's window; unknown where
   * it was cut to fit.
   */
  size: { tokens: number; window: number } | undefined;
  /** What stands before the answer in its chat: its first words decide. */
  lead: string | undefined;
  private hasBegun = false;
  private readonly guard = new LoopGuard();
  private readonly offered: OfferedTools;
  private position = 0;
  private history: readonly PromptMessage[];
  /** What each model is shown where not everything fits; `count` messages of the conversation are in it. */
  private readonly views = new Map<string, FittedConversation & { count: number }>();
  private tools: LanguageModelV3FunctionTool[] = [];
  private refusals = 0;
  /** Model step that was begun and failed; the next attempt is the same step. */
  private openStep: number | undefined;

  constructor(private readonly plan: ExecutionPlan) {
    this.messages = [...plan.opening];
    this.history = plan.history;
    this.offered = new OfferedTools(plan.tools);
  }

  async run(): Promise<ExecutionEnd> {
    for (;;) {
      if (this.plan.signal.aborted) return { kind: 'aborted' };
      let output: ModelStepOutput;
      try {
        output = await this.modelStep();
      } catch (error) {
        if (await this.shortened(error)) continue;
        return this.modelFailure(error);
      }
      const all = output.content.filter((part) => part.type === 'toolCall');
      const calls = all.filter(({ name }) => !this.plan.functions.has(name));
      if (all.length === 0)
        return { kind: 'answered', stopReason: output.finishReason === 'length' ? 'length' : 'stop' };
      const asked = await this.askTogether(calls);
      const besides = ({ id, name }: ToolCall): boolean => this.plan.mayRunBeside(name) && !asked.includes(id);
      for (const batch of batchesOf(calls, besides)) {
        const stopped = await this.toolSteps(batch);
        if (asked.length > 0) await this.plan.withdraw(stopped === undefined ? batch.map(({ id }) => id) : asked);
        if (stopped !== undefined) return { kind: 'failed', message: stopped, errorKind: 'loop_stopped' };
        if (this.plan.signal.aborted) return { kind: 'aborted' };
      }
      if (calls.length < all.length)
        return { kind: 'handed-over', calls: all.filter(({ name }) => this.plan.functions.has(name)) };
      await this.steering(calls.some((call) => call.name === ASK_USER));
      this.plan.announcer.nextStep();
    }
  }

  // ---- model

  private async modelStep(): Promise<ModelStepOutput> {
    const recorded = this.nextRecorded('model');
    if (recorded?.kind === 'model' && recorded.output) {
      this.adopt(recorded.output, recorded.finishedAt ?? recorded.startedAt);
      return recorded.output;
    }
    const [first] = this.plan.candidates;
    // The first model step of a new turn was committed together with the turn; so was one that was cut off.
    const isNewTurn = this.plan.journal.steps.length === 0 && this.outputs.length === 0;
    const known = this.openStep ?? recorded?.step ?? (isNewTurn ? 0 : undefined);
    const step = known ?? (await this.plan.journal.start({ kind: 'model', name: first ? nameOf(first) : 'none' }));
    this.openStep = step;
    const { offered } = this;
    this.tools = first?.api === 'offline' ? offered.all() : offered.after([...this.history, ...this.messages]);
    const wishes = callWishes(this.plan.program);
    const estimates = new Map<string, number>();
    const inputTokens = (candidate: ModelInfo): number => {
      const known = estimates.get(nameOf(candidate)) ?? this.inputTokens(candidate);
      estimates.set(nameOf(candidate), known);
      return known;
    };
    let asked: ModelInfo | undefined;
    const { output, info, settleIn } = await this.plan.models.run({
      candidates: this.plan.candidates,
      promptFor: (candidate) => this.promptFor(candidate),
      tools: this.tools,
      account: this.plan.account,
      inputTokens,
      window: (candidate) => this.plan.gauges.of(candidate).window,
      wasCutOff: recorded !== undefined,
      // Who has to call something may not think before, with some providers.
      ...(this.plan.thinking && !wishes.toolChoice ? { thinking: this.plan.thinking } : {}),
      ...wishes,
      signal: this.plan.signal,
      cacheKey: this.plan.cacheKey,
      deadline: this.plan.deadline,
      asking: (info) => (asked = info),
      sink: {
        text: (delta) => {
          if (asked && delta.trim() !== '') this.begunBy(asked.provider, asked.id);
          this.plan.announcer.textDelta(delta);
        },
        thinking: (delta) => this.plan.announcer.thinkingDelta(delta),
        retract: () => {
          this.hasBegun = visibleText(this.outputs) !== '';
          this.plan.announcer.textRetracted();
        },
      },
    });
    const full: ModelStepOutput = { ...output, api: info.api, provider: info.provider, model: info.id };
    this.openStep = undefined;
    const estimated = inputTokens(info);
    this.plan.gauges.learn(info, estimated, output.usage);
    const { input, cacheRead, cacheWrite } = output.usage;
    // What had to be cut says nothing of how much there is.
    this.size = this.views.has(nameOf(info))
      ? undefined
      : {
          tokens: Math.max(estimated, input + cacheRead + cacheWrite) + output.usage.output,
          window: this.plan.gauges.of(info).window,
        };
    this.plan.journal.finish(step, full, settleIn, stepFacts(full));
    this.adopt(full, Date.now());
    return full;
  }

  private promptFor(info: ModelInfo): ReturnType<typeof derivePrompt> {
    const target = {
      acceptsImages: info.input.includes('image'),
      envelope: this.plan.envelope,
    };
    return [{ role: 'system', content: this.plan.system.text }, ...derivePrompt(this.viewFor(info), target)];
  }

  private inputTokens(info: ModelInfo): number {
    const gauge = this.plan.gauges.of(info);
    return this.fixedTokens(gauge) + gauge.messages(this.viewFor(info));
  }

  /** What goes with every request of the turn. */
  private fixedTokens(gauge: TokenGauge): number {
    return gauge.text(this.plan.system.text) + gauge.tools(this.tools);
  }

  /** The conversation as a model is shown it: what has once been left out to make room stays out, for its cache's sake. */
  private viewFor(info: ModelInfo): readonly PromptMessage[] {
    const gauge = this.plan.gauges.of(info);
    const all = [...this.history, ...this.messages];
    const known = this.views.get(nameOf(info));
    const messages = known ? [...known.messages, ...all.slice(known.count)] : all;
    const room = gauge.window - this.plan.answerRoom(info, gauge.window) - this.fixedTokens(gauge);
    const least = Math.floor(gauge.window * LEAST_SHARE);
    const fitted = fitToWindow(messages, known?.opening ?? this.history.length, Math.max(room, least), gauge);
    if (fitted.messages !== messages) this.views.set(nameOf(info), { ...fitted, count: all.length });
    return fitted.messages;
  }

  private adopt(output: ModelStepOutput, at: number): void {
    this.outputs.push(output);
    if (visibleText([output]) !== '') this.begunBy(output.provider, output.model);
    this.usage = addUsage(this.usage, output.usage);
    this.messages.push(assistantMessage(output, at));
  }

  private begunBy(provider: string, model: string): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.lead = this.plan.leadOf({ provider, model });
    this.plan.announcer.ledBy(this.lead);
  }

  /**
   * A request that the provider calls too long is made smaller, and the step repeated: once by summing up what was said
   * before the turn, and then by what is cut for a smaller window, until the provider takes it.
   */
  private async shortened(error: unknown): Promise<boolean> {
    if (!(error instanceof ModelStepError) || error.cause.kind !== 'context_overflow') return false;
    const { info } = error;
    const { told } = error.cause;
    const before = this.inputTokens(info);
    if (++this.refusals > MOST_REFUSALS || !this.plan.gauges.refused(info, before, told)) return false;
    if (this.refusals === 1) {
      try {
        this.history = await this.plan.shorten();
        this.offered.restart();
      } catch {
        // It can be cut all the same.
      }
    }
    this.views.clear();
    // With a limit that is known now the answer, too, is asked to be shorter.
    return this.inputTokens(info) < before || told.limit !== undefined;
  }

  private modelFailure(error: unknown): ExecutionEnd {
    if (error instanceof ModelAbortedError || this.plan.signal.aborted) {
      this.keepPartial(error instanceof ModelAbortedError ? error.partial : [], 'aborted');
      return { kind: 'aborted' };
    }
    if (error instanceof ModelStepError) {
      this.keepPartial(error.partial, 'error', error.message);
      const saidNothing = error.cause instanceof EmptyAnswerError;
      return { kind: 'failed', message: error.cause.message, errorKind: error.cause.kind, saidNothing };
    }
    throw error;
  }

  /** What had been said before the end stays in the transcript. */
  private keepPartial(partial: readonly AssistantPart[], stopReason: 'aborted' | 'error', errorMessage?: string): void {
    const [info] = this.plan.candidates;
    if (!info || (partial.length === 0 && stopReason === 'aborted')) return;
    const output: ModelStepOutput = {
      content: [...partial],
      usage: NO_USAGE,
      finishReason: 'other',
      api: info.api,
      provider: info.provider,
      model: info.id,
    };
    this.outputs.push(output);
    const { message, at } = assistantMessage(output, Date.now(), stopReason);
    if (message.role === 'assistant' && errorMessage !== undefined) message.errorMessage = errorMessage;
    this.messages.push({ message, at });
  }

  // ---- tools

  /**
   * Puts what the calls of a step have to be asked for into one question. Each is judged again when it runs: what an
   * earlier one has brought counts then, and what has become another question is asked for by itself.
   * @returns ids of calls that were asked for
   */
  private async askTogether(calls: readonly ToolCall[]): Promise<string[]> {
    if (calls.length < 2) return [];
    const questions: ApprovalQuestion[] = [];
    for (const [index, call] of calls.entries()) {
      const recorded = this.plan.journal.steps[this.position + index];
      if (recorded?.kind === 'tool' && (recorded.output || (await this.isCutOff(recorded, call)))) continue;
      const question = await this.plan.executor.questionOf(call.name, call.arguments, this.contextOf(call));
      if (question) questions.push(question);
    }
    if (questions.length > 0) await this.plan.askTogether(questions, () => this.plan.journal.settle());
    return questions.map(({ binding }) => binding.callId);
  }

  /** Whether a former attempt may have begun what must not be done twice. */
  private async isCutOff(recorded: TurnStep, call: ToolCall): Promise<boolean> {
    return recorded.kind === 'tool' && !recorded.idempotent && !(await this.plan.isUnstarted(call.id));
  }

  /** For what is done with the answer, after everything that the turn has read. */
  closingContext(): ToolContext {
    return this.contextOf({ type: 'toolCall', id: 'answer', name: 'answer', arguments: {} });
  }

  private contextOf(call: ToolCall): ToolContext {
    const last = this.outputs.at(-1);
    return this.plan.toolContext(call.id, {
      provenance: provenanceOf(
        [...this.history, ...this.messages],
        [...this.plan.system.origins, ...this.offered.origins()],
      ),
      provider: last?.provider ?? '',
      model: last?.model ?? '',
      update: (partial) => this.plan.announcer.toolUpdated(call.name, call.id, partial),
      resultTokens: this.resultTokens(),
    });
  }

  /** The smallest window among the models of the turn counts: any of them may have to read it. */
  private resultTokens(): number {
    const windows = this.plan.candidates.map((info) => this.plan.gauges.of(info).window);
    return Math.floor(Math.min(...windows) * RESULT_SHARE);
  }

  /** Runs calls, all at a time. Returns the reason when the turn must end. */
  private async toolSteps(calls: readonly ToolCall[]): Promise<string | undefined> {
    const results = await this.resultsOf(calls);
    let stopped: string | undefined;
    for (const [index, call] of calls.entries()) {
      let result = results[index] as LabelledResult;
      const verdict = this.guard.record(call.name, call.arguments, result);
      if (verdict.action === 'warn')
        result = { ...result, content: [...result.content, { type: 'text', text: verdict.note, origin: 'gateway' }] };
      this.messages.push(toolResultMessage(call.id, call.name, result, Date.now()));
      if (verdict.action === 'stop') stopped ??= `stopped: ${verdict.reason}`;
    }
    return stopped;
  }

  /** Results in the order of the calls: what a former attempt has left of them, else of this one. */
  private async resultsOf(calls: readonly ToolCall[]): Promise<LabelledResult[]> {
    const { announcer, journal, executor } = this.plan;
    const results: LabelledResult[] = [];
    const begun: { index: number; call: ToolCall; input: StepInput; reuse: number | undefined }[] = [];
    for (const [index, call] of calls.entries()) {
      const recorded = this.nextRecorded('tool');
      if (recorded?.kind === 'tool' && recorded.output) {
        results[index] = recorded.output;
      } else if (recorded?.kind === 'tool' && (await this.isCutOff(recorded, call))) {
        const result = errorResult('interrupted', INTERRUPTED, 'gateway');
        announcer.toolFinished(call.name, call.id, result);
        journal.finish(recorded.step, result);
        results[index] = result;
      } else {
        const { id: callId, name, arguments: args } = call;
        const input = { kind: 'tool', name, callId, args, idempotent: this.plan.isIdempotent(name) } as const;
        begun.push({ index, call, input, reuse: recorded?.step });
      }
    }
    const steps = await journal.startAll(begun);
    const ends = await Promise.allSettled(
      begun.map(async ({ index, call }, position) => {
        announcer.toolStarted(call.name, call.id, call.arguments);
        const result = await executor.execute(call.name, call.arguments, this.contextOf(call));
        announcer.toolFinished(call.name, call.id, result);
        journal.finish(steps[position] ?? -1, result);
        results[index] = result;
        // While others go on, what is done must not be done again.
        if (begun.length > 1) await journal.settle();
      }),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return results;
  }

  // ---- messages that join the running turn

  private async steering(isAsked: boolean): Promise<void> {
    const recorded = this.nextRecorded('steer');
    if (recorded?.kind === 'steer') this.messages.push(...(await this.plan.steered(recorded.output.rowIds)));
    else this.messages.push(...(await this.plan.takeSteering(isAsked)));
  }

  /** The next step a former attempt journaled, if it is of this kind. */
  private nextRecorded(kind: TurnStep['kind']): TurnStep | undefined {
    const step = this.plan.journal.steps[this.position];
    if (step?.kind !== kind) return undefined;
    this.position++;
    return step;
  }
}
