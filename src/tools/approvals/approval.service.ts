import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { Redactor } from '../../common/redactor';
import { timerMs } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import { DatabaseService } from '../../storage/database.service';
import { type ToolContext, ToolError } from '../agent-tool';
import { type ApprovalDecision, type Permission, isPermission } from './approval-decision';
import type { ApprovalBinding, ApprovalQuestion } from './approval-question';
import { type AnswerFacts, type ApprovalOutcome, endOf, tellWaiting } from './approval-outcome';
import { refused, requireOffered, requireRule } from './approval-refusals';
import { type ApprovalRequest, lengthOf, withTexts } from './approval-request';
import { approvalButtons, approvalRoutes, approvalText, chatQuestions, fitsChat, questionRun } from './approval-text';
import { ApprovalStore, DecidedMeanwhile } from './approval.store';
import {
  type ApprovalRow,
  type EndedApproval,
  type PendingApproval,
  endedOf,
  pendingOf,
  pendingTogether,
  questionsOf,
} from './pending-approval';

export const APPROVAL_TIMEOUT_MS = 120_000;
const DAY_MS = 24 * 3_600_000;
/** Nothing is asked that can't be shown as a whole. */
export const MAX_QUESTION = 200_000;

interface Waiter {
  outcome: Promise<ApprovalOutcome>;
  settle(outcome: ApprovalOutcome): void;
}

/** Where a question comes from, and how the one who asks hears of it. */
type Asking = Pick<ToolContext, 'signal' | 'update' | 'origin' | 'rules'>;

/**
 * Durable approval rows, each bound to one call of one run. Time-out denies. A restart keeps a pending row: the turn
 * that waits for it goes on waiting. An approved call is marked as used before it starts, so that it starts once.
 */
@Injectable()
export class ApprovalService {
  private readonly waiting = new Map<string, Waiter>();
  private readonly store: ApprovalStore;

  constructor(
    database: DatabaseService,
    private readonly events: EventBus,
    private readonly outbound: OutboundPort,
    private readonly config: ConfigService,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly redactor: Redactor = new Redactor(),
  ) {
    this.store = new ApprovalStore(database, clock);
    events.on('approval.closed', ({ ids }) => this.lookAt(ids), 'elsewhere');
    events.on('replicas.look', () => this.lookAt([...this.waiting.keys()]));
  }

  /** Closes rows whose time ran out while no process was there. */
  expireStale(): Promise<number> {
    return this.store.expireStale();
  }

  /**
   * Asks people, waits for their decision and takes it up; returns how it was allowed.
   * @throws ToolError approval_denied, approval_timeout, aborted, too_large
   */
  async permit(
    wanted: ApprovalRequest,
    binding: ApprovalBinding,
    context: Asking,
    timeoutMs = APPROVAL_TIMEOUT_MS,
  ): Promise<Permission> {
    const granted = await this.store.granted(binding, context.rules);
    if (granted) return granted;
    const request = this.shown(wanted);
    const length = lengthOf(request);
    if (length > MAX_QUESTION)
      throw new ToolError(
        'too_large',
        `this has to be approved, and nobody can read ${length} characters before he decides; do it in smaller steps`,
      );
    const known = await this.store.known(request.runId, binding);
    const outcome = known
      ? await this.resume(known, context)
      : await this.askAlone({ request, binding }, context, timeoutMs);
    switch (outcome.decision) {
      case 'deny':
        throw new ToolError(
          'approval_denied',
          `the owner denied this${outcome.reason ? `, saying: ${outcome.reason}` : ''}; do not try it again in another form`,
        );
      case 'timeout':
        throw new ToolError('approval_timeout', 'nobody approved this in time, so it was denied');
      case 'aborted':
        throw new ToolError('aborted', 'the turn was stopped while this waited for approval');
      case 'allow-once':
      case 'allow-session':
      case 'allow-always':
        if (!(await this.store.take(request.runId, binding)))
          throw new ToolError('approval_denied', 'this approval was used already');
        return outcome.decision;
    }
  }

  /** When the rule ends that the answer to a call has written; undefined: it has no end. */
  ruleEndOf(runId: string, binding: ApprovalBinding): Promise<number | undefined> {
    return this.store.ruleEndOf(runId, binding);
  }

