import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { takeHandover } from '../../common/markdown/handed-files';
import { messageOf } from '../../common/openclaw-error';
import { timerMs } from '../../common/sleep';
import { isSubagentKey } from '../../sessions/session-key';
import { Handovers } from '../media/handover.service';
import { withHandover } from './with-handover';
import { EventBus } from '../../events/event-bus';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { TakenRows } from '../../inbox/taken-rows.store';
import { NO_USAGE } from '../../sessions/transcript-event';
import { LeaseLostError } from '../../storage/lease';
import type { ToolContext } from '../../tools/agent-tool';
import { execChoicesOf } from '../../tools/exec/exec-choices';
import { ApprovalService } from '../../tools/approvals/approval.service';
import { ToolExecutor } from '../../tools/tool-executor.service';
import { ToolRegistry } from '../../tools/tool-registry.service';
import { ModelError } from '../providers/model-error';
import { leadOf } from '../runtime/answer-lead';
import { PassedOverNotes } from '../runtime/passed-over.service';
import { ModelStepService, nameOf } from '../runtime/model-step.service';
import { type LiveText, RunAnnouncer } from '../runtime/run-announcer';
import { type EffectiveQueueMode } from './queue-plan';
import { isAnswer } from './asked-person';
import { TurnCloser, type TurnEnd } from './turn-closer.service';
import type { CallFacts } from './execution-plan';
import { abortedEnd, describeEnd, failure } from './turn-end';
import { type ExecutionEnd, TurnExecution } from './turn-execution';
import { messagesOf } from './turn-messages';
import { functionNames } from './program-functions';
import { answerRoomOf } from '../context/reserve';
import type { PromptMessage } from '../prompt/derive-prompt';
import { TokenGauges } from '../prompt/token-gauge.service';
import { ConfigService } from '../../config/config.service';
import { ChatMedia } from '../chat/chat-media.service';
import { MAX_CUTS_ALONE } from './suspects.service';
import { withFooter, withReasoning } from './told-extras';
import { type TurnPlan, TurnPlanner } from './turn-planner.service';
import { type TurnResult, namesOf } from './turn-record';
import type { StartedTurn } from './turn-starter.service';
import { accountOf } from './turn-subject';
import { TurnStore } from './turn.store';

export type AbortReason = 'rpc' | 'stop' | 'timeout' | 'interrupt' | 'shutdown';

const STEERING: ReadonlySet<string> = new Set(['steer', 'steer-backlog']);

/** Runs a started turn to its closing commit. */
@Injectable()
export class TurnRunner {
  private readonly log: Logger;
  /** Of turns under way, by session. */
  private readonly announcers = new Map<string, RunAnnouncer>();

  constructor(
    private readonly planner: TurnPlanner,
    private readonly media: ChatMedia,
    private readonly closer: TurnCloser,
    private readonly turns: TurnStore,
    private readonly models: ModelStepService,
    private readonly executor: ToolExecutor,
    private readonly registry: ToolRegistry,
    private readonly inbox: InboxStore,
    private readonly taken: TakenRows,
    private readonly approvals: ApprovalService,
    private readonly events: EventBus,
    private readonly gauges: TokenGauges,
    private readonly passedOver: PassedOverNotes,
    private readonly handovers: Handovers,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/turns');
  }

  /**
   * Resolves when the turn has ended or was cut off; a cut-off turn stays in the journal.
   * @returns `lost` when another process has taken it over
   */
  async run(started: StartedTurn, control: AbortController, mode: EffectiveQueueMode): Promise<'over' | 'lost'> {
    const { turn } = started;
    const announcer = new RunAnnouncer(this.events, {
      runId: turn.runId,
      names: () => namesOf(turn.request),
      sessionKey: turn.sessionKey,
      sessionId: turn.sessionId,
      agentId: turn.agentId,
      ...(turn.request.spelledKey ? { spelledKey: turn.request.spelledKey } : {}),
      // A heartbeat is told when it is over, if at all.
      ...(turn.request.route && !turn.request.heartbeat ? { route: turn.request.route } : {}),
      verbose: (started.session.verboseLevel ?? 'off') === 'on',
    });
    const timer = setTimeout(() => control.abort('timeout' satisfies AbortReason), timerMs(remainingOf(turn)));
    announcer.started(turn.startedAt);
    this.announcers.set(turn.sessionKey, announcer);
    try {
      const end = await this.execute(started, control.signal, announcer, mode);
      // Cut off by a shutdown: the journal stays open and the next start goes on from it.
      if (control.signal.reason === 'shutdown' && end.outcome === 'aborted') {
        announcer.silence();
        await this.turns.forgive(turn.runId, started.journal.lease, started.isAlone);
        return 'over';
      }
      await this.finish(started, end, announcer);
      return 'over';
    } catch (error) {
      announcer.silence();
      if (!(error instanceof LeaseLostError)) throw error;
      this.log.warn({ runId: turn.runId }, 'another process has taken the session over');
      return 'lost';
    } finally {
      clearTimeout(timer);
      this.announcers.delete(turn.sessionKey);
    }
  }

