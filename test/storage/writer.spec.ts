import { join } from 'node:path';
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { Pool } from 'pg';
import { Failpoints } from '../../src/common/failpoints';
import { SessionStore } from '../../src/sessions/session.store';
import type { NewTranscriptEvent } from '../../src/sessions/transcript-event';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import { CommitQueue } from '../../src/storage/commit-queue';
import type { DatabaseService } from '../../src/storage/database.service';
import { LeaseService } from '../../src/storage/lease.service';
import { ConnectionLostError } from '../../src/storage/postgres-connection';
import type { Schema } from '../../src/storage/schema';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { DatabaseBusyError } from '../../src/storage/storage-fault';
import { TurnJournal } from '../../src/agent/turns/turn-journal';
import type { ModelStepOutput } from '../../src/agent/turns/turn-record';
import { TurnStore } from '../../src/agent/turns/turn.store';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const event = (text: string): NewTranscriptEvent => ({
  runId: null,
  at: 1,
  message: { role: 'user', content: [{ type: 'text', text, origin: 'owner' }] },
});

describe.each(STORE_KINDS)('the writer on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
  });
  afterEach(() => home.remove());

  it('runs writes one after the other, in the order in which they were asked for', async () => {
    const order: string[] = [];
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        database.write('ordered', async (transaction) => {
          order.push(`begin ${index}`);
          await transaction.selectFrom('sessions').select('key').execute();
          await soon(index % 3);
          order.push(`end ${index}`);
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 40 }, (_, index) => [`begin ${index}`, `end ${index}`]).flat());
  });

  it('loses no change of many that read and write the same row at once', async () => {
    const sessions = new SessionStore(database);
    await Promise.all(
      Array.from({ length: 60 }, () =>
        sessions.upsert('k', 'main', (entry) => ({ ...entry, inputTokens: (entry.inputTokens ?? 0) + 1 })),
      ),
    );
    expect((await sessions.find('k'))?.inputTokens).toBe(60);
  });

  it('runs what a write says later at its end, before the next one reads', async () => {
    const sessions = new SessionStore(database);
    await sessions.upsert('k', 'main', (entry) => entry);
    await sessions.upsert('other', 'main', (entry) => entry);
    const seen: (number | undefined)[] = [];
    const add = (key: string, fail = false): Promise<void> =>
      database.write('add', async (transaction) => {
        const known = await sessions.ensureIn(transaction, key, 'main');
        seen.push(known.inputTokens);
        await sessions.saveLastIn(transaction, { ...known, inputTokens: (known.inputTokens ?? 0) + 1 });
        await sessions.saveLastIn(transaction, {
          ...(await sessions.ensureIn(transaction, 'other', 'main')),
          label: key,
        });
        if (fail) throw new Error('changed its mind');
      });
    const ends = await Promise.allSettled([add('k'), add('k', true), add('k')]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual([undefined, 1, 1]);
    expect(await sessions.find('k')).toMatchObject({ inputTokens: 2 });
    expect(await sessions.find('other')).toMatchObject({ label: 'k' });
  });

  it('numbers what one write appends to a conversation in two steps', async () => {
    const transcripts = new TranscriptStore(database);
    await database.write('twice', async (transaction) => {
      await transcripts.appendIn(transaction, 's', [event('one')]);
      await transcripts.appendIn(transaction, 's', [event('two'), event('three')]);
    });
    expect((await transcripts.readTail('s', 10)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('numbers events of one conversation whoever adds them', async () => {
    const others = kind === 'postgres' ? [await home.open(), await home.open()] : [];
    const stores = [database, ...others].map((one) => new TranscriptStore(one));
    await Promise.all(
      stores.flatMap((store) => Array.from({ length: 30 }, (_, index) => store.append('s', [event(`${index}`)]))),
    );
    const seqs = (await new TranscriptStore(database).read('s')).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: stores.length * 30 }, (_, index) => index + 1));
  });

  it('refuses a label that another session has', async () => {
    const sessions = new SessionStore(database);
    const labelled = await Promise.allSettled(
      ['a', 'b', 'c'].map((key) => sessions.upsert(key, 'main', (entry) => ({ ...entry, label: 'one' }))),
    );
    expect(labelled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(labelled[1]).toMatchObject({ reason: { message: 'label already in use: one' } });
  });

  describe('the journal of a turn', () => {
    const OUTPUT: ModelStepOutput = {
      content: [{ type: 'text', text: 'Paid for.', origin: 'assistant' }],
      usage: {} as never,
      finishReason: 'stop',
      api: 'x',
      provider: 'x',
      model: 'x',
    };
    const journal = async (failing: { error: Error; times: number }): Promise<TurnJournal> => {
      const leases = new LeaseService(database);
      const turns = new TurnStore(database);
      const lease = await leases.acquire('lane:k');
      const write = database.write.bind(database);
      database.write = (label, work, ...more) =>
        failing.times-- > 0
          ? write(label, async (transaction) => {
              await work(transaction);
              throw failing.error;
            })
          : write(label, work, ...more);
      if (!lease) throw new Error('no lease');
      return new TurnJournal(database, leases, turns, 'r', lease, []);
    };
    const outputs = async (): Promise<(string | null)[]> =>
      (await new TurnStore(database).steps('r')).map((step) => ('output' in step ? JSON.stringify(step.output) : null));

    it('tries a commit again that the database had no time for, with what was paid for', async () => {
      const failing = { error: new DatabaseBusyError(new Error('busy')), times: 0 };
      const turn = await journal(failing);
      const step = await turn.start({ kind: 'model', name: 'x' });
      turn.finish(step, OUTPUT);
      failing.times = 2;
      await turn.close(() => Promise.resolve());
      expect(await outputs()).toEqual([JSON.stringify(OUTPUT)]);
    });

    it('keeps what a failed commit held for the next one', async () => {
      const failing = { error: new Error('no'), times: 0 };
      const turn = await journal(failing);
      const step = await turn.start({ kind: 'model', name: 'x' });
      turn.finish(step, OUTPUT);
      failing.times = 1;
      await expect(turn.start({ kind: 'model', name: 'y' })).rejects.toThrow('no');
      await turn.close(() => Promise.resolve());
      expect(await outputs()).toEqual([JSON.stringify(OUTPUT)]);
    });
  });

  if (kind === 'postgres') {
    describe('with a server that breaks off', () => {
      let pool: Pool;
      /** What becomes of a statement instead of its being carried out. */
      let instead: (text: string, carryOut: (text: string) => Promise<unknown>) => Promise<unknown>;
      let queue: CommitQueue;
      beforeEach(() => {
        pool = new Pool({ connectionString: home.url, max: 1 });
        instead = (text, carryOut) => carryOut(text);
        const connect = async (): Promise<PostgresPoolClient> => {
          const client = await pool.connect();
          const query = (text: string, values: readonly unknown[]): Promise<unknown> =>
            instead(text, async (said) => {
              const result: unknown = await client.query(said, [...values]);
              return Array.isArray(result) ? (result as unknown[]).at(-1) : result;
            });
          return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
        };
        const dialect = new PostgresDialect({ pool: { connect, end: () => pool.end() } });
        queue = new CommitQueue(new Kysely<Schema>({ dialect }), 'postgres', Failpoints.none(), 2000);
      });
      afterEach(() => pool.end());

      const save = (key: string): Promise<unknown> =>
        queue.run('save', (transaction) => new SessionStore(database).ensureIn(transaction, key, 'main'));

      it('goes on after a transaction that was half begun', async () => {
        let left = 1;
        instead = (text, carryOut) =>
          carryOut(text.startsWith('begin;') && left-- > 0 ? 'begin; select 1 / 0 as id' : text);
        await expect(save('a')).rejects.toThrow('division by zero');
        await save('b');
        expect(await new SessionStore(database).count()).toBe(1);
      });

      it('neither repeats nor confirms what nobody can say the end of, and goes on with others', async () => {
        let isLost = false;
        instead = async (text, carryOut) => {
          if (text.includes('pg_xact_status')) throw new Error('permission denied');
          const result = await carryOut(text);
          if (text !== 'commit' || isLost) return result;
          isLost = true;
          throw new ConnectionLostError(new Error('gone'));
        };
        await expect(save('a')).rejects.toThrow('permission denied');
        await save('b');
        expect(await new SessionStore(database).count()).toBe(2);
      });
    });
  }

  if (kind === 'sqlite') {
    it('waits for a file that another program writes into, and nothing else does', async () => {
      const other = new SqliteFile(join(home.stateDir, 'openclaw-nest.sqlite'));
      other.exec('begin immediate');
      let beats = 0;
      const heart = setInterval(() => beats++, 5);
      const written = new SessionStore(database).upsert('k', 'main', (entry) => entry);
      let isWritten = false;
      void written.then(() => (isWritten = true));
      await soon(300);
      clearInterval(heart);
      expect(isWritten).toBe(false);
      expect(beats).toBeGreaterThan(20);
      expect(await new SessionStore(database).count()).toBe(0);
      other.exec('rollback');
      other.close();
      await written;
      expect(await new SessionStore(database).count()).toBe(1);
    });
  }
});
