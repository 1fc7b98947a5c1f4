import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { type RawBuilder, type Selectable, type Transaction, sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { invalidRequest } from '../rpc/rpc-error';
import { foldText } from '../common/fold-text';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { EventBus } from '../events/event-bus';
import { DatabaseService } from '../storage/database.service';
import { writeLater } from '../storage/later-writes';
import type { Schema, SessionTable } from '../storage/schema';
import { endConversationIn, keepConversationIn } from './ended-conversations';
import { KEPT_ON_RESET, type SessionEntry } from './session-entry';

type Row = Selectable<SessionTable>;

/** More than there can be. */
const MOST = 2_000_000_000;
/** Events that go in one commit. */
const EVENTS_AT_ONCE = 500;

export interface SessionFilter {
  agentId?: string;
  updatedAfter?: number;
  label?: string;
  limit?: number;
}

/** Throws where a session must not change now; asked while the session's row is held, so that nothing begins meanwhile. */
export type ChangeGuard = (transaction: Transaction<Schema>, key: string) => Promise<void>;

/** What `sessions.list` can ask for. */
export interface SessionQuery extends SessionFilter {
  /** Only sessions of one of these agents. */
  agentIds?: readonly string[];
  /** Keys that are left out. */
  without?: readonly string[];
  /** Parts of keys with which sessions are left out. */
  withoutParts?: readonly string[];
  /** Put away ones: none, only these, or beside the others as without it. */
  archived?: boolean | 'all';
  pinned?: boolean;
  /** Only of this group; '' those in none. */
  category?: string;
  /** Only those in which a person has said something. */
  interactedOnly?: boolean;
  /** Only these. */
  keys?: readonly string[];
  /** The newest first by this; by their last change without it. */
  sortBy?: 'updatedAt' | 'interaction';
  spawnedBy?: string;
  /** Only earlier versions of the conversation of this session. */
  branchOf?: string;
  /** In key, label, name or subject, in whichever case. */
  search?: string;
  /** Found by something else, where `search` is given. */
  orSessionIds?: readonly string[];
  offset?: number;
}

/** Rows of the `sessions` table. */
@Injectable()
export class SessionStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly events?: EventBus,
  ) {}

  async find(key: string): Promise<SessionEntry | undefined> {
    const row = await this.database.read.selectFrom('sessions').selectAll().where('key', '=', key).executeTakeFirst();
    return row && fromRow(row);
  }

  /** A session without a person's choices, whatever became of these: to be removed. */
  async findPlace(key: string): Promise<SessionEntry | undefined> {
    const row = await this.database.read.selectFrom('sessions').selectAll().where('key', '=', key).executeTakeFirst();
    return row && placeOf(row);
  }

  async findBySessionId(sessionId: string): Promise<SessionEntry | undefined> {
    const sessions = this.database.read.selectFrom('sessions').selectAll();
    const row = await sessions.where('session_id', '=', sessionId).executeTakeFirst();
    return row && fromRow(row);
  }

  /** Newest first. */
  async list(filter: SessionFilter = {}): Promise<SessionEntry[]> {
    let query = this.database.read.selectFrom('sessions').selectAll().orderBy('updated_at', 'desc');
    if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId);
    if (filter.updatedAfter !== undefined) query = query.where('updated_at', '>=', filter.updatedAfter);
    if (filter.label !== undefined) query = query.where('label', '=', filter.label);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return this.readable(await query.execute());
  }

  /** A page of sessions, newest first, and how many there are in all. Only what is on the page is read as a whole. */
  async page(query: SessionQuery): Promise<{ entries: SessionEntry[]; total: number }> {
    const { limit, offset = 0 } = query;
    const interaction = sql<number>`coalesce(interacted_at, updated_at)`;
    let page = this.asked(query)
      .selectAll()
      .orderBy(query.sortBy === 'interaction' ? interaction : 'updated_at', 'desc')
      .orderBy('key');
    // An offset without a limit is none in SQLite.
    if (limit !== undefined || offset > 0) page = page.limit(limit ?? MOST).offset(offset);
    const rows = await page.execute();
    const entries = this.readable(rows);
    if (offset === 0 && (limit === undefined || rows.length < limit)) return { entries, total: entries.length };
    const counted = await this.asked(query)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirst();
    return { entries, total: Number(counted?.n ?? 0) };
  }

  private readable(rows: readonly Row[]): SessionEntry[] {
    return this.database.readable('sessions', rows, ({ key }) => key, fromRow);
  }

  private asked(asked: SessionQuery) {
    const { agentId, agentIds, updatedAfter, label, without, withoutParts, spawnedBy, branchOf, search } = asked;
    const { archived = 'all', pinned, category, keys } = asked;
    let query = this.database.read.selectFrom('sessions');
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
    if (agentIds !== undefined) query = query.where('agent_id', 'in', agentIds.length > 0 ? agentIds : ['']);
    if (updatedAfter !== undefined) query = query.where('updated_at', '>=', updatedAfter);
    if (label !== undefined) query = query.where('label', '=', label);
    if (archived !== 'all') query = query.where('archived_at', archived ? 'is not' : 'is', null);
    if (pinned !== undefined) query = query.where('pinned_at', pinned ? 'is not' : 'is', null);
    if (category === '') query = query.where('category', 'is', null);
    else if (category !== undefined) query = query.where('category', '=', category);
    if (asked.interactedOnly) query = query.where('interacted_at', 'is not', null);
    if (keys) query = query.where('key', 'in', keys.length > 0 ? keys : ['']);
    if (without?.length) query = query.where('key', 'not in', without);
    for (const part of withoutParts ?? []) query = query.where(this.positionIn('key', part), '=', 0);
    if (spawnedBy !== undefined) query = query.where(this.inEntry('spawnedBy'), '=', spawnedBy);
    if (branchOf !== undefined) query = query.where(this.inEntry('branchOf'), '=', branchOf);
    if (search !== undefined && search !== '') query = query.where(this.isFound(search, asked.orSessionIds ?? []));
    return query;
  }

  /** By its names, of which there is an index, so that nothing else of a session is read to find it. */
  private isFound(search: string, orSessionIds: readonly string[]): RawBuilder<boolean> {
    const named = sql<boolean>`key in (select key from sessions where ${this.positionIn('names', foldText(search))} > 0)`;
    if (orSessionIds.length === 0) return named;
    const ids = JSON.stringify(orSessionIds);
    const others =
      this.database.dialect === 'postgres'
        ? sql`select json_array_elements_text(${ids}::json)`
        : sql`select value from json_each(${ids})`;
    return sql<boolean>`(${named} or session_id in (${others}))`;
  }

  private positionIn(column: 'key' | 'names', part: string): RawBuilder<number> {
    const text = sql.ref(column);
    return this.database.dialect === 'postgres' ? sql`strpos(${text}, ${part})` : sql`instr(${text}, ${part})`;
  }

  private inEntry(field: 'spawnedBy' | 'branchOf'): RawBuilder<string | null> {
    return this.database.dialect === 'postgres'
      ? sql`(entry::json ->> ${field})`
      : sql`json_extract(entry, ${`$.${field}`})`;
  }

  async count(agentId?: string): Promise<number> {
    let query = this.database.read.selectFrom('sessions').select((eb) => eb.fn.countAll<number>().as('n'));
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
    return Number((await query.executeTakeFirst())?.n ?? 0);
  }

  /** The session of a key, held until the end of the transaction: what is read can be written back. */
  async findIn(transaction: Transaction<Schema>, key: string): Promise<SessionEntry | undefined> {
    const row = await this.rowIn(transaction, key);
    return row && fromRow(row);
  }

  private async rowIn(transaction: Transaction<Schema>, key: string): Promise<Row | undefined> {
    let query = transaction.selectFrom('sessions').selectAll().where('key', '=', key);
    if (this.database.dialect === 'postgres') query = query.forUpdate();
    return query.executeTakeFirst();
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
    await saving(transaction, toRow(entry)).execute();
  }

  /** As {@link saveIn}, as the last that a write has to do with this session. */
  async saveLastIn(transaction: Transaction<Schema>, entry: SessionEntry): Promise<void> {
    await writeLater(transaction, `sessions ${entry.key}`, saving(transaction, toRow(entry)));
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
    if (next.sessionId !== known.sessionId) {
      await endConversationIn(transaction, known.sessionId, this.clock.now());
      await keepConversationIn(transaction, next.sessionId);
    }
    return next;
  }

  /**
   * Starts a new session id under the same key; choices stay, unless they can't be read; counters and label's text stay with
   * the key.
   */
  reset(key: string, agentId: string, guard: ChangeGuard): Promise<SessionEntry> {
    return this.database.write('session.reset', async (transaction) => {
      const entry = await this.resetIn(transaction, key, agentId);
      await guard(transaction, key);
      return entry;
    });
  }

  async resetIn(transaction: Transaction<Schema>, key: string, agentId: string): Promise<SessionEntry> {
    const row = await this.rowIn(transaction, key);
    const [known = row && placeOf(row)] = row ? this.readable([row]) : [];
    const old = known ?? (await this.ensureIn(transaction, key, agentId));
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
    await endConversationIn(transaction, old.sessionId, now);
    return next;
  }

  /** Gives a session another key. @returns false when there is none, or one under the new key already */
  rename(from: string, to: string): Promise<boolean> {
    return this.database.write('session.rename', async (transaction) => {
      const taken = await transaction.selectFrom('sessions').select('key').where('key', '=', to).executeTakeFirst();
      const known = await this.findIn(transaction, from);
      if (taken || !known) return false;
      await transaction
        .updateTable('sessions')
        .set(toRow({ ...known, key: to }))
        .where('key', '=', from)
        .execute();
      return true;
    });
  }

  /**
   * Removes a session, and its conversation, however long that is, without anybody waiting longer than for some hundred
   * events; what a cut leaves of it goes like any conversation that has ended.
   * @param mustBe throws where this session is not to be removed
   */
  async delete(
    key: string,
    deleteTranscript: boolean,
    guard: ChangeGuard,
    mustBe: (session: SessionEntry) => void = () => undefined,
  ): Promise<boolean> {
    const sessionId = await this.database.write('session.delete', async (transaction) => {
      const row = await transaction.deleteFrom('sessions').where('key', '=', key).returningAll().executeTakeFirst();
      await guard(transaction, key);
      if (row) mustBe(placeOf(row));
      if (row) await endConversationIn(transaction, row.session_id, deleteTranscript ? 0 : this.clock.now());
      return row?.session_id;
    });
    if (sessionId !== undefined && deleteTranscript) {
      await this.deleteConversation(sessionId);
      this.events?.emit('conversation.removed', { sessionId });
    }
    return sessionId !== undefined;
  }

  private async deleteConversation(sessionId: string): Promise<void> {
    const some = (transaction: Transaction<Schema>) =>
      transaction
        .deleteFrom('transcript_events')
        .where('session_id', '=', sessionId)
        .where('seq', 'in', (eb) =>
          eb
            .selectFrom('transcript_events')
            .select('seq')
            .where('session_id', '=', sessionId)
            .orderBy('seq')
            .limit(EVENTS_AT_ONCE),
        )
        .executeTakeFirst();
    while ((await this.database.write('session.delete', some)).numDeletedRows > 0n);
    await this.database.write('session.delete', async (transaction) => {
      await transaction.deleteFrom('compactions').where('session_id', '=', sessionId).execute();
      await transaction.deleteFrom('conversation_titles').where('session_id', '=', sessionId).execute();
      await keepConversationIn(transaction, sessionId);
    });
  }
}

