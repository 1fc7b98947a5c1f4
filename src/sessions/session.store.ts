import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { invalidRequest } from '../rpc/rpc-error';
import { DatabaseService } from '../storage/database.service';
import type { Schema, SessionTable } from '../storage/schema';
import { KEPT_ON_RESET, type SessionEntry } from './session-entry';

type Row = Selectable<SessionTable>;

export interface SessionFilter {
  agentId?: string;
  updatedAfter?: number;
  label?: string;
  limit?: number;
}

/** Rows of the `sessions` table. */
@Injectable()
export class SessionStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  async find(key: string): Promise<SessionEntry | undefined> {
    const row = await this.database.read.selectFrom('sessions').selectAll().where('key', '=', key).executeTakeFirst();
    return row && fromRow(row);
  }

  async findBySessionId(sessionId: string): Promise<SessionEntry | undefined> {
    const row = await this.database.read
      .selectFrom('sessions')
      .selectAll()
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /** Newest first. */
  async list(filter: SessionFilter = {}): Promise<SessionEntry[]> {
    let query = this.database.read.selectFrom('sessions').selectAll().orderBy('updated_at', 'desc');
    if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId);
    if (filter.updatedAfter !== undefined) query = query.where('updated_at', '>=', filter.updatedAfter);
    if (filter.label !== undefined) query = query.where('label', '=', filter.label);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return (await query.execute()).map(fromRow);
  }

  async count(agentId?: string): Promise<number> {
    let query = this.database.read.selectFrom('sessions').select((eb) => eb.fn.countAll<number>().as('n'));
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
    return Number((await query.executeTakeFirst())?.n ?? 0);
  }

  /** The session of a key, held until the end of the transaction: what is read can be written back. */
  async findIn(transaction: Transaction<Schema>, key: string): Promise<SessionEntry | undefined> {
    let query = transaction.selectFrom('sessions').selectAll().where('key', '=', key);
    if (this.database.dialect === 'postgres') query = query.forUpdate();
    const row = await query.executeTakeFirst();
    return row && fromRow(row);
  }

  /** The same, made when it does not exist yet. */
  async ensureIn(transaction: Transaction<Schema>, key: string, agentId: string): Promise<SessionEntry> {
    const known = await this.findIn(transaction, key);
    if (known) return known;
    const now = this.clock.now();
    const entry: SessionEntry = { key, agentId, sessionId: randomUUID(), createdAt: now, updatedAt: now };
    await transaction.insertInto('sessions').values(toRow(entry)).execute();
    return entry;
  }

  async saveIn(transaction: Transaction<Schema>, entry: SessionEntry): Promise<void> {
    const { key, ...values } = toRow(entry);
    await transaction.updateTable('sessions').set(values).where('key', '=', key).execute();
  }

  /** Changes one session; undefined when there is none. */
  update(key: string, change: (entry: SessionEntry) => SessionEntry): Promise<SessionEntry | undefined> {
    return this.database.write('session.update', async (transaction) => {
      const known = await this.findIn(transaction, key);
      if (!known) return undefined;
      return this.changeIn(transaction, known, change);
    });
  }

  /** Changes one session, made first when it does not exist. */
  upsert(key: string, agentId: string, change: (entry: SessionEntry) => SessionEntry): Promise<SessionEntry> {
    return this.database.write('session.update', async (transaction) => {
      return this.changeIn(transaction, await this.ensureIn(transaction, key, agentId), change);
    });
  }

  /** @throws RpcError INVALID_REQUEST when another session has the label */
  private async changeIn(
    transaction: Transaction<Schema>,
    known: SessionEntry,
    change: (entry: SessionEntry) => SessionEntry,
  ): Promise<SessionEntry> {
    const next = { ...change(known), updatedAt: this.clock.now() };
    if (next.label !== undefined && next.label !== known.label) {
      const taken = await transaction
        .selectFrom('sessions')
        .select('key')
        .where('label', '=', next.label)
        .where('key', '!=', next.key)
        .executeTakeFirst();
      if (taken) throw invalidRequest(`label already in use: ${next.label}`);
    }
    await this.saveIn(transaction, next);
    return next;
  }

  /** Starts a new session id under the same key; choices stay, counters and label's text stay with the key. */
  reset(key: string, agentId: string): Promise<SessionEntry> {
    return this.database.write('session.reset', (transaction) => this.resetIn(transaction, key, agentId));
  }

  async resetIn(transaction: Transaction<Schema>, key: string, agentId: string): Promise<SessionEntry> {
    const old = await this.ensureIn(transaction, key, agentId);
    const now = this.clock.now();
    const kept = Object.fromEntries(
      KEPT_ON_RESET.filter((field) => old[field] !== undefined).map((field) => [field, old[field]]),
    );
    const next: SessionEntry = {
      key,
      agentId: old.agentId,
      sessionId: randomUUID(),
      createdAt: now,
      updatedAt: now,
      ...(old.label ? { label: old.label } : {}),
      ...kept,
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
    };
    await this.saveIn(transaction, next);
    return next;
  }

  /** Gives a session another key. @returns false when there is none, or one under the new key already */
  rename(from: string, to: string): Promise<boolean> {
    return this.database.write('session.rename', async (transaction) => {
      const taken = await transaction.selectFrom('sessions').select('key').where('key', '=', to).executeTakeFirst();
      if (taken) return false;
      const renamed = await transaction
        .updateTable('sessions')
        .set({ key: to })
        .where('key', '=', from)
        .returning('key')
        .executeTakeFirst();
      return renamed !== undefined;
    });
  }

  async delete(key: string, deleteTranscript: boolean): Promise<boolean> {
    return this.database.write('session.delete', async (transaction) => {
      const row = await transaction
        .deleteFrom('sessions')
        .where('key', '=', key)
        .returning('session_id')
        .executeTakeFirst();
      if (row && deleteTranscript) {
        await transaction.deleteFrom('transcript_events').where('session_id', '=', row.session_id).execute();
      }
      return row !== undefined;
    });
  }
}

function fromRow(row: Row): SessionEntry {
  return {
    ...(JSON.parse(row.entry) as Partial<SessionEntry>),
    key: row.key,
    agentId: row.agent_id,
    sessionId: row.session_id,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.label === null ? {} : { label: row.label }),
  };
}

function toRow(entry: SessionEntry): Row {
  const { key, agentId, sessionId, createdAt, updatedAt, label, ...rest } = entry;
  return {
    key,
    agent_id: agentId,
    session_id: sessionId,
    label: label ?? null,
    entry: JSON.stringify(rest),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
