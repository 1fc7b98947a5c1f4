import { CompactionStore } from '../../src/agent/context/compaction.store';
import { SessionArchive } from '../../src/agent/sessions/session-archive.service';
import { SessionStore } from '../../src/sessions/session.store';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const EVENTS = 20_000;

describe.each(STORE_KINDS)('a fork on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let sessions: SessionStore;
  let transcripts: TranscriptStore;
  let compactions: CompactionStore;
  let archive: SessionArchive;

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    sessions = new SessionStore(database);
    transcripts = new TranscriptStore(database);
    compactions = new CompactionStore(database);
    archive = new SessionArchive(
      undefined as never,
      database,
      sessions,
      transcripts,
      compactions,
      undefined as never,
      undefined as never,
    );
  });
  afterEach(() => home.remove());

  const fill = async (sessionId: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1000)
      await transcripts.append(
        sessionId,
        Array.from({ length: Math.min(1000, count - at) }, (_, index) => ({
          runId: null,
          at: at + index,
          message: { role: 'user', content: [{ type: 'text', text: `event ${at + index}`, origin: 'owner' }] },
        })),
      );
  };
  const texts = async (sessionId: string): Promise<unknown[]> =>
    (await transcripts.read(sessionId)).map(({ seq, at, message }) => ({ seq, at, message }));
  const summary = (sessionId: string, throughSeq: number) => ({
    sessionId,
    throughSeq,
    summary: `through ${throughSeq}`,
    by: 'model' as const,
    tokensBefore: 1,
    tokensAfter: 1,
    origin: 'tool' as const,
    at: 1,
  });

  it('holds all of a conversation, however long, and nobody waits for it', async () => {
    const source = await sessions.upsert('long', 'main', (entry) => entry);
    await fill(source.sessionId, EVENTS);
    await compactions.add(summary(source.sessionId, 100));
    const forking = archive.fork(source, 'copy');
    let isForked = false;
    void forking.then(() => (isForked = true));
    let writes = 0;
    while (!isForked) {
      await sessions.upsert('other', 'main', (entry) => entry);
      writes++;
    }
    const copy = await forking;
    expect(writes).toBeGreaterThan(10);
    expect(copy).toMatchObject({ key: 'copy', forkedFrom: 'long' });
    expect(copy.sessionId).not.toBe(source.sessionId);
    expect(await texts(copy.sessionId)).toEqual(await texts(source.sessionId));
    expect(await transcripts.read(copy.sessionId)).toHaveLength(EVENTS);
    expect((await compactions.all(copy.sessionId)).map(({ throughSeq }) => throughSeq)).toEqual([100]);
    const ids = [source, copy].map(async ({ sessionId }) => (await transcripts.readTail(sessionId, 1))[0]?.id);
    expect(new Set(await Promise.all(ids)).size).toBe(2);
  });

  it('ends where it is told to, and goes on by itself', async () => {
    const source = await sessions.upsert('short', 'main', (entry) => entry);
    await fill(source.sessionId, 30);
    for (const through of [5, 20]) await compactions.add(summary(source.sessionId, through));
    const copy = await archive.fork(source, 'copy', 10);
    expect(await transcripts.read(copy.sessionId)).toHaveLength(10);
    expect((await compactions.all(copy.sessionId)).map(({ throughSeq }) => throughSeq)).toEqual([5]);
    await fill(copy.sessionId, 1);
    expect((await transcripts.read(copy.sessionId)).at(-1)?.seq).toBe(11);
    expect(await transcripts.read(source.sessionId)).toHaveLength(30);
  });

  it('takes no name that there is already', async () => {
    const source = await sessions.upsert('short', 'main', (entry) => entry);
    await fill(source.sessionId, 3);
    const both = await Promise.allSettled([archive.fork(source, 'copy'), archive.fork(source, 'copy')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: 'session copy exists already' },
    });
  });
});
