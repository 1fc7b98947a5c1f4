import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import { type InboxRow, readRow, readRows } from './inbox-row';

/** Most characters that are kept of an update. */
const MAX_RAW = 256 * 1024;

const CUT_SHORT = 'it was too long to be kept whole: have its sender say it again';
const KEPT_AS = 'update:';

export interface UnhandledUpdate {
  channel: string;
  account: string;
  externalId: string;
  /** As the platform sent it. */
  raw: unknown;
  reason: string;
}

/** An update that is kept as it came, to be taken once more. */
export interface KeptUpdate {
  rowId: string;
  channel: string;
  account: string;
  /** Id by which the platform's own repetition of it is known. */
  id: string;
  raw: unknown;
}

/** Something that came in and that nobody could handle. */
export interface Quarantined {
  id: string;
  channel: string;
  accountId: string;
  externalId: string;
  /** Conversation that it was meant for, where that was known. */
  sessionKey?: string;
  text: string;
  /** JSON text of the platform's update, where that is all there is. */
  raw?: string;
  reason: string;
  receivedAt: number;
}

/** Messages and updates that could not be handled after three tries: inbox rows in the state `quarantined`. */
@Injectable()
export class QuarantineStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Keeps an update as it came; the same one again is the same row. */
  async keep({ channel, account, externalId, raw, reason }: UnhandledUpdate): Promise<void> {
    const now = this.clock.now();
    const runId = randomUUID();
    await this.database.write('inbox.quarantine', (transaction) =>
      transaction
        .insertInto('inbox')
        .values({
          id: randomUUID(),
          channel,
          account,
          external_id: `${KEPT_AS}${externalId}`,
          session_key: null,
          run_id: runId,
          run_name: runId,
          turn_id: null,
          payload: JSON.stringify({ text: '', isOwner: false, origin: 'stranger', raw: jsonOf(raw) }),
          state: 'quarantined',
          reason,
          received_at: now,
          updated_at: now,
        })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'external_id']).doNothing())
        .execute(),
    );
  }

  /**
   * Lets messages and commands wait again, each as a run of its own, in their old order.
   * @param from the states in which they may be
   * @returns those that wait now, updates that have to be made messages of first, and why others do not wait
   */
  async resubmit(ids: readonly string[], from: readonly InboxRow['state'][] = ['quarantined']): Promise<Resubmitted> {
    return this.database.write('inbox.resubmit', async (transaction) => {
      const found = await transaction
        .selectFrom('inbox')
        .selectAll()
        .where('id', 'in', [...ids])
        .where('state', 'in', [...from])
        .orderBy('seq')
        .execute();
      const rows: InboxRow[] = [];
      const refused: Resubmitted['refused'] = [];
      const updates: KeptUpdate[] = [];
      for (const row of await readRows(transaction, found)) {
        if (row.sessionKey === null) {
          const raw = parsed(row.message.raw);
          if (raw === undefined) refused.push({ id: row.id, reason: row.fault ?? CUT_SHORT });
          else updates.push(updateOf(row, raw));
          continue;
        }
        if (row.fault !== undefined) {
          refused.push({ id: row.id, reason: row.fault });
          continue;
        }
        const runId = randomUUID();
        const open = await transaction
          .selectFrom('inbox')
          .select('id')
          .where('run_name', '=', row.runName)
          .where('state', 'in', ['pending', 'command', 'running'])
          .executeTakeFirst();
        const changed = await transaction
          .updateTable('inbox')
          .set({
            state: row.message.command ? 'command' : 'pending',
            run_id: runId,
            run_name: open ? runId : row.runName,
            turn_id: null,
            reason: null,
            updated_at: this.clock.now(),
          })
          .where('id', '=', row.id)
          .returningAll()
          .executeTakeFirstOrThrow();
        rows.push(await readRow(transaction, changed));
      }
      return { rows, updates, refused };
    });
  }

  /** Ends an update that has been taken after all: what it said is a row of its own by now. */
  async taken(rowId: string): Promise<void> {
    await this.database.write('inbox.retaken', (transaction) =>
      transaction
        .updateTable('inbox')
        .set({ state: 'dropped', reason: 'taken again', updated_at: this.clock.now() })
        .where('id', '=', rowId)
        .where('state', '=', 'quarantined')
        .execute(),
    );
  }

  /** Newest first. */
  async list(channel: string | undefined, limit: number): Promise<Quarantined[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('state', '=', 'quarantined')
      .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return (await readRows(this.database.read, rows)).map((row) => ({
      id: row.id,
      channel: row.channel,
      accountId: row.account,
      externalId: row.externalId,
      ...(row.sessionKey === null ? {} : { sessionKey: row.sessionKey }),
      text: row.message.text,
      ...(row.message.raw === undefined ? {} : { raw: row.message.raw }),
      reason: row.reason ?? '',
      receivedAt: row.receivedAt,
    }));
  }
}

export interface Resubmitted {
  rows: InboxRow[];
  updates: KeptUpdate[];
  refused: { id: string; reason: string }[];
}

const updateOf = ({ id: rowId, channel, account, externalId }: InboxRow, raw: unknown): KeptUpdate => ({
  rowId,
  channel,
  account,
  id: externalId.startsWith(KEPT_AS) ? externalId.slice(KEPT_AS.length) : externalId,
  raw,
});

/** Undefined where the text is not whole. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

function jsonOf(raw: unknown): string {
  try {
    return cutText(JSON.stringify(raw) ?? String(raw), MAX_RAW, { mark: '' });
  } catch {
    return cutText(String(raw), MAX_RAW, { mark: '' });
  }
}
