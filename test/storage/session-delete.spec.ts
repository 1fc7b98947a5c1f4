import { SessionStore } from '../../src/sessions/session.store';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const EVENTS = 1200;
const nobody = (): Promise<void> => Promise.resolve();

describe.each(STORE_KINDS)('the end of a long session on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let sessions: SessionStore;
  let sessionId: string;
  const left = async (): Promise<number> =>
    Number(
      (
        await database.read
          .selectFrom('transcript_events')
          .select((eb) => eb.fn.countAll().as('count'))
          .where('session_id', '=', sessionId)
          .executeTakeFirstOrThrow()
      ).count,
    );
  const ended = (): Promise<unknown[]> => database.read.selectFrom('ended_conversations').selectAll().execute();

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    sessions = new SessionStore(database);
    ({ sessionId } = await sessions.upsert('agent:main:long', 'main', (entry) => entry));
    const event = { message: { role: 'user', content: [{ type: 'text', text: 'x', origin: 'owner' }] }, at: 1 };
    const events = Array.from({ length: EVENTS / 4 }, () => ({ ...event, runId: null }));
    const transcripts = new TranscriptStore(database);
    for (let part = 0; part < 4; part++) await transcripts.append(sessionId, events as never);
  });
  afterEach(() => home.remove());

  it('lets others write in between, and leaves nothing', async () => {
    const seen: number[] = [];
    const write = database.write.bind(database);
    database.write = (async (...args: Parameters<typeof write>) => {
      const result = await write(...args);
      seen.push(await left());
      return result;
    }) as typeof database.write;
    expect(await sessions.delete('agent:main:long', true, nobody)).toBe(true);
    const steps = seen.map((count, index) => (seen[index - 1] ?? EVENTS) - count);
    expect(Math.max(...steps)).toBeLessThanOrEqual(500);
    expect([seen.at(-1), await sessions.find('agent:main:long'), await ended()]).toEqual([0, undefined, []]);
  });

  it('is noted where a cut leaves something of it', async () => {
    const write = database.write.bind(database);
    let writes = 0;
    database.write = ((...args: Parameters<typeof write>) =>
      ++writes > 2 ? Promise.reject(new Error('killed')) : write(...args)) as typeof database.write;
    await expect(sessions.delete('agent:main:long', true, nobody)).rejects.toThrow('killed');
    expect([await left(), await sessions.find('agent:main:long')]).toEqual([EVENTS - 500, undefined]);
    expect((await ended()).map((row) => ({ ...(row as object) }))).toMatchObject([{ session_id: sessionId }]);
  });
});
