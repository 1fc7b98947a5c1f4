import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../storage/database.service';

const MOST = 200;

export interface PageMessage {
  id: string;
  role: 'visitor' | 'assistant';
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What a visitor and the assistant have said, from the rows that carried it. */
@Injectable()
export class WebpageConversation {
  constructor(private readonly database: DatabaseService) {}

  /** The last messages, oldest first. */
  async read(account: string, visitor: string): Promise<PageMessage[]> {
    const { read } = this.database;
    const said = await read
      .selectFrom('inbox')
      .select(['external_id', 'payload', 'received_at'])
      .where('channel', '=', 'webpage')
      .where('account', '=', account)
      .where('external_id', '>=', `${visitor}:`)
      .where('external_id', '<', `${visitor};`)
      .orderBy('seq', 'desc')
      .limit(MOST)
      .execute();
    const answered = await read
      .selectFrom('outbox')
      .select(['id', 'payload', 'created_at'])
      .where('channel', '=', 'webpage')
      .where('account', '=', account)
      .where('target', '=', visitor)
      .where('state', 'in', ['sent', 'streaming', 'sending', 'pending'])
      .orderBy('seq', 'desc')
      .limit(MOST)
      .execute();
    const text = (payload: string): string => (JSON.parse(payload) as { text: string }).text;
    return [
      ...said.map((row) => ({
        id: row.external_id.slice(visitor.length + 1),
        role: 'visitor' as const,
        text: text(row.payload),
        at: Number(row.received_at),
      })),
      ...answered.map((row) => ({
        id: row.id,
        role: 'assistant' as const,
        text: text(row.payload),
        at: Number(row.created_at),
      })),
    ]
      .sort((a, b) => a.at - b.at)
      .slice(-MOST);
  }
}
