import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { type ContentOrigin, storedOrigin } from '../../common/content-parts';
import { RecentMap } from '../../common/recent-map';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';

export interface Compaction {
  sessionId: string;
  /** Number of the last event that the summary stands for. */
  throughSeq: number;
  summary: string;
  by: 'model' | 'fallback';
  model?: string;
  tokensBefore: number;
  tokensAfter: number;
  /** Worst origin of what it sums up. */
  origin: ContentOrigin;
  at: number;
}

const MOST_KNOWN = 256;

/** Rows of `compactions`: they add to the transcript, nothing of it is ever rewritten. */
@Injectable()
export class CompactionStore {
  /** Kept only where nobody else writes them. */
  private readonly latestOf = new RecentMap<string, Compaction | null>(MOST_KNOWN);
  /** How many were added: what was read before the last one is not kept. */
  private added = 0;

  constructor(private readonly database: DatabaseService) {}

  async latest(sessionId: string): Promise<Compaction | undefined> {
    const known = this.latestOf.get(sessionId);
    if (known !== undefined) return known ?? undefined;
    const { added } = this;
    const [found] = await this.all(sessionId, 1);
    if (this.database.dialect === 'sqlite' && added === this.added) this.latestOf.set(sessionId, found ?? null);
    return found;
  }

  /** Newest first. */
  async all(sessionId: string, limit = 100): Promise<Compaction[]> {
    const rows = await this.database.read
      .selectFrom('compactions')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('through_seq', 'desc')
      .limit(limit)
      .execute();
    const nameOf = (row: (typeof rows)[number]): string => `${row.session_id}#${row.through_seq}`;
    return this.database.readable('compactions', rows, nameOf, (row) => {
      const facts = JSON.parse(row.facts) as Pick<Compaction, 'by' | 'tokensBefore' | 'tokensAfter' | 'origin'>;
      return {
        ...facts,
        // Output of commands and errors had no mark when summaries had none.
        origin: storedOrigin(facts.origin, 'tool'),
        sessionId: row.session_id,
        throughSeq: Number(row.through_seq),
        summary: row.summary,
        at: Number(row.created_at),
      };
    });
  }

  async add(compaction: Compaction): Promise<void> {
    const { sessionId, throughSeq, summary, at, ...facts } = compaction;
    await this.database.write('session.compact', async (transaction) => {
      await transaction
        .insertInto('compactions')
        .values({
          session_id: sessionId,
          through_seq: throughSeq,
          summary,
          facts: JSON.stringify(facts),
          created_at: at,
        })
        .onConflict((conflict) => conflict.columns(['session_id', 'through_seq']).doNothing())
        .execute();
    });
    this.added++;
    this.latestOf.delete(sessionId);
  }

  /** Summaries of a conversation for a copy of its beginning. */
  async copyIn(transaction: Transaction<Schema>, from: string, to: string, throughSeq: number): Promise<void> {
    await transaction
      .insertInto('compactions')
      .columns(['session_id', 'through_seq', 'summary', 'facts', 'created_at'])
      .expression((eb) =>
        eb
          .selectFrom('compactions')
          .select((each) => [each.val(to).as('session_id'), 'through_seq', 'summary', 'facts', 'created_at'])
          .where('session_id', '=', from)
          .where('through_seq', '<=', throughSeq),
      )
      .execute();
  }
}
