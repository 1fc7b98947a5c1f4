import { Injectable } from '@nestjs/common';
import { type Transaction, sql } from 'kysely';
import { textOf } from '../common/content-parts';
import { cutText } from '../common/cut-text';
import { foldText } from '../common/fold-text';
import { DatabaseService } from '../storage/database.service';
import type { ConversationTitleTable, Schema } from '../storage/schema';
import { labelledMessage } from './stored-labels';
import type { TranscriptMessage } from './transcript-event';

/** Characters that a list shows. */
const SHOWN = 60;
/** Characters that are searched. */
const SEARCHED = 500;
/** Conversations that are looked at together. */
const AT_ONCE = 200;

/**
 * What each conversation begins with. It never changes, so it is kept: when its first message is written, and for
 * conversations of before, or that did not begin with a person's message, when somebody first asks for it.
 */
@Injectable()
export class ConversationTitles {
  constructor(private readonly database: DatabaseService) {}

  /** Titles by session id; none for a conversation in which nobody has said anything yet. */
  async of(sessionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const titles = new Map<string, string>();
    for (let from = 0; from < sessionIds.length; from += AT_ONCE) {
      const rows = await this.database.read
        .selectFrom('conversation_titles')
        .select(['session_id', 'title'])
        .where('session_id', 'in', sessionIds.slice(from, from + AT_ONCE))
        .execute();
      for (const { session_id, title } of rows) titles.set(session_id, title);
    }
    const made = await this.make(sessionIds.filter((sessionId) => !titles.has(sessionId)));
    for (const { session_id, title } of made) titles.set(session_id, title);
    return titles;
  }

  /** Conversations of sessions whose first message holds the words near its beginning, in whichever case and spelling. */
  async begunWith(words: string): Promise<string[]> {
    await this.makeMissing();
    const folded = foldText(words);
    const isIn =
      this.database.dialect === 'postgres'
        ? sql<number>`strpos(folded, ${folded})`
        : sql<number>`instr(folded, ${folded})`;
    const rows = await this.database.read
      .selectFrom('conversation_titles')
      .select('session_id')
      .where(isIn, '>', 0)
      .execute();
    return rows.map(({ session_id }) => session_id);
  }

  private async makeMissing(): Promise<void> {
    const rows = await this.database.read
      .selectFrom('sessions')
      .leftJoin('conversation_titles as titled', 'titled.session_id', 'sessions.session_id')
      .where('titled.session_id', 'is', null)
      .select('sessions.session_id as session_id')
      .execute();
    await this.make(rows.map(({ session_id }) => session_id));
  }

  private async make(sessionIds: readonly string[]): Promise<ConversationTitleTable[]> {
    const made: ConversationTitleTable[] = [];
    for (let from = 0; from < sessionIds.length; from += AT_ONCE) {
      const some = sessionIds.slice(from, from + AT_ONCE);
      const first = this.database.read
        .selectFrom('transcript_events')
        .select((eb) => ['session_id', eb.fn.min('seq').as('seq')])
        .where('session_id', 'in', some)
        .where('kind', '=', 'user')
        .groupBy('session_id')
        .as('first');
      const rows = await this.database.read
        .selectFrom('transcript_events')
        .innerJoin(first, (join) =>
          join
            .onRef('first.session_id', '=', 'transcript_events.session_id')
            .onRef('first.seq', '=', 'transcript_events.seq'),
        )
        .select(['transcript_events.session_id as session_id', 'payload', 'transcript_events.seq as seq'])
        .execute();
      const told = this.database.readable('transcript_events', rows, nameOf, ({ session_id, payload }) =>
        titleOf(session_id, labelledMessage((JSON.parse(payload) as { message: TranscriptMessage }).message)),
      );
      if (told.length > 0)
        await this.database.write('conversation.title', (transaction) => insertIn(transaction, told));
      made.push(...told);
    }
    return made;
  }
}

/** Keeps what a new conversation begins with, in the commit that begins it. */
export async function keepTitleIn(
  transaction: Transaction<Schema>,
  sessionId: string,
  messages: readonly TranscriptMessage[],
): Promise<void> {
  const first = messages.find(({ role }) => role === 'user');
  if (first) await insertIn(transaction, [titleOf(sessionId, first)]);
}

async function insertIn(transaction: Transaction<Schema>, rows: readonly ConversationTitleTable[]): Promise<void> {
  await transaction
    .insertInto('conversation_titles')
    .values([...rows])
    .onConflict((conflict) => conflict.column('session_id').doNothing())
    .execute();
}

function titleOf(sessionId: string, { content }: TranscriptMessage): ConversationTitleTable {
  const text = textOf(content).replace(/\s+/g, ' ').trim();
  return { session_id: sessionId, title: cutText(text, SHOWN), folded: foldText(cutText(text, SEARCHED)) };
}

const nameOf = ({ session_id, seq }: { session_id: string; seq: number }): string => `${session_id}#${seq}`;
