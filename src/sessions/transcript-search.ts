import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { textOf } from '../common/content-parts';
import { cutText, graphemeBorder } from '../common/cut-text';
import { DatabaseService } from '../storage/database.service';
import type { TranscriptMessage } from './transcript-event';

/** A message in which something was found. */
export interface FoundMessage {
  sessionKey: string;
  /** Of the conversation, which the session may have left since. */
  sessionId: string;
  messageId: string;
  /** The session has begun anew since. */
  hasEnded: boolean;
  seq: number;
  at: number;
  role: string;
  /** What stands around it, in one line. */
  snippet: string;
}

/** Rows read for one result that is shown: the words may stand in what is no text, such as the name of a tool. */
const READ_PER_RESULT = 4;
/** Further looks where what was found is not to be seen. */
const MOST_PAGES = 20;
const BEFORE = 40;
const SNIPPET = 160;

interface StoredEvent {
  message: TranscriptMessage;
  excludeFromContext?: boolean;
}

interface Row {
  key: string;
  session_id: string;
  id: string;
  has_ended: number | boolean;
  seq: number;
  kind: string;
  payload: string;
  created_at: number;
}

/** Finds words in what was said. */
@Injectable()
export class TranscriptSearch {
  constructor(private readonly database: DatabaseService) {}

  /**
   * Messages in which each of these texts stands, in whichever case, newest first.
   * @param isVisible whether those of a session count; asked once for each
   * @param scope `all`: also in conversations that a session had before it began anew
   * @param isForModel without commands and their answers, of which no model is told
   */
  async messages(
    texts: readonly string[],
    limit: number,
    isVisible: (sessionKey: string) => boolean | Promise<boolean> = () => true,
    scope: 'present' | 'all' = 'present',
    isForModel = false,
  ): Promise<FoundMessage[]> {
    const found: FoundMessage[] = [];
    const visible = new Map<string, boolean>();
    for (let page = 0; page < MOST_PAGES && found.length < limit; page++) {
      const rows = await this.page(texts, limit * READ_PER_RESULT, page, scope);
      const read = (row: Row): string | undefined => {
        const { message, excludeFromContext } = JSON.parse(row.payload) as StoredEvent;
        return isForModel && excludeFromContext === true ? undefined : around(textOf(message.content), texts);
      };
      for (const row of rows) {
        const { key, session_id: sessionId, has_ended, id, seq, kind, created_at } = row;
        const [snippet] = this.database.readable('transcript_events', [row], () => `${sessionId}#${seq}`, read);
        if (snippet === undefined) continue;
        const isShown = visible.get(key) ?? (await isVisible(key));
        visible.set(key, isShown);
        if (!isShown) continue;
        found.push({
          sessionKey: key,
          sessionId,
          messageId: id,
          hasEnded: Boolean(has_ended),
          seq: Number(seq),
          at: Number(created_at),
          role: kind,
          snippet,
        });
      }
      if (rows.length < limit * READ_PER_RESULT) break;
    }
    return found.slice(0, limit);
  }

  private async page(texts: readonly string[], size: number, page: number, scope: 'present' | 'all'): Promise<Row[]> {
    // Which session a conversation was of, its turns know; they are kept as long as it is.
    const ofTurns = sql<string>`(select turns.session_key from turns where turns.session_id = transcript_events.session_id limit 1)`;
    const key = scope === 'all' ? sql<string>`coalesce(sessions.key, ${ofTurns})` : sql<string>`sessions.key`;
    return this.database.read
      .selectFrom('transcript_events')
      .leftJoin('sessions', 'sessions.session_id', 'transcript_events.session_id')
      .where(key, 'is not', null)
      .select([
        key.as('key'),
        sql<boolean>`sessions.key is null`.as('has_ended'),
        'transcript_events.session_id as session_id',
        'transcript_events.id as id',
        'transcript_events.seq as seq',
        'transcript_events.kind as kind',
        'transcript_events.payload as payload',
        'transcript_events.created_at as created_at',
      ])
      .where('transcript_events.kind', '!=', 'toolResult')
      .where((eb) => eb.and(texts.map((text) => this.holds('transcript_events', text))))
      .orderBy('transcript_events.created_at', 'desc')
      .orderBy('transcript_events.session_id')
      .orderBy('transcript_events.seq', 'desc')
      .limit(size)
      .offset(page * size)
      .execute();
  }

  /** SQLite knows upper and lower case of ASCII alone: other letters are looked for as written, and in both cases. */
  private holds(table: string, words: string): RawBuilder<boolean> {
    const pattern = (text: string): string =>
      `%${JSON.stringify(text)
        .slice(1, -1)
        .replace(/[\\%_]/g, '\\$&')}%`;
    const payload = sql.ref(`${table}.payload`);
    if (this.database.dialect === 'postgres') return sql`${payload} ilike ${pattern(words)}`;
    const spellings = [...new Set([words, words.toLowerCase(), words.toUpperCase(), capitalised(words)])];
    return sql`(${sql.join(
      spellings.map((spelling) => sql`${payload} like ${pattern(spelling)} escape '\\'`),
      sql` or `,
    )})`;
  }
}

const capitalised = (words: string): string => words.toLowerCase().replace(/^./u, (first) => first.toUpperCase());

function around(text: string, texts: readonly string[]): string | undefined {
  const line = text.replace(/\s+/g, ' ');
  const places = texts.map((each) => line.toLowerCase().indexOf(each.replace(/\s+/g, ' ').toLowerCase()));
  if (places.some((place) => place < 0)) return undefined;
  const at = Math.min(...places);
  const from = graphemeBorder(line, Math.max(0, at - BEFORE));
  return `${from > 0 ? '…' : ''}${cutText(line.slice(from), SNIPPET)}`;
}