  /** Whether something is allowed for the conversation already, or was for what a sub-agent was made with. */
  async isGranted(binding: ApprovalBinding, { rules }: Pick<Asking, 'rules'>): Promise<boolean> {
    return (await this.store.granted(binding, rules)) !== undefined;
  }

  /**
   * Puts what several calls of one step have to be asked for into one question, before the first of them runs. Each call
   * waits for its part of the answer when it comes to it, by `permit`; where it is another question by then, it is asked.
   * @param commit called before the question is written, where there is one
   */
  async askTogether(
    wanted: readonly ApprovalQuestion[],
    context: Omit<Asking, 'update'>,
    commit: () => Promise<void>,
    timeoutMs = APPROVAL_TIMEOUT_MS,
  ): Promise<void> {
    const open: ApprovalQuestion[] = [];
    for (const { request, binding } of wanted) {
      if (await this.isGranted(binding, context)) continue;
      const known = await this.store.known(request.runId, binding);
      if (!known) open.push({ request: this.shown(request), binding });
      // Left by an attempt that was cut off: its time goes on running.
      else if (known.state === 'pending') void this.wait(known, context.signal);
    }
    const length = open.reduce((sum, { request }) => sum + lengthOf(request), 0);
    if (open.length < 2 || length > MAX_QUESTION) return;
    await commit();
    for (const row of await this.ask(open, context, timeoutMs)) void this.wait(row, context.signal);
  }

  /** Takes back what calls were asked for in common and did not come to: the question is open no more. */
  async withdraw(runId: string, callIds: readonly string[]): Promise<void> {
    for (const callId of callIds)
      for (const row of await this.store.ofCall(runId, callId))
        if (row.state === 'pending' && row.question_id !== null && row.reached_at === null) await this.expire(row.id);
  }

  /**
   * Whether a call was cut off before its approved action began, so that it may be taken up again. Only a call that has
   * itself come to wait for an answer is known not to have gone on without.
   */
  async isUnstarted(runId: string, callId: string): Promise<boolean> {
    const rows = await this.store.ofCall(runId, callId);
    return (
      rows.every((row) => row.state !== 'used') &&
      rows.some((row) => row.question_id === null || row.reached_at !== null)
    );
  }

  /** Open questions, oldest first. */
  async list(): Promise<PendingApproval[]> {
    return questionsOf((await this.store.open()).filter((row) => this.isOpen(row)));
  }

  /**
   * A question, or one call of it, by its whole id or the first eight characters, and whether it waits.
   * @throws RpcError APPROVAL_NOT_FOUND
   */
  async read(id: string): Promise<{ asked: PendingApproval; ended: EndedApproval; isOpen: boolean }> {
    const [first, ...more] = await this.store.find(id);
    if (!first) throw refused('APPROVAL_NOT_FOUND', id, 'nothing with this id was ever asked');
    const isCommon = first.question_id !== null && !first.id.startsWith(id.trim().toLowerCase());
    const asked = isCommon ? pendingTogether(first.question_id ?? '', [first, ...more]) : pendingOf(first);
    return { asked, ended: endedOf(first), isOpen: [first, ...more].some((row) => this.isOpen(row)) };
  }

  /** Calls that were decided or whose time ran out, the newest first. */
  async history(page: { before?: number; limit: number }): Promise<EndedApproval[]> {
    return (await this.store.ended(page)).map(endedOf);
  }