const saving = (transaction: Transaction<Schema>, { key, ...values }: ReturnType<typeof toRow>) =>
  transaction.updateTable('sessions').set(values).where('key', '=', key);

/** @throws OpenclawError SESSION_UNREADABLE: without a person's choices it is not gone on with, for they may forbid something */
function fromRow(row: Row): SessionEntry {
  return { ...entryOf(row), ...placeOf(row) };
}

/** What a session is without a person's choices: it can be told of and begun anew, also where those can't be read. */
function placeOf(row: Row): SessionEntry {
  return {
    key: row.key,
    agentId: row.agent_id,
    sessionId: row.session_id,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.label === null ? {} : { label: row.label }),
    ...(row.pinned_at === null ? {} : { pinnedAt: Number(row.pinned_at) }),
    ...(row.archived_at === null ? {} : { archivedAt: Number(row.archived_at) }),
    ...(row.interacted_at === null ? {} : { lastInteractionAt: Number(row.interacted_at) }),
    ...(row.category === null ? {} : { category: row.category }),
  };
}

function entryOf({ key, entry }: Row): Partial<SessionEntry> {
  try {
    return JSON.parse(entry) as Partial<SessionEntry>;
  } catch (cause) {
    throw new OpenclawError(
      'SESSION_UNREADABLE',
      `what is stored of session ${key} can't be read: ${messageOf(cause)}; reset or delete it to start again: openclaw sessions reset ${key}`,
      { cause },
    );
  }
}

function toRow(entry: SessionEntry): Row {
  const { key, agentId, sessionId, createdAt, updatedAt, label, ...placed } = entry;
  const { pinnedAt, archivedAt, lastInteractionAt, category, ...rest } = placed;
  return {
    key,
    agent_id: agentId,
    session_id: sessionId,
    label: label ?? null,
    entry: JSON.stringify(rest),
    created_at: createdAt,
    updated_at: updatedAt,
    names: [key, label, rest.displayName, rest.subject]
      .filter((name) => name !== undefined)
      .map(foldText)
      .join('\n'),
    pinned_at: pinnedAt ?? null,
    archived_at: archivedAt ?? null,
    interacted_at: lastInteractionAt ?? null,
    category: category ?? null,
  };
}