  /** What the running turn of a session has said and thought so far. */
  liveOf(sessionKey: string): LiveText | undefined {
    return this.announcers.get(sessionKey)?.soFar;
  }

  private toolContext(
    { turn, session }: StartedTurn,
    plan: TurnPlan,
    signal: AbortSignal,
    callId: string,
    { provider, model, provenance, update, resultTokens }: CallFacts,
  ): ToolContext {
    const { request } = turn;
    const [runName = turn.runId] = namesOf(request);
    const rules = rulesOf(turn, session);
    return {
      runId: turn.runId,
      runName,
      callId,
      sessionKey: turn.sessionKey,
      sessionId: turn.sessionId,
      agentId: turn.agentId,
      workspace: plan.folder.path,
      readOnly: plan.folder.readOnly,
      model: plan.candidates[0] ? nameOf(plan.candidates[0]) : 'none',
      isOwner: request.isOwner,
      origin: originOf(turn),
      choices: execChoicesOf(session),
      ...(request.jobId === undefined ? {} : { jobId: request.jobId }),
      ...(rules ? { rules } : {}),
      subject: { ...plan.subject, provider, model },
      provenance,
      signal,
      update,
      resultTokens,
    };
  }

  private async execute(
    started: StartedTurn,
    signal: AbortSignal,
    announcer: RunAnnouncer,
    mode: EffectiveQueueMode,
  ): Promise<TurnEnd> {
    const { turn, summarised } = started;
    if (signal.aborted) {
      // Nothing is asked for the sake of a turn that is over, least of all one that ends the process.
      const asked = started.rows.flatMap((row) => messagesOf(row, summarised.has(row.id)));
      return abortedEnd({ messages: asked, outputs: [], usage: NO_USAGE }, '', signal);
    }
    if (turn.alone >= MAX_CUTS_ALONE && !started.isAlone) {
      const asked = started.rows.flatMap((row) => messagesOf(row, summarised.has(row.id)));
      const reason = `this was given up: the gateway ended ${MAX_CUTS_ALONE} times while it worked on it and on nothing else`;
      return failure(reason, 'interrupted', asked);
    }
    started.rows = await this.media.resolve(started.rows, started, signal);
    const openingNow = (): PromptMessage[] => started.rows.flatMap((row) => messagesOf(row, summarised.has(row.id)));
    let plan: TurnPlan;
    try {
      plan = await this.planner.plan(started, signal);
    } catch (error) {
      if (error instanceof ModelError) return failure(error.message, error.kind, openingNow());
      throw error;
    }
    // As the plan has made it fit.
    const opening = openingNow();
    const execution = new TurnExecution({
      journal: started.journal,
      announcer,
      models: this.models,
      gauges: this.gauges,
      answerRoom: (info, window) => answerRoomOf(this.config.config, window, info),
      executor: this.executor,
      candidates: plan.candidates,
      system: plan.system,
      envelope: plan.envelope,
      tools: plan.tools,
      functions: functionNames(turn.request.program),
      ...(turn.request.program ? { program: turn.request.program } : {}),
      ...(plan.thinking ? { thinking: plan.thinking } : {}),
      leadOf: (author) =>
        leadOf(this.config.config, { agentId: turn.agentId, thinking: plan.thinking ?? 'off', ...author }),
      history: plan.history,
      shorten: () => this.planner.history(started, plan.candidates[0], plan.otherTokens, signal, true),
      opening,
      cacheKey: turn.sessionId,
      account: accountOf(turn),
      signal,
      deadline: performance.now() + remainingOf(turn),
      isIdempotent: (name) => this.registry.find(name)?.declaration.idempotent ?? true,
      mayRunBeside: (name) => this.registry.find(name)?.declaration.parallel === true,
      steered: async (ids) =>
        (
          await this.media.resolve(
            (await this.taken.ofTurn(turn.runId)).filter((row) => ids.includes(row.id)),
            started,
            signal,
          )
        ).flatMap((row) => messagesOf(row)),
      takeSteering: (isAsked) => this.takeSteering(started, mode, isAsked, signal),
      isUnstarted: (callId) => this.approvals.isUnstarted(turn.runId, callId),
      askTogether: (questions, commit) =>
        this.approvals.askTogether(
          questions,
          { signal, origin: originOf(turn), rules: rulesOf(turn, started.session) },
          commit,
        ),
      withdraw: (callIds) => this.approvals.withdraw(turn.runId, callIds),
      toolContext: (callId, facts) => this.toolContext(started, plan, signal, callId, facts),
    });
    let end: ExecutionEnd;
    try {
      end = await execution.run();
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      this.log.error({ runId: turn.runId, error }, `a turn broke off: ${messageOf(error)}`);
      end = { kind: 'failed', message: 'an internal error; the log has the details', errorKind: 'internal' };
    }
    const { reasoningLevel, responseUsage } = started.session;
    const { heartbeat } = turn.request;
    const described = await this.withFiles(describeEnd(end, execution, signal, heartbeat), turn, execution);
    const told = withReasoning(described, reasoningLevel);
    const isForOwner = turn.request.isOwner && !heartbeat && told.outcome === 'reply';
    const note = isForOwner
      ? this.passedOver.noteFor(turn.sessionKey, plan.candidates, execution.outputs.at(-1))
      : undefined;
    return withFooter(note === undefined ? told : { ...told, text: `${told.text}\n\n_${note}_` }, responseUsage);
  }

