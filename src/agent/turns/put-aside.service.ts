import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { TakenRows } from '../../inbox/taken-rows.store';
import { DatabaseService } from '../../storage/database.service';
import { isPassingFault } from '../../storage/storage-fault';
import { TurnStore } from './turn.store';

/** Tries after which what stands first in a line is put aside. */
const MAX_TRIES = 3;

/** Whether a failure is that of the work itself, and has been for long enough. */
export const mayPutAside = (error: unknown, tries: number): boolean => tries >= MAX_TRIES && !isPassingFault(error);

/**
 * Ends work that can't even be begun or closed, so that what stands behind it goes on: its rows are `failed`, with the
 * reason, and whoever sent them is told.
 */
@Injectable()
export class PutAside {
  private readonly log: Logger;

  constructor(
    private readonly database: DatabaseService,
    private readonly inbox: InboxStore,
    private readonly taken: TakenRows,
    private readonly turns: TurnStore,
    private readonly outbound: OutboundPort,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/lanes');
  }

  /** A message that can't be read. */
  async row(row: InboxRow): Promise<void> {
    await this.end(row.sessionKey ?? '', { running: undefined, row }, row.fault);
  }

  /** The turn of a session that is running, else the message that stands first. Returns whether there was one. */
  async next(sessionKey: string, error: unknown): Promise<boolean> {
    const running = await this.turns.runningId(sessionKey);
    const [first] = running === undefined ? await this.inbox.ready(sessionKey, 1) : [];
    return this.end(sessionKey, { running, row: first }, error);
  }

  /** The command of a session that stands first. Returns whether there was one. */
  async command(sessionKey: string, error: unknown): Promise<boolean> {
    const [row] = await this.inbox.commands(sessionKey, 1);
    return this.end(sessionKey, { running: row?.turnId ?? undefined, row }, error);
  }

  private async end(
    sessionKey: string,
    { running, row }: { running: string | undefined; row: InboxRow | undefined },
    error: unknown,
  ): Promise<boolean> {
    if (running === undefined && !row) return false;
    const reason = `it could not be worked on: ${messageOf(error)}`;
    try {
      const rows = await this.database.write('turn.put-aside', async (transaction) => {
        if (running !== undefined) await this.turns.giveUpIn(transaction, running, reason);
        return this.taken.putAsideIn(
          transaction,
          running === undefined ? { id: row?.id ?? '' } : { turnId: running },
          reason,
        );
      });
      const runId = running ?? row?.runId ?? '';
      this.log.warn({ session: sessionKey, runId, rows: rows.map(({ id }) => id) }, `put aside: ${reason}`);
      for (const each of rows) await this.tell(sessionKey, each, reason);
      const runIds = rows.map((each) => each.runId);
      this.events.emit('turn.closed', { runId, runIds, sessionKey, outcome: 'failed' });
      for (const id of runIds) this.events.emit('command.closed', { runId: id, sessionKey });
      return true;
    } catch (cause) {
      this.log.error({ session: sessionKey, error: cause }, `could not be put aside: ${messageOf(cause)}`);
      return false;
    }
  }

  private async tell(sessionKey: string, { runId, runName, message }: InboxRow, reason: string): Promise<void> {
    const text = `This message was put aside: ${reason}`;
    this.events.emit('wire.event', {
      event: 'chat',
      payload: { runId: runName, sessionKey, seq: 0, state: 'error', errorMessage: text },
    });
    const { route } = message;
    if (!route) return;
    try {
      const announce = await this.database.write('put-aside.told', (transaction) =>
        this.outbound.enqueueIn(transaction, { runId: `put-aside:${runId}`, route, texts: [text] }),
      );
      announce();
    } catch (error) {
      this.log.warn({ runId, error }, `nobody could be told that a message was put aside: ${messageOf(error)}`);
    }
  }
}
