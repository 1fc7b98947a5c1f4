import { TurnStore } from '../../src/agent/turns/turn.store';
import { SessionStore } from '../../src/sessions/session.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { sql } from 'kysely';
import { until } from '../harness/gateway-process';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const KEY = 'agent:main:talk';
const CHANGES = {
  'a reset': (sessions: SessionStore, turns: TurnStore) => sessions.reset(KEY, 'main', turns.requireIdleIn),
  'a removal': (sessions: SessionStore, turns: TurnStore) => sessions.delete(KEY, true, turns.requireIdleIn),
};

describe.each(STORE_KINDS)('a session with a turn on %s', (kind) => {
  let home: TestDatabase;
  let sessionId: string;
  let sessions: SessionStore;
  let turns: TurnStore;

  /** A turn begins in another process, whose commit comes when the test says so. */
  async function begin(database: DatabaseService, atItsEnd: () => Promise<unknown>): Promise<void> {
    const theirs = { sessions: new SessionStore(database), turns: new TurnStore(database) };
    await database.write('turn.start', async (transaction) => {
      const session = await theirs.sessions.ensureIn(transaction, KEY, 'main');
      const request = { channel: 'webchat', account: 'default', isOwner: true, runIds: ['run'], timeoutMs: 1000 };
      await theirs.turns.insertIn(transaction, {
        runId: 'run',
        kind: 'turn',
        sessionKey: KEY,
        sessionId: session.sessionId,
        agentId: 'main',
        request,
        fence: 1,
      });
      await atItsEnd();
    });
  }

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    const database = await home.open();
    sessions = new SessionStore(database);
    turns = new TurnStore(database);
    ({ sessionId } = await sessions.upsert(KEY, 'main', (entry) => entry));
  });
  afterEach(() => home.remove());

  it.each(Object.entries(CHANGES))('refuses %s', async (_, change) => {
    await begin(turns['database'], () => Promise.resolve());
    await expect(change(sessions, turns)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await sessions.find(KEY)).toMatchObject({ sessionId });
    await turns['database'].write('turn.put-aside', (transaction) => turns.giveUpIn(transaction, 'run', 'over'));
    await change(sessions, turns);
    expect((await sessions.find(KEY))?.sessionId).not.toBe(sessionId);
  });

  (kind === 'postgres' ? it : it.skip).each(Object.entries(CHANGES))(
    'refuses %s also where the turn begins in the same moment',
    async (_, change) => {
      const other = await home.open();
      let changed: Promise<unknown> = Promise.resolve();
      const isWaiting = async (): Promise<boolean> =>
        (await sql`select 1 from pg_locks where not granted`.execute(turns['database'].read)).rows.length > 0;
      await begin(other, () => {
        changed = change(sessions, turns);
        changed.catch(() => undefined);
        return until('the change to wait for the row', isWaiting, 60_000);
      });
      await expect(changed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await sessions.find(KEY)).toMatchObject({ sessionId });
    },
  );
});