  /** Takes the files that an answer names out of its words. What a sub-agent names, its parent hands over. */
  private async withFiles(end: TurnEnd, turn: StartedTurn['turn'], execution: TurnExecution): Promise<TurnEnd> {
    if (isSubagentKey(turn.sessionKey)) return end;
    if (end.outcome === 'aborted' || end.outcome === 'failed') return { ...end, text: takeHandover(end.text).text };
    if (end.outcome !== 'reply') return end;
    const taken = await this.handovers.take(end.text, execution.closingContext(), turn.request.route);
    return taken ? withHandover(end, taken) : end;
  }

  private async takeSteering(
    started: StartedTurn,
    mode: EffectiveQueueMode,
    isAsked: boolean,
    signal: AbortSignal,
  ): Promise<PromptMessage[]> {
    const { turn, journal, rows } = started;
    const joins = ({ message }: InboxRow): boolean =>
      message.isOwner === turn.request.isOwner &&
      ((isAsked && isAnswer(message, turn.request)) || STEERING.has(message.queueMode ?? mode));
    const waiting = (await this.inbox.ready(turn.sessionKey)).filter(joins);
    if (waiting.length === 0) return [];
    const ids = waiting.map((row) => row.id);
    const taken = await journal.steer((transaction) => this.taken.claimIn(transaction, ids, turn.runId));
    turn.request.runIds.push(...taken.map((row) => row.runId));
    (turn.request.runNames ??= []).push(...taken.map((row) => row.runName));
    const joined = await this.media.resolve(taken, started, signal);
    rows.push(...joined);
    return joined.flatMap((row) => messagesOf(row));
  }

  /** One line of each turn: a failed one at warn, others at debug. */
  private note({ turn, rows }: StartedTurn, end: TurnEnd): void {
    const { runId, sessionKey: session, request } = turn;
    const { channel, account } = request;
    const facts = { runId, session, channel, account, messages: rows.length, ms: Date.now() - turn.startedAt };
    if (end.outcome === 'failed')
      this.log.warn({ ...facts, kind: end.errorKind }, `a turn failed: ${end.reason ?? 'no reason is known'}`);
    else this.log.debug({ ...facts, outcome: end.outcome }, 'a turn has ended');
  }

  private async finish(started: StartedTurn, end: TurnEnd, announcer: RunAnnouncer): Promise<void> {
    const { turn } = started;
    const result = await this.closer.close(started, end);
    this.note(started, end);
    switch (end.outcome) {
      case 'reply':
      case 'silent':
      case 'handoff':
        announcer.final(end.text, finalMessage(end.text, result), end.stopReason ?? 'stop');
        break;
      case 'aborted':
        announcer.aborted(end.text, end.stopReason ?? 'rpc');
        break;
      case 'failed':
        announcer.failed(end.reason ?? 'failed', end.errorKind ?? 'unknown');
        break;
    }
    this.events.emit('turn.closed', {
      runId: turn.runId,
      runIds: turn.request.runIds,
      sessionKey: turn.sessionKey,
      outcome: end.outcome,
      ...(turn.request.route ? { route: turn.request.route } : {}),
      ...(end.size ? { size: end.size } : {}),
    });
    this.events.emit('session.changed', { sessionKey: turn.sessionKey, reason: 'turn' });
  }
}

const originOf = ({ request: { channel, account, route, program } }: StartedTurn['turn']): ToolContext['origin'] => ({
  channel,
  account,
  ...program?.place,
  ...(route ? { to: route.to } : {}),
  ...(route?.threadId ? { threadId: route.threadId } : {}),
  ...(route?.replyToId ? { messageId: route.replyToId } : {}),
  ...(route?.chatType ? { chatType: route.chatType } : {}),
});

/** Milliseconds that a turn may go on for; a clock that was set back since makes them no more than it was given. */
const remainingOf = ({ request, deadlineAt }: StartedTurn['turn']): number =>
  Math.max(0, Math.min(request.timeoutMs, deadlineAt - Date.now()));

/** What a job or a sub-agent may do unasked; undefined: what its conversation may. */
const rulesOf = ({ request }: StartedTurn['turn'], session: StartedTurn['session']): ToolContext['rules'] =>
  request.rules ?? session.rules;

/** The message of the final event; where it comes from is told only when no language model was behind it. */
function finalMessage(text: string, result: TurnResult): Record<string, unknown> | undefined {
  if (text === '') return undefined;
  return {
    role: 'assistant',
    content: [{ type: 'text', text }],
    timestamp: Date.now(),
    ...(result.offline ? { provider: result.provider, model: result.model, offline: true } : {}),
  };
}
