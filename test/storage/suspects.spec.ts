import { SuspectStore } from '../../src/agent/turns/suspect.store';
import { Suspects } from '../../src/agent/turns/suspects.service';
import { TurnStarter } from '../../src/agent/turns/turn-starter.service';
import type { TurnRecord } from '../../src/agent/turns/turn-record';
import { TurnStore } from '../../src/agent/turns/turn.store';
import { SilentLoggerFactory } from '../../src/common/logger';
import type { ConfigService } from '../../src/config/config.service';
import { InboxStore } from '../../src/inbox/inbox.store';
import { TakenRows } from '../../src/inbox/taken-rows.store';
import { SessionStore } from '../../src/sessions/session.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { LeaseService } from '../../src/storage/lease.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

describe.each(STORE_KINDS)('turns that were cut off on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let turns: TurnStore;
  let starter: TurnStarter;
  let suspects: Suspects;

  /** One life of the gateway begins: the former one was killed, or there was none. */
  async function live(): Promise<void> {
    const loggers = new SilentLoggerFactory();
    const config = { config: {} } as unknown as ConfigService;
    await database.close();
    await database.open();
    const leases = new LeaseService(database);
    turns = new TurnStore(database);
    suspects = new Suspects(new SuspectStore(database), leases, loggers);
    starter = new TurnStarter(
      database,
      leases,
      turns,
      new TakenRows(database),
      new SessionStore(database),
      config,
      loggers,
    );
    await leases.releaseAbandoned();
    // On a shared database they run out.
    await database.write('lease.release', (transaction) => transaction.deleteFrom('leases').execute());
    await suspects.acquit();
  }

  async function begin(key: string): Promise<void> {
    const inbox = new InboxStore(database);
    await database.write('accept', (transaction) =>
      inbox.insertIn(transaction, {
        channel: 'webchat',
        account: 'default',
        externalId: key,
        sessionKey: key,
        message: { text: key, isOwner: true, origin: 'owner' } as never,
      }),
    );
    await starter.begin(key, await inbox.ready(key), [], () => 'fake/one');
  }
  const cut = async (key: string): Promise<TurnRecord> => (await turns.findRunning(key)) as TurnRecord;
  async function goOn(key: string): Promise<void> {
    const turn = await cut(key);
    expect(await starter.resume(turn, suspects.has(turn))).toBeDefined();
  }

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    await live();
  });
  afterEach(() => home.remove());

  it('are suspected after three cuts, and rest only after a cut alone', async () => {
    await begin('a');
    for (let life = 0; life < 2; life++) {
      await live();
      expect(suspects.has(await cut('a'))).toBe(false);
      await goOn('a');
    }
    await live();
    expect(suspects.has(await cut('a'))).toBe(true);
    expect(suspects.restOf(await cut('a'))).toBe(0);
    await goOn('a');
    await live();
    expect(await cut('a')).toMatchObject({ attempt: 4, alone: 1 });
    expect(suspects.restOf(await cut('a'))).toBeGreaterThan(0);
  });

  it('are not suspected any more once the gateway has ended without them, but only where no suspect was at work', async () => {
    await begin('a');
    await begin('b');
    for (let life = 0; life < 2; life++) {
      await live();
      await goOn('a');
      await goOn('b');
    }
    await live();
    await goOn('a');
    await live();
    // It may have been `a`.
    expect(await cut('a')).toMatchObject({ attempt: 4, alone: 1 });
    expect(await cut('b')).toMatchObject({ attempt: 3, alone: 0 });
    await begin('c');
    await live();
    // It was neither of them.
    expect(await cut('a')).toMatchObject({ attempt: 1, alone: 0 });
    expect(await cut('b')).toMatchObject({ attempt: 1, alone: 0 });
    await goOn('c');
    await live();
    expect(await cut('c')).toMatchObject({ attempt: 2 });
  });
});
