import { sql } from 'kysely';
import { SessionStore } from '../../src/sessions/session.store';
import type { NewTranscriptEvent } from '../../src/sessions/transcript-event';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { isPassingFault } from '../../src/storage/storage-fault';
import { TestDatabase } from '../harness/stores';

const event = (text: string): NewTranscriptEvent => ({
  runId: null,
  at: 1,
  message: { role: 'user', content: [{ type: 'text', text, origin: 'owner' }] },
});
const refusalOf = (end: PromiseSettledResult<unknown>): unknown => (end as PromiseRejectedResult).reason;
const LARGE = 'x'.repeat(400_000);

describe('a database that has no more room', () => {
  let home: TestDatabase;
  let database: DatabaseService;
  let transcripts: TranscriptStore;
  let sessions: SessionStore;
  /** Leaves room for so many pages more. */
  const room = async (pages: number): Promise<void> => {
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.read);
    await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + pages)}`.execute(database.read);
  };
  const texts = async (sessionId: string): Promise<number> => (await transcripts.read(sessionId)).length;

  beforeEach(async () => {
    home = await TestDatabase.create('sqlite');
    database = await home.open();
    transcripts = new TranscriptStore(database);
    sessions = new SessionStore(database);
    await sessions.upsert('k', 'main', (entry) => entry);
  });
  afterEach(() => home.remove());

  it('refuses what does not fit, and nothing of what comes with it', async () => {
    await room(20);
    const all = await Promise.allSettled([
      transcripts.append('a', [event('small')]),
      transcripts.append('b', [event('first'), event(LARGE)]),
      // The end of the whole transaction, with SQLite, is the fault of a statement about one row.
      transcripts.append('c', [event(LARGE)]),
      sessions.upsert('k', 'main', (entry) => ({ ...entry, displayName: 'as well' })),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    for (const each of all.slice(1, 3)) expect(refusalOf(each)).toMatchObject({ code: 'STORAGE_FULL' });
    expect([await texts('a'), await texts('b'), await texts('c')]).toEqual([1, 0, 0]);
    expect((await sessions.find('k'))?.displayName).toBe('as well');
  });

  it('goes on once there is room', async () => {
    await room(1);
    const refused = Promise.allSettled(['a', 'b'].map((id) => transcripts.append(id, [event(LARGE)])));
    for (const each of await refused) expect(isPassingFault(refusalOf(each))).toBe(true);
    expect(database.fullBecause).toContain(home.stateDir);
    await room(10_000);
    await Promise.all(['a', 'b'].map((id) => transcripts.append(id, [event(LARGE)])));
    expect([await texts('a'), await texts('b')]).toEqual([1, 1]);
  });
});
