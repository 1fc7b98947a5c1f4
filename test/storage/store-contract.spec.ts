import { type Kysely, sql } from 'kysely';
import type { DeliveryRoute } from '../../src/common/delivery-route';
import { EventBus } from '../../src/events/event-bus';
import { SilentLoggerFactory } from '../../src/common/logger';
import { InboxService } from '../../src/inbox/inbox.service';
import { InboxStore, type NewInboxRow } from '../../src/inbox/inbox.store';
import { TakenRows } from '../../src/inbox/taken-rows.store';
import { DeadLetterStore } from '../../src/outbox/dead-letter.store';
import { DeliveryStore } from '../../src/outbox/delivery.store';
import type { OutboxPart } from '../../src/outbox/outbox-part';
import { OutboxStore } from '../../src/outbox/outbox.store';
import { PreviewStore } from '../../src/outbox/preview.store';
import { SessionStore } from '../../src/sessions/session.store';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { type Lease, LeaseLostError } from '../../src/storage/lease';
import { LeaseService } from '../../src/storage/lease.service';
import { migrateDown, migrateUp } from '../../src/storage/migrator';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const ROUTE: DeliveryRoute = { channel: 'telegram', account: 'default', to: '5', chatType: 'direct' } as DeliveryRoute;

describe.each(STORE_KINDS)('store on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
  });
  afterEach(() => home.remove());

  const tables = async (): Promise<string[]> =>
    (await database.read.introspection.getTables())
      .map((table) => table.name)
      .filter((name) => name !== 'schema_migrations');

  describe('schema', () => {
    it('goes all the way up, down to nothing and up again', async () => {
      const db = database.read as unknown as Kysely<never>;
      const before = await tables();
      expect(before.length).toBeGreaterThan(8);
      expect(await migrateUp(db, kind)).toEqual({ applied: [] });
      expect(await migrateDown(db, kind, 0)).toContain('0001-foundation');
      expect(await tables()).toEqual([]);
      await migrateUp(db, kind);
      expect((await tables()).sort()).toEqual(before.sort());
    });

    it('leaves nothing of a migration that fails', async () => {
      const failing = {
        name: '9999-broken',
        up: async (transaction: Parameters<Parameters<ReturnType<Kysely<never>['transaction']>['execute']>[0]>[0]) => {
          await transaction.schema.createTable('half').addColumn('a', 'text').execute();
          throw new Error('broken');
        },
        down: async () => undefined,
      };
      const { MIGRATIONS } = await import('../../src/storage/migrations/migration-list');
      const db = database.read as unknown as Kysely<never>;
      await expect(migrateUp(db, kind, [...MIGRATIONS, failing])).rejects.toThrow('broken');
      expect(await tables()).not.toContain('half');
      expect(await migrateUp(db, kind)).toEqual({ applied: [] });
    });

    it('refuses a database of a newer release', async () => {
      await sql`insert into schema_migrations (name, applied_at) values ('9000-future', 'now')`.execute(database.read);
      await expect(migrateUp(database.read as unknown as Kysely<never>, kind)).rejects.toThrow(
        'the database was written by a newer release (migration 9000-future); start that release, or restore a backup made before it',
      );
    });
  });

  describe('writes', () => {
    const put = (key: string) => new SessionStore(database).upsert(key, 'main', (entry) => entry);

    it('do not touch each other when one of many at once fails', async () => {
      const results = await Promise.allSettled([
        put('a'),
        database.write('bad', async (transaction) => {
          await transaction
            .insertInto('leases')
            .values({ name: 'half', holder: 'x', token: 1, expires_at: 0 })
            .execute();
          throw new Error('no');
        }),
        put('b'),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await new SessionStore(database).count()).toBe(2);
      expect(await database.read.selectFrom('leases').selectAll().execute()).toEqual([]);
    });

    it('are refused after closing', async () => {
      await database.close();
      await expect(put('a')).rejects.toThrow('the database is not open');
    });
  });

  describe('inbox', () => {
    const row = (externalId: string): NewInboxRow => ({
      channel: 'telegram',
      account: 'default',
      externalId,
      sessionKey: 'agent:main:main',
      runId: `run-${externalId}`,
      message: { text: `text ${externalId}`, isOwner: true, origin: 'owner' },
    });
    const service = (): InboxService =>
      new InboxService(database, new InboxStore(database), new EventBus(new SilentLoggerFactory()));

    it('takes the same message once, however often and however simultaneously it comes', async () => {
      const inbox = service();
      const receipts = await Promise.all(Array.from({ length: 8 }, () => inbox.accept(row('1'))));
      expect(receipts.filter((receipt) => !receipt.duplicate)).toHaveLength(1);
      expect(new Set(receipts.map((receipt) => receipt.row.id)).size).toBe(1);
      expect(await new InboxStore(database).pending('agent:main:main')).toHaveLength(1);
    });

    it('keeps the order of arrival and gives each row to one turn', async () => {
      const inbox = service();
      const store = new InboxStore(database);
      for (const id of ['1', '2', '3']) await inbox.accept(row(id));
      const waiting = await store.pending('agent:main:main');
      expect(waiting.map((entry) => entry.message.text)).toEqual(['text 1', 'text 2', 'text 3']);
      const ids = waiting.map((entry) => entry.id);
      const claims = await Promise.all(
        ['turn-a', 'turn-b'].map((turn) =>
          database.write('claim', (transaction) => new TakenRows(database).claimIn(transaction, ids.slice(0, 2), turn)),
        ),
      );
      expect(claims.map((claimed) => claimed.length).sort()).toEqual([0, 2]);
    });

    it('gives a turn each message as it is when it is taken, not as it was when it was looked for', async () => {
      const inbox = service();
      const store = new InboxStore(database);
      const { row: accepted } = await inbox.accept(row('1'));
      const [seen] = await store.pending('agent:main:main');
      expect(await store.amend(accepted.id, { message: { ...accepted.message, text: 'edited in time' } })).toBe(true);
      const taken = await database.write('claim', (transaction) =>
        new TakenRows(database).claimIn(transaction, [seen?.id ?? ''], 'turn-a'),
      );
      expect(taken.map(({ message }) => message.text)).toEqual(['edited in time']);
    });

    it('keeps messages that came after a command from turns until it has ended', async () => {
      const inbox = service();
      const store = new InboxStore(database);
      const giver = { name: 'x', channel: 'telegram', account: 'default', isGroup: false };
      const rights = { isAuthorised: true, isOwner: true, mayApprove: true };
      const command = { text: '/status', giver: { ...giver, ...rights } };
      await inbox.accept(row('1'));
      const { row: asked } = await inbox.accept({ ...row('2'), message: { ...row('2').message, command } });
      await inbox.accept(row('3'));
      const ready = async (): Promise<string[]> =>
        (await store.ready('agent:main:main')).map(({ externalId }) => externalId);
      expect(await ready()).toEqual(['1']);
      await database.write('claim', (transaction) =>
        new TakenRows(database).claimCommandIn(transaction, asked.id, 'run-of-command'),
      );
      expect(await ready()).toEqual(['1']);
      await database.write('close', (transaction) =>
        new TakenRows(database).closeCommandIn(transaction, 'run-of-command', { state: 'answered', reason: null }),
      );
      expect(await ready()).toEqual(['1', '3']);
    });

    it('takes nothing while the gateway shuts down', async () => {
      const inbox = service();
      inbox.stop();
      await expect(inbox.accept(row('1'))).rejects.toThrow('the gateway is shutting down');
      expect(await new InboxStore(database).pending('agent:main:main')).toEqual([]);
    });
  });

  describe('outbox', () => {
    const enqueue = (runId: string, ...texts: string[]): Promise<void> =>
      database.write('enqueue', (transaction) =>
        new OutboxStore(database).enqueueIn(
          transaction,
          runId,
          ROUTE,
          texts.map((text) => ({ text })),
        ),
      );

    const openParts = async (store = new DeliveryStore(database)): Promise<OutboxPart[]> => {
      const ids = await store.openIds('telegram', 'default');
      return ids.length === 0 ? [] : store.open(ids);
    };

    it('has one part per run and number, however often it is queued', async () => {
      await enqueue('r1', 'one', 'two');
      await enqueue('r1', 'one', 'two');
      expect((await openParts()).map((part) => part.payload.text)).toEqual(['one', 'two']);
    });

    it('sends another text of the same run as one more message, also when the first has arrived', async () => {
      await enqueue('r1', 'one', 'two');
      const store = new DeliveryStore(database);
      for (const { id } of await openParts()) await store.settle(id, { state: 'sent', platformId: '7' });
      await enqueue('r1', 'one', 'another');
      expect((await openParts()).map(({ part, payload }) => [part, payload.text])).toEqual([[2, 'another']]);
      expect((await new OutboxStore(database).ofRun('r1')).map(({ payload }) => payload.text)).toEqual([
        'one',
        'two',
        'another',
      ]);
    });

    it('makes a preview and the final text one message', async () => {
      const store = new PreviewStore(database, new OutboxStore(database));
      const id = (await store.begin('r1', ROUTE, '5', 'on', '7')) ?? '';
      expect(await store.begin('r1', ROUTE, '5', 'on', '7')).toBeUndefined();
      await store.end(id, '8');
      expect(await openParts()).toEqual([]);
      await enqueue('r1', 'once');
      expect(await openParts()).toMatchObject([{ part: 0, platformId: '8', mark: null, payload: { text: 'once' } }]);
    });

    it('treats what was being sent at a crash as unknown, with its mark', async () => {
      const store = new DeliveryStore(database);
      await enqueue('r1', 'one');
      const [part] = await openParts();
      await store.sending(part?.id ?? '', { place: '5' }, { mark: '41', copies: 1 });
      expect(await openParts()).toEqual([]);
      await store.markInterrupted();
      expect(await openParts()).toMatchObject([{ state: 'unknown', mark: '41', attempts: 1, copies: 1 }]);
    });

    it('puts a row that can not be read among the dead letters, and goes on with the others', async () => {
      await enqueue('r1', 'one');
      await enqueue('r2', 'two');
      await enqueue('r3', 'three');
      const damage = (runId: string, column: 'payload' | 'route', value: string): Promise<unknown> =>
        database.write('damage', (transaction) =>
          transaction
            .updateTable('outbox')
            .set({ [column]: value })
            .where('run_id', '=', runId)
            .execute(),
        );
      await damage('r1', 'payload', '{"text":');
      await damage('r3', 'route', '{"channel":"telegram"}');
      expect((await openParts()).map(({ runId }) => runId)).toEqual(['r2']);
      const letters = new DeadLetterStore(database);
      const given = await letters.list(undefined, 10);
      expect(given.map(({ runId, state, error }) => [runId, state, error]).sort()).toEqual([
        ['r1', 'failed', expect.stringContaining("payload can't be read")],
        ['r3', 'failed', 'route.account must be a text'],
      ]);
      expect((await openParts()).map(({ runId }) => runId)).toEqual(['r2']);
    });

    it('what nobody can find out about is over, shown, and opened again by a person alone', async () => {
      await enqueue('r1', 'one');
      const [part] = await openParts();
      const store = new DeliveryStore(database);
      await store.sending(part?.id ?? '', { place: '5' }, { mark: null, copies: 2 });
      await store.settle(part?.id ?? '', { state: 'uncertain', error: 'cut off' });
      await store.markInterrupted();
      expect(await openParts()).toEqual([]);
      expect(await new PreviewStore(database, new OutboxStore(database)).hasOpen(ROUTE, '5')).toBe(false);
      const letters = new DeadLetterStore(database);
      expect(await letters.list('telegram', 10)).toMatchObject([{ text: 'one', state: 'uncertain', error: 'cut off' }]);
      await letters.resubmit([part?.id ?? '']);
      expect(await openParts()).toMatchObject([{ state: 'pending', copies: 0, attempts: 0, error: null }]);
    });

    it('a pause is no longer than it was meant, however the clock is set', async () => {
      let now = 10_000_000;
      const store = new DeliveryStore(database, { now: () => now, monotonic: () => now } as never);
      await enqueue('r1', 'one');
      const [queued] = await openParts();
      await store.settle(queued?.id ?? '', { state: 'pending', error: 'later', delayMs: 3000 });
      const [part] = await openParts();
      const left = (at: number): number => {
        now = at;
        return store.pauseLeft(part as OutboxPart);
      };
      expect([10_000_000, 10_001_000, 10_004_000, 10_000_000 - 3_600_000].map(left)).toEqual([3000, 2000, 0, 3000]);
    });

    it('tells which messages arrived last, not which were queued last', async () => {
      let now = 1000;
      const store = new DeliveryStore(database, { now: () => now, monotonic: () => now } as never);
      await enqueue('early', 'a');
      await enqueue('late', 'b');
      const [early, late] = await openParts();
      now = 2000;
      await store.settle(late?.id ?? '', { state: 'sent', platformId: '10' });
      now = 3000;
      await store.settle(early?.id ?? '', { state: 'sent', platformId: '11' });
      expect((await store.lastSent('telegram', 'default', 1)).map(({ platformId }) => platformId)).toEqual(['11']);
    });
  });

  describe('transcripts', () => {
    const event = (text: string) => ({
      runId: 'r',
      at: 1,
      message: { role: 'user', content: [{ type: 'text', text }] } as never,
    });

    it('number events of each session without gaps', async () => {
      const store = new TranscriptStore(database);
      for (const text of ['a', 'b', 'c']) await store.append('s1', [event(text)]);
      await store.append('s2', [event('other')]);
      const events = await store.read('s1');
      expect(events.map((entry) => entry.seq)).toEqual([1, 2, 3]);
      expect((await store.readTail('s1', 2)).map((entry) => entry.seq)).toEqual([2, 3]);
      expect((await new TranscriptStore(database).read('s1')).map((entry) => entry.id)).toEqual(
        events.map((entry) => entry.id),
      );
    });

    it('number them after what was read, beside each other and after one that failed', async () => {
      const store = new TranscriptStore(database);
      const numbers = async (): Promise<number[]> =>
        (await new TranscriptStore(database).read('s1')).map((entry) => entry.seq);
      await store.append('s1', [event('a'), event('b')]);
      await store.read('s1');
      await Promise.all(Array.from({ length: 9 }, (_, n) => store.append('s1', [event(`c${n}`), event(`d${n}`)])));
      expect(await numbers()).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      await store.read('s1');
      await expect(
        database.write('fails', async (transaction) => {
          await store.appendIn(transaction, 's1', [event('lost')]);
          throw new Error('for a reason of its own');
        }),
      ).rejects.toThrow('a reason of its own');
      await store.append('s1', [event('e')]);
      await store.read('s1');
      // Appended in a larger commit, of whose end nobody tells.
      await database.write('silent', (transaction) => store.appendIn(transaction, 's1', [event('f')]));
      await store.append('s1', [event('g')]);
      expect(await numbers()).toEqual(Array.from({ length: 23 }, (_, n) => n + 1));
      expect((await store.read('s1')).map((entry) => entry.seq)).toEqual(await numbers());
    });

    if (kind === 'postgres')
      it('number them after what another process has written meanwhile', async () => {
        const [store, other] = [new TranscriptStore(database), new TranscriptStore(await home.open())];
        await store.append('s1', [event('a')]);
        await Promise.all([store.read('s1'), other.read('s1')]);
        await other.append('s1', [event('b'), event('c')]);
        await store.append('s1', [event('d')]);
        expect((await store.read('s1')).map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
      });
  });

  describe('leases', () => {
    const leases = (on: DatabaseService = database): LeaseService => new LeaseService(on);
    const runOut = (): Promise<unknown> =>
      database.write('run-out', (transaction) => transaction.updateTable('leases').set({ expires_at: 1 }).execute());
    const rows = (): Promise<{ name: string }[]> => database.read.selectFrom('leases').select('name').execute();
    const put = (name: string, holder: string): Promise<unknown> =>
      database.write('put', (transaction) =>
        transaction
          .insertInto('leases')
          .values({ name, holder, token: 4, expires_at: Date.now() + 9_999_999 })
          .execute(),
      );

    it('have one holder, until they run out', async () => {
      const [a, b] = [leases(), leases()];
      const first = await a.acquire('lane', 100_000);
      expect(first).toEqual({ name: 'lane', holder: a.holder, token: expect.any(Number) as number });
      expect(await b.acquire('lane', 100_000)).toBeUndefined();
      expect(await a.acquire('lane', 100_000)).toEqual(first);
      await runOut();
      const second = await b.acquire('lane', 100_000);
      expect(second).toMatchObject({ name: 'lane', holder: b.holder });
      expect(second?.token).toBeGreaterThan(first?.token ?? 0);
    });

    it('go by the clock of the database, whatever the clocks of processes say', async () => {
      const [a, b] = [leases(), leases()];
      await a.acquire('lane', 60_000);
      const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 7_200_000);
      try {
        expect(await b.acquire('lane', 60_000)).toBeUndefined();
      } finally {
        now.mockRestore();
      }
    });

    it('go to one of many who ask at once', async () => {
      const taken = await Promise.all(Array.from({ length: 6 }, () => leases().acquire('lane', 100_000)));
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    it('refuse the commit of a holder that was overtaken', async () => {
      const [a, b] = [leases(), leases()];
      const lease = (await a.acquire('lane')) as Lease;
      await runOut();
      await b.acquire('lane');
      const commit = database.write('late', () => Promise.resolve('written'), { under: lease });
      await expect(commit).rejects.toThrow(LeaseLostError);
      await expect(commit).rejects.toThrow('another process has taken over lane');
      expect(await rows()).toEqual([{ name: 'lane' }]);
    });

    it('refuse what comes late under a holding that has ended, also when the same process has the next one', async () => {
      const a = leases();
      const first = (await a.acquire('lane')) as Lease;
      await database.write('last', () => Promise.resolve(), { under: first, ends: true });
      const late = (): Promise<void> => database.write('late', () => Promise.resolve(), { under: first });
      await expect(late()).rejects.toThrow(LeaseLostError);
      const second = (await a.acquire('lane')) as Lease;
      expect(second.token).toBeGreaterThan(first.token);
      await expect(late()).rejects.toThrow(LeaseLostError);
      await database.write('in time', () => Promise.resolve(), { under: second });
    });

    it('are there only while they are held', async () => {
      const [a, b] = [leases(), leases()];
      const lease = (await a.acquire('one')) as Lease;
      await a.acquire('two');
      await b.acquire('three');
      await a.release(lease);
      expect((await rows()).map(({ name }) => name).sort()).toEqual(['three', 'two']);
      await a.releaseAll();
      expect(await rows()).toEqual([{ name: 'three' }]);
      const failing = database.write('last', () => Promise.reject(new Error('no')), {
        under: (await a.acquire('four')) as Lease,
        ends: true,
      });
      await expect(failing).rejects.toThrow('no');
      expect((await rows()).map(({ name }) => name).sort()).toEqual(['four', 'three']);
    });

    it('tell who has lost one', async () => {
      const [a, b] = [leases(), leases()];
      const lease = (await a.acquire('lane')) as Lease;
      const lost = a.lost(lease);
      await a.renewAll();
      expect(lost.aborted).toBe(false);
      await runOut();
      const next = (await b.acquire('lane')) as Lease;
      await a.renewAll();
      // On SQLite one process has the file, so there is nobody to lose one to, and nothing is written for it.
      expect(lost.aborted).toBe(kind === 'postgres');
      expect(b.lost(next).aborted).toBe(false);
      expect(b.lost(lease).aborted).toBe(true);
    });

    it('of processes that have ended are free at the next start; others are not', async () => {
      const dead = JSON.stringify({ ...JSON.parse(leases().holder), id: 'dead', pid: 2 ** 22 - 3, startTime: 1 });
      const elsewhere = JSON.stringify({ ...JSON.parse(leases().holder), id: 'far', host: 'another-host' });
      await put('dead', dead);
      await put('far', elsewhere);
      const mine = leases();
      await mine.releaseAbandoned();
      expect((await mine.acquire('dead'))?.token).toBeGreaterThan(4);
      expect((await mine.acquire('far')) !== undefined).toBe(kind === 'sqlite');
    });
  });

  it(kind === 'sqlite' ? 'has one process at a time and names it' : 'is shared by processes', async () => {
    if (kind === 'postgres') {
      const other = await home.open();
      await new SessionStore(other).upsert('k', 'main', (entry) => entry);
      expect(await new SessionStore(database).count()).toBe(1);
      return;
    }
    await expect(home.open()).rejects.toThrow(
      new RegExp(
        `^${home.stateDir}/openclaw-nest\\.sqlite is in use by process ${process.pid} \\(.+\\); stop it \\(kill ${process.pid}\\) or choose another OPENCLAW_STATE_DIR$`,
      ),
    );
  });
});

if (STORE_KINDS.includes('postgres')) {
  it('names the server that does not answer, without credentials', async () => {
    const home = await TestDatabase.create('postgres', 'postgresql://me:hidden@127.0.0.1:1/nowhere');
    const attempt = home.open();
    await expect(attempt).rejects.toThrow('OPENCLAW_DATABASE_URL: no connection to 127.0.0.1:1/nowhere: ');
    await expect(attempt).rejects.not.toThrow('hidden');
    await home.remove();
  });
}