  /**
   * @param id whole id, or its first eight characters, of a question or of one call of it
   * @param from session the answer was given in; undefined for the operator surfaces, which may answer for all
   * @throws RpcError when the id is unknown, decided already, expired or asked elsewhere: the first decision stands.
   */
  async resolve(
    id: string,
    decision: ApprovalDecision,
    by: string,
    from?: string,
    { reason, hash, inChat, forDays }: AnswerFacts = {},
  ): Promise<void> {
    const [first, ...more] = await this.store.find(id);
    if (!first) throw refused('APPROVAL_NOT_FOUND', id, 'nothing with this id was ever asked');
    if (from !== undefined && first.session_key !== from)
      throw refused('APPROVAL_ELSEWHERE', id, 'it was asked in another conversation; answer there');
    const open = [first, ...more].filter((row) => this.isOpen(row));
    const [next, ...others] = open;
    if (!next) {
      if (first.state === 'expired' || first.state === 'pending')
        throw refused('APPROVAL_EXPIRED', id, 'its time is over, so it was denied');
      throw refused('APPROVAL_DECIDED', id, `it was decided already (${first.decision ?? ''})`);
    }
    const isCommon = next.question_id !== null && !next.id.startsWith(id.trim().toLowerCase());
    const asked = isCommon ? pendingTogether(next.question_id ?? '', [next, ...others]) : pendingOf(next);
    if (hash !== undefined && hash !== asked.hash)
      throw refused('APPROVAL_CHANGED', id, 'it is not what was shown; look at it again');
    if (inChat && decision !== 'deny' && !fitsChat(asked))
      throw refused(
        'APPROVAL_TOO_LONG',
        id,
        'it was not shown here as a whole; decide on the page or the command line',
      );
    requireOffered(asked.request, decision);
    if (forDays !== undefined) requireRule(asked.request, decision);
    try {
      await this.store.decide(open, decision, by, {
        ...(reason ? { refusal: reason } : {}),
        ...(forDays === undefined ? {} : { ruleExpiresAtMs: this.clock.now() + forDays * DAY_MS }),
      });
    } catch (error) {
      if (error instanceof DecidedMeanwhile) throw refused('APPROVAL_DECIDED', id, 'somebody else was faster');
      throw error;
    }
    for (const row of open) this.waiting.get(row.id)?.settle({ decision, by, ...(reason ? { reason } : {}) });
    const ids = open.map((row) => row.id);
    this.events.emit('approval.closed', { ids });
    this.events.emit('approval.decided', { ids, decision, by });
    if (isCommon) this.tellResolved(asked.id, decision, by);
    else await this.tellClosed(next, decision, by);
  }

  /** Takes up what another gateway has decided, or has waited for until the time was over. */
  private async lookAt(ids: readonly string[]): Promise<void> {
    const waited = ids.filter((id) => this.waiting.has(id));
    if (waited.length === 0) return;
    for (const row of await this.store.closed(waited)) this.waiting.get(row.id)?.settle(endOf(row));
  }

  /** As long as somebody here waits for the answer, its time is not over, whatever the clock was set to meanwhile. */
  private isOpen({ id, state, expires_at }: ApprovalRow): boolean {
    return state === 'pending' && (this.waiting.has(id) || Number(expires_at) > this.clock.now());
  }

  /** What is shown and kept holds no secret of the gateway. */
  private shown(request: ApprovalRequest): ApprovalRequest {
    return withTexts(request, (text) => this.redactor.redactKnown(text));
  }

  private async askAlone(question: ApprovalQuestion, context: Asking, timeoutMs: number): Promise<ApprovalOutcome> {
    // What was asked for this call before is not what it would do now.
    for (const row of await this.store.ofCall(question.request.runId, question.binding.callId))
      if (row.state === 'pending') await this.expire(row.id);
    const [row] = await this.ask([question], context, timeoutMs);
    tellWaiting(row, context);
    return this.wait(row, context.signal);
  }

  /**
   * Writes a question down and asks it wherever it can be answered. Returns its rows, one for each call.
   * @param id of a question about one call, where whoever asks has one for it
   */
  async ask(
    questions: readonly ApprovalQuestion[],
    { origin }: Pick<Asking, 'origin'>,
    timeoutMs: number,
    id?: string,
  ): Promise<[ApprovalRow, ...ApprovalRow[]]> {
    const now = this.clock.now();
    const questionId = questions.length > 1 ? randomUUID() : null;
    const rows = questions.map(({ request, binding }, position) => ({
      id: id ?? randomUUID(),
      kind: request.kind,
      request: JSON.stringify(request),
      state: 'pending' as const,
      decision: null,
      resolved_by: null,
      created_at: now,
      expires_at: now + timeoutMs,
      decided_at: null,
      run_id: request.runId,
      call_id: binding.callId,
      session_key: request.sessionKey,
      session_id: binding.sessionId,
      target: binding.target ?? null,
      fingerprint: binding.fingerprint,
      question_id: questionId,
      position,
      reached_at: null,
    })) as [ApprovalRow, ...ApprovalRow[]];
    const pending = questionId === null ? pendingOf(rows[0]) : pendingTogether(questionId, rows);
    const announce = await this.store.write('approval.request', async (transaction) => {
      await this.store.insertIn(transaction, rows);
      const asked: (() => void)[] = [];
      const routes = approvalRoutes(this.config.config.approvals, pending.request, origin);
      for (const [index, route] of routes.entries())
        for (const question of chatQuestions(pending))
          asked.push(
            await this.outbound.enqueueIn(transaction, {
              runId: questionRun(question.id, index),
              route,
              texts: [approvalText(question)],
              buttons: approvalButtons(question),
            }),
          );
      return asked;
    });
    for (const tell of announce) tell();
    const { tool, sessionKey, runId } = pending.request;
    this.events.emit('approval.asked', { ids: rows.map((row) => row.id), tool, sessionKey, runId });
    this.events.emit('wire.event', { event: 'exec.approval.requested', payload: pending });
    return rows;
  }

