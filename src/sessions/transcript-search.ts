import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { textOf } from '../common/content-parts';
import { cutText, graphemeBorder } from '../common/cut-text';
import { DatabaseService } from '../storage/database.service';
import type { TranscriptMessage } from './transcript-event';

/** A message in which something was found. */
export interface FoundMessage {
  sessionKey: string;
  seq: number;
  at: number;
  role: string;
  /** What stands around it, in one line. */
  snippet: string;
}

/** Rows read for one result that is shown: the words may stand in what is no text, such as the name of a tool. */
const READ_PER_RESULT = 4;
const BEFORE = 40;
const SNIPPET = 160;

/** Finds words in what was said. */
@Injectable()
export class TranscriptSearch {
  constructor(private readonly database: DatabaseService) {}

  /** Messages with these words in a row, in whichever case, newest first. */
  async messages(words: string, limit: number): Promise<FoundMessage[]> {
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .innerJoin('sessions', 'sessions.session_id', 'transcript_events.session_id')
      .select([
        'sessions.key as key',
        'transcript_events.seq as seq',
        'transcript_events.kind as kind',
        'transcript_events.payload as payload',
        'transcript_events.created_at as created_at',
      ])
      .where('transcript_events.kind', '!=', 'toolResult')
      .where(this.holds('transcript_events', words))
      .orderBy('transcript_events.created_at', 'desc')
      .limit(limit * READ_PER_RESULT)
      .execute();
    return rows
      .flatMap(({ key, seq, kind, payload, created_at }) => {
        const { message } = JSON.parse(payload) as { message: TranscriptMessage };
        const snippet = around(textOf(message.content), words);
        return snippet === undefined
          ? []
          : [{ sessionKey: key, seq: Number(seq), at: Number(created_at), role: kind, snippet }];
      })
      .slice(0, limit);
  }

  /** Conversations that begin with a message in which the words stand: their titles are made of it. */
  async begunWith(words: string): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('transcript_events as said')
      .select('said.session_id')
      .where('said.kind', '=', 'user')
      .where(this.holds('said', words))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('transcript_events as earlier')
              .select('earlier.seq')
              .whereRef('earlier.session_id', '=', 'said.session_id')
              .whereRef('earlier.seq', '<', 'said.seq')
              .where('earlier.kind', '=', 'user'),
          ),
        ),
      )
      .execute();
    return rows.map(({ session_id }) => session_id);
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

function around(text: string, words: string): string | undefined {
  const line = text.replace(/\s+/g, ' ');
  const at = line.toLowerCase().indexOf(words.replace(/\s+/g, ' ').toLowerCase());
  if (at < 0) return undefined;
  const from = graphemeBorder(line, Math.max(0, at - BEFORE));
  return `${from > 0 ? '…' : ''}${cutText(line.slice(from), SNIPPET)}`;
}
