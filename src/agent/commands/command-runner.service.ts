import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction, sql } from 'kysely';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import type { CommandWish } from '../../inbox/inbound-message';
import { InboxService } from '../../inbox/inbox.service';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { TakenRows } from '../../inbox/taken-rows.store';
import { agentOfSession } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { NO_USAGE, type TranscriptEvent } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';
import { LeaseLostError, isFree } from '../../storage/lease';
import { LeaseService } from '../../storage/lease.service';
import type { Schema } from '../../storage/schema';
import { ApprovalService } from '../../tools/approvals/approval.service';
import { DirectAnswerService, gatewayMessage } from '../chat/direct-answer.service';
import { TurnJournal } from '../turns/turn-journal';
import type { TurnRecord, TurnResult } from '../turns/turn-record';
import { TurnStore } from '../turns/turn.store';
import { type CommandEffect, answer } from './chat-command';
import { ChatCommands } from './chat-commands.service';

/** A command that is cut off each time is given up after so many tries. */
const MAX_ATTEMPTS = 5;

/** A command that is on disk as being carried out. */
interface StartedCommand {
  row: InboxRow;
  wish: CommandWish;
  turn: TurnRecord;
  journal: TurnJournal;
  /** What it comes to without being carried out: a former process was cut off in it. */
  foregone?: CommandEffect;
}

interface Carried {
  effect: CommandEffect;
  /** Why it failed. */
  failure?: string;
}

/**
 * Carries a command out as a turn of one step: it is noted as begun, then carried out, then closed in one commit with its
 * answer. One that was cut off in between is carried out again only where that does no harm.
 */