  /** Goes on with a row that an earlier attempt of the same call has left, or that was asked in common with others. */
  private async resume(row: ApprovalRow, context: Asking): Promise<ApprovalOutcome> {
    if (row.question_id !== null && row.reached_at === null) await this.store.reach(row.id);
    if (this.isOpen(row)) tellWaiting(row, context);
    return this.outcomeOf(row, context.signal);
  }

  /** The answer to a row, now or when it comes. */
  async outcomeOf(row: ApprovalRow, signal: AbortSignal): Promise<ApprovalOutcome> {
    if (this.isOpen(row)) {
      const outcome = this.wait(row, signal);
      // It may have been decided before anybody waited for it.
      const now = await this.store.byId(row.id);
      if (now && now.state !== 'pending') this.waiting.get(row.id)?.settle(endOf(now));
      return outcome;
    }
    if (row.state === 'pending') await this.expire(row.id);
    return row.state === 'decided' ? endOf(row) : { decision: 'timeout' };
  }

  /** The answer to a row; whoever asks again waits for the same. */
  private wait({ id, created_at, expires_at }: ApprovalRow, signal: AbortSignal): Promise<ApprovalOutcome> {
    const known = this.waiting.get(id);
    if (known) return known.outcome;
    let settle: Waiter['settle'] = () => undefined;
    const outcome = new Promise<ApprovalOutcome>((resolve) => {
      settle = (result) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(id);
        resolve(result);
      };
    });
    const abort = (): void => {
      // A shutdown leaves the question open: the next start goes on waiting for its answer.
      if (signal.reason === 'shutdown') settle({ decision: 'aborted' });
      else void this.expire(id, { decision: 'aborted' });
    };
    // Where it can't be written, the next start closes the row.
    const timer = setTimeout(
      () => void this.expire(id).catch(() => undefined),
      // A clock that was set back since makes it no more time than it was.
      timerMs(Math.min(Number(expires_at) - Number(created_at), Number(expires_at) - this.clock.now())),
    );
    this.waiting.set(id, { outcome, settle });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return outcome;
  }

  /** Closes a row without an answer, if it is open; what was decided before that holds. */
  private async expire(id: string, told?: ApprovalOutcome): Promise<void> {
    const row = await this.store.expire(id);
    const now = row ?? (await this.store.byId(id));
    this.waiting.get(id)?.settle(told ?? (now ? endOf(now) : { decision: 'timeout' }));
    if (!row) return;
    this.events.emit('approval.closed', { ids: [id] });
    this.events.emit('approval.decided', { ids: [id], decision: 'timeout', by: 'the clock' });
    await this.tellClosed(row, 'deny', 'timeout');
  }

  /** Tells that one call was decided, and with the last one of a common question that it is answered. */
  private async tellClosed(row: ApprovalRow, decision: ApprovalDecision, by: string): Promise<void> {
    this.tellResolved(row.id, decision, by);
    if (row.question_id === null) return;
    const rows = await this.store.ofQuestion(row.question_id);
    if (rows.some(({ state }) => state === 'pending')) return;
    this.tellResolved(row.question_id, rows.every((each) => isPermission(each.decision)) ? 'allow-once' : 'deny', by);
  }

  private tellResolved(id: string, decision: ApprovalDecision, resolvedBy: string): void {
    this.events.emit('wire.event', {
      event: 'exec.approval.resolved',
      payload: { id, decision, resolvedBy, ts: this.clock.now() },
    });
  }
}
