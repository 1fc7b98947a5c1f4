import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import type { DeliveryRoute } from '../../common/delivery-route';
import { cutText } from '../../common/cut-text';
import type { SenderIdentity } from '../../common/sender-identity';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import type { InboxRow } from '../../inbox/inbox-row';
import { TakenRows } from '../../inbox/taken-rows.store';
import type { SessionEntry } from '../../sessions/session-entry';
import { staleReason } from '../../sessions/freshness';
import { agentOfSession, isOfOnePerson } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { Schema } from '../../storage/schema';
import { DatabaseService } from '../../storage/database.service';
import type { Lease } from '../../storage/lease';
import { LeaseService } from '../../storage/lease.service';
import { laneName } from './lane-name';
import { TurnJournal } from './turn-journal';
import type { TurnRecord, TurnRequest } from './turn-record';
import { TurnStore } from './turn.store';

const DEFAULT_TIMEOUT_SECONDS = 600;
/** Characters of a name that a list shows. */
const MAX_NAME = 80;

/** A turn that is on disk and whose lane is ours. */
export interface StartedTurn {
  turn: TurnRecord;
  session: SessionEntry;
  journal: TurnJournal;
  /** Messages that the turn answers, in order. */
  rows: InboxRow[];
  /** Ids of rows that are only mentioned in short. */
  summarised: ReadonlySet<string>;
  /** A former process was cut off in it. */
  resumed: boolean;
  /** Nothing else runs beside it. */
  isAlone: boolean;
}

interface Begun {
  lease: Lease;
  session: SessionEntry;
  turn: TurnRecord;
  taken: InboxRow[];
}

/** The first of the rows was dropped, or another process took it. */
class RowGoneError extends Error {}