@Injectable()
export class CommandRunner {
  private readonly log: Logger;

  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
    private readonly turns: TurnStore,
    private readonly inbox: InboxStore,
    private readonly taken: TakenRows,
    private readonly intake: InboxService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly outbound: OutboundPort,
    private readonly commands: ChatCommands,
    private readonly direct: DirectAnswerService,
    private readonly approvals: ApprovalService,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/commands');
  }

  /** Sessions with commands that nobody carries out and that have been waiting since then, or were cut off. */
  left(waitsSince: number): Promise<string[]> {
    return this.taken.leftCommands(waitsSince, isFree(sql`${LEASE} || inbox.id`, this.database.dialect));
  }

  /** @returns `held` while another process has the session's commands */
  async run(row: InboxRow, signal: AbortSignal): Promise<'done' | 'held'> {
    const { command: wish, ...message } = row.message;
    if (!wish || row.sessionKey === null) throw new Error(row.fault ?? `inbox row ${row.id} is no command`);
    const started = row.turnId === null ? await this.begin(row, wish) : await this.resume(row, wish, row.turnId);
    if (started === 'held' || started === 'gone') return started === 'held' ? 'held' : 'done';
    const carried = started.foregone ? { effect: started.foregone } : await this.carryOut(started, signal);
    // Cut off by a shutdown: the next start says what became of it.
    if (signal.reason === 'shutdown') return 'done';
    try {
      await this.close(started, carried, message);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      this.log.warn({ runId: started.turn.runId }, 'another process has taken the command over');
    }
    return 'done';
  }

  /** One commit: lease, row claimed, run, its one step. */
  private async begin(row: InboxRow, wish: CommandWish): Promise<StartedCommand | 'held' | 'gone'> {
    const sessionKey = row.sessionKey ?? '';
    const agentId = agentOfSession(this.config.config, sessionKey);
    const sessionId = (await this.sessions.find(sessionKey))?.sessionId ?? '';
    const named = this.commands.named(wish.text, sessionKey);
    const { spelledKey, route } = row.message;
    return this.database.write('command.start', async (transaction) => {
      const lease = await this.leases.acquireIn(transaction, leaseName(row));
      if (!lease) return 'held';
      const runId = randomUUID();
      const claimed = await this.taken.claimCommandIn(transaction, row.id, runId);
      if (!claimed) return 'gone';
      const turn = await this.turns.insertIn(transaction, {
        runId,
        kind: 'command',
        sessionKey,
        sessionId,
        agentId,
        request: {
          channel: row.channel,
          account: row.account,
          isOwner: row.message.isOwner,
          runIds: [row.runId],
          runNames: [row.runName],
          ...(spelledKey ? { spelledKey } : {}),
          ...(route ? { route } : {}),
          timeoutMs: 0,
        },
        fence: lease.token,
      });
      await this.turns.startStepIn(transaction, runId, 0, {
        kind: 'command',
        name: `/${named?.command.name ?? 'unknown'}`,
        args: named?.args ?? wish.text,
        idempotent: named === undefined || named.command.isRepeatable === true,
      });
      const journal = new TurnJournal(this.database, this.leases, this.turns, runId, lease, [], 1);
      return { row, wish, turn, journal };
    });
  }

  /** Takes a command up in which a former process was cut off. */
  private async resume(row: InboxRow, wish: CommandWish, runId: string): Promise<StartedCommand | 'held' | 'gone'> {
    const turn = await this.turns.find(runId);
    if (!turn) throw new Error(`inbox row ${row.id} names a run that is not there: ${runId}`);
    const lease = await this.database.write('command.resume', async (transaction) => {
      const taken = await this.leases.acquireIn(transaction, leaseName(row));
      if (taken) await this.turns.reattemptIn(transaction, turn, taken.token, false);
      return taken;
    });
    if (!lease) return 'held';
    const steps = await this.turns.steps(runId);
    const [step] = steps;
    const journal = new TurnJournal(this.database, this.leases, this.turns, runId, lease, steps);
    const started = { row, wish, turn, journal };
    const name = step?.kind === 'command' ? step.name : 'the command';
    this.log.warn({ runId, attempt: turn.attempt + 1 }, `the gateway was cut off while ${name} ran`);
    // What waited for approval had not begun.
    const mayRun = step?.kind === 'command' && (step.idempotent || (await this.approvals.isUnstarted(runId, runId)));
    if (!mayRun)
      return {
        ...started,
        foregone: answer(
          `The gateway stopped while ${name} was running. What it came to is unknown, and it was not run again: look before you repeat it.`,
        ),
      };
    if (turn.attempt < MAX_ATTEMPTS) return started;
    return { ...started, foregone: answer(`${name} was cut off ${turn.attempt} times and was given up.`) };
  }

  private async carryOut({ wish, turn }: StartedCommand, signal: AbortSignal): Promise<Carried> {
    const { sessionKey, agentId, runId } = turn;
    try {
      return { effect: await this.commands.carryOut(wish, { sessionKey, agentId, runId, signal }) };
    } catch (error) {
      const failure = messageOf(error);
      this.log.warn({ runId, error }, `a command failed: ${failure}`);
      return { effect: answer(`That failed: ${failure}`), failure };
    }
  }

  /** One commit: the step's end, history, delivery, row and run. */
  private async close(
    { row, wish, turn, journal }: StartedCommand,
    { effect, failure }: Carried,
    message: Omit<InboxRow['message'], 'command'>,
  ): Promise<void> {
    const { runId, sessionKey, agentId } = turn;
    const isClient = wish.giver.route === undefined;
    const reply = gatewayMessage(effect.text, 'stop');
    let kept: { sessionId: string; events: TranscriptEvent[] } | undefined;
    let delivered: (() => void) | undefined;
    journal.finish(0, { kind: effect.kind, text: effect.text });
    await journal.close(async (transaction) => {
      if (effect.kind === 'continue') {
        const { text, overrides } = effect;
        await this.taken.closeCommandIn(transaction, runId, {
          message: {
            ...message,
            text,
            ...(overrides ? { overrides } : {}),
            ...(overrides?.queueMode ? { queueMode: overrides.queueMode } : {}),
          },
        });
        await this.turns.closeIn(transaction, runId, 'handoff', null, resultOf(turn, ''));
        return;
      }
      if (isClient) kept = await this.keepIn(transaction, row, turn, reply);
      if (message.route)
        delivered = await this.outbound.enqueueIn(transaction, {
          runId,
          route: message.route,
          texts: [effect.text],
          ...(effect.buttons ? { buttons: effect.buttons } : {}),
        });
      const reason = failure ?? 'answered by the gateway';
      await this.taken.closeCommandIn(transaction, runId, { state: failure ? 'failed' : 'answered', reason });
      const result = resultOf(turn, effect.text, failure);
      await this.turns.closeIn(transaction, runId, failure ? 'failed' : 'reply', failure ?? null, result);
    });
    if (kept) this.transcripts.committed(kept.sessionId, kept.events);
    delivered?.();
    if (effect.kind === 'answer' && isClient)
      this.direct.announce(row.runName, sessionKey, turn.request.spelledKey ?? sessionKey, agentId, reply);
    this.events.emit('command.closed', { runId: row.runId, sessionKey });
    if (effect.kind === 'continue') {
      const waiting = await this.inbox.find(row.id);
      if (waiting) this.intake.announce(waiting);
    }
  }

  /** Question and answer for the history of clients; no model is shown them. */
  private async keepIn(
    transaction: Transaction<Schema>,
    { message, runName }: InboxRow,
    { sessionKey, agentId }: TurnRecord,
    reply: ReturnType<typeof gatewayMessage>,
  ): Promise<{ sessionId: string; events: TranscriptEvent[] }> {
    const { sessionId } = await this.sessions.ensureIn(transaction, sessionKey, agentId);
    const { text, idempotencyKey } = message;
    const common = { runId: runName, at: Date.now(), excludeFromContext: true };
    const events = await this.transcripts.appendIn(transaction, sessionId, [
      {
        ...common,
        message: {
          role: 'user',
          content: [{ type: 'text', text, origin: 'owner' }],
          ...(idempotencyKey ? { idempotencyKey } : {}),
        },
      },
      { ...common, message: reply },
    ]);
    return { sessionId, events };
  }
}

const LEASE = 'command:';
const leaseName = ({ id }: InboxRow): string => `${LEASE}${id}`;

const resultOf = ({ startedAt }: TurnRecord, text: string, error?: string): TurnResult => ({
  payloads: text === '' || error !== undefined ? [] : [{ text, mediaUrl: null }],
  provider: '',
  model: '',
  usage: NO_USAGE,
  durationMs: Date.now() - startedAt,
  ...(error === undefined ? {} : { error, errorKind: 'command' }),
});