/** Puts a turn on disk, or picks a cut-off one up again, together with the lease of its lane. */
@Injectable()
export class TurnStarter {
  private readonly log: Logger;

  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
    private readonly turns: TurnStore,
    private readonly taken: TakenRows,
    private readonly sessions: SessionStore,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('agent/turns');
  }

  /**
   * One commit: lease, rows claimed, turn, first model step.
   * @param firstModel name of the model that a session begins with
   * @returns `held` when another process holds the lane, `running` when a turn of the session has not ended, `gone` when
   * the first of the rows does not wait any more
   */
  async begin(
    sessionKey: string,
    rows: readonly InboxRow[],
    summarised: readonly InboxRow[],
    firstModel: (session: SessionEntry) => string,
  ): Promise<StartedTurn | 'held' | 'running' | 'gone'> {
    const agentId = agentOfSession(this.config.config, sessionKey);
    const start = async (transaction: Transaction<Schema>): Promise<Begun | 'held' | 'running'> => {
      const [leading] = rows;
      if (!leading) throw new RowGoneError();
      const lease = await this.leases.acquireIn(transaction, laneName(sessionKey));
      if (!lease) return 'held';
      const ids = rows.map((row) => row.id);
      // As they are now: one may have been edited since the turn was planned.
      const taken = await this.taken.claimIn(transaction, ids, leading.runId, sessionKey);
      if (taken.length === 0 && (await this.turns.isRunningIn(transaction, sessionKey))) {
        await this.leases.releaseIn(transaction, lease);
        return 'running';
      }
      // Takes all of it back, also what was claimed of the other rows.
      if (taken[0]?.id !== leading.id) throw new RowGoneError();
      const session = await this.named(
        transaction,
        await this.currentSession(transaction, sessionKey, agentId, taken),
        taken,
      );
      const request = this.requestOf(taken, session);
      const turn = await this.turns.insertIn(transaction, {
        runId: leading.runId,
        kind: 'turn',
        sessionKey,
        sessionId: session.sessionId,
        agentId,
        request,
        fence: lease.token,
      });
      await this.turns.startStepIn(transaction, turn.runId, 0, { kind: 'model', name: firstModel(session) });
      return { lease, session: { ...session, ...taken.at(-1)?.message.overrides }, turn, taken };
    };
    const begun = await this.database.write('turn.start', start).catch((error: unknown) => {
      if (error instanceof RowGoneError) return 'gone' as const;
      throw error;
    });
    if (typeof begun === 'string') return begun;
    return {
      turn: begun.turn,
      session: begun.session,
      journal: this.journal(begun.turn, begun.lease, 1),
      rows: begun.taken,
      summarised: new Set(summarised.map((row) => row.id)),
      resumed: false,
      isAlone: false,
    };
  }

  /** Takes a cut-off turn over. Returns `held` while another process holds its lane, `over` when it has ended. */
  async resume(turn: TurnRecord, isAlone: boolean): Promise<StartedTurn | 'held' | 'over'> {
    const taken = await this.database.write('turn.resume', async (transaction) => {
      const lease = await this.leases.acquireIn(transaction, laneName(turn.sessionKey));
      if (!lease) return 'held';
      const deadlineAt = await this.turns.reattemptIn(transaction, turn, lease.token, isAlone);
      if (deadlineAt === undefined) {
        await this.leases.releaseIn(transaction, lease);
        return 'over';
      }
      return { lease, deadlineAt, session: await this.sessions.ensureIn(transaction, turn.sessionKey, turn.agentId) };
    });
    if (typeof taken === 'string') return taken;
    const [steps, all] = await Promise.all([this.turns.steps(turn.runId), this.taken.ofTurn(turn.runId)]);
    const broken = all.find(({ fault }) => fault !== undefined);
    if (broken) throw new Error(`inbox row ${broken.id}: ${broken.fault}`);
    const steered = new Set(steps.flatMap((step) => (step.kind === 'steer' ? step.output.rowIds : [])));
    return {
      turn: {
        ...turn,
        attempt: turn.attempt + 1,
        alone: turn.alone + (isAlone ? 1 : 0),
        deadlineAt: taken.deadlineAt,
        // Messages that had joined it belong to it as well.
        request: { ...turn.request, runIds: all.map((row) => row.runId), runNames: all.map((row) => row.runName) },
      },
      session: { ...taken.session, ...all.at(-1)?.message.overrides },
      journal: new TurnJournal(this.database, this.leases, this.turns, turn.runId, taken.lease, steps),
      rows: all.filter((row) => !steered.has(row.id)),
      summarised: new Set(),
      resumed: true,
      isAlone,
    };
  }

  /** The session, started over where it has become stale; what the gateway itself writes neither ends nor keeps one. */
  private async currentSession(
    transaction: Transaction<Schema>,
    sessionKey: string,
    agentId: string,
    rows: readonly InboxRow[],
  ): Promise<SessionEntry> {
    const session = await this.sessions.ensureIn(transaction, sessionKey, agentId);
    if (rows.some((row) => row.message.isFresh === true))
      return this.sessions.resetIn(transaction, sessionKey, agentId);
    if (rows.every((row) => row.message.isSystemEvent === true)) return session;
    const { config } = this.config;
    const timeZone = userTimeZone(config);
    const reason = staleReason(config, session, this.clock.now(), timeZone);
    if (reason === undefined) return session;
    this.log.info({ session: sessionKey }, `a new conversation begins: ${reason}`);
    return this.sessions.resetIn(transaction, sessionKey, agentId);
  }

  /** A conversation with one person alone goes by what they call themselves now. */
  private async named(
    transaction: Transaction<Schema>,
    session: SessionEntry,
    rows: readonly InboxRow[],
  ): Promise<SessionEntry> {
    const { sender, route } = rows.at(-1)?.message ?? {};
    if (sender?.name === undefined || route?.chatType !== 'direct' || !isOfOnePerson(session.key)) return session;
    const displayName = cutText(sender.name, MAX_NAME);
    if (session.displayName === displayName) return session;
    const next = { ...session, displayName };
    await this.sessions.saveIn(transaction, next);
    return next;
  }

  private journal(turn: TurnRecord, lease: Lease, nextStep: number): TurnJournal {
    return new TurnJournal(this.database, this.leases, this.turns, turn.runId, lease, [], nextStep);
  }

  private requestOf(rows: readonly InboxRow[], session: SessionEntry): TurnRequest {
    const last = rows.at(-1) as InboxRow;
    const { message } = last;
    const seconds = this.config.config.agents?.defaults?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    return {
      channel: last.channel,
      account: last.account,
      isOwner: rows.every((row) => row.message.isOwner),
      runIds: rows.map((row) => row.runId),
      runNames: rows.map((row) => row.runName),
      ...sendersOf(rows),
      timeoutMs: message.timeoutMs && message.timeoutMs > 0 ? message.timeoutMs : seconds * 1000,
      ...(message.jobId ? { jobId: message.jobId } : {}),
      ...(message.jobBudget ? { jobBudget: message.jobBudget } : {}),
      ...(message.rules ? { rules: message.rules } : {}),
      ...(message.heartbeat ? { heartbeat: message.heartbeat } : {}),
      ...routeOf(message, session),
      ...(message.rulesAt ? { rulesAt: message.rulesAt } : {}),
      ...(message.spelledKey ? { spelledKey: message.spelledKey } : {}),
      ...(message.model ? { model: message.model } : {}),
      ...(message.thinking ? { thinking: message.thinking } : {}),
      ...(message.extraSystemPrompt ? { extraSystemPrompt: message.extraSystemPrompt } : {}),
      ...(message.program ? { program: message.program } : {}),
    };
  }
}

/** A docked conversation answers elsewhere than where it was asked. */
function routeOf({ route }: InboxRow['message'], { dock }: SessionEntry): { route?: DeliveryRoute } {
  const chosen = route && dock ? dock : route;
  return chosen ? { route: chosen } : {};
}

function sendersOf(rows: readonly InboxRow[]): { senders?: SenderIdentity[] } {
  const known = new Map<string, SenderIdentity>();
  for (const { message } of rows) {
    const { id, handle } = message.sender ?? {};
    if (id !== undefined && id !== '') known.set(id, { id, ...(handle ? { handle } : {}) });
  }
  return known.size > 0 ? { senders: [...known.values()] } : {};
}
