import { TurnStarter } from '../../src/agent/turns/turn-starter.service';
import { TurnStore } from '../../src/agent/turns/turn.store';
import { SilentLoggerFactory } from '../../src/common/logger';
import type { ConfigService } from '../../src/config/config.service';
import type { InboxRow } from '../../src/inbox/inbox-row';
import { InboxStore } from '../../src/inbox/inbox.store';
import { TakenRows } from '../../src/inbox/taken-rows.store';
import { SessionStore } from '../../src/sessions/session.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { LeaseService } from '../../src/storage/lease.service';
import { type StoreKind, TestDatabase } from '../harness/stores';

const SESSION = 'agent:main:main';
const kinds: StoreKind[] = process.env['TEST_POSTGRES_URL'] ? ['sqlite', 'postgres'] : ['sqlite'];

describe.each(kinds)('the start of a turn on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let inbox: InboxStore;
  let starter: TurnStarter;
  const accept = (text: string, command = false): Promise<unknown> =>
    database.write('accept', (transaction) =>
      inbox.insertIn(transaction, {
        channel: 'webchat',
        account: 'default',
        externalId: text,
        sessionKey: SESSION,
        message: { text, isOwner: true, origin: 'owner', ...(command ? { command: {} } : {}) } as never,
      }),
    );
  const texts = (rows: readonly InboxRow[]): string[] => rows.map(({ message }) => message.text);

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    inbox = new InboxStore(database);
    const loggers = new SilentLoggerFactory();
    const config = { config: {} } as unknown as ConfigService;
    const turns = new TurnStore(database);
    const leases = new LeaseService(database);
    starter = new TurnStarter(
      database,
      leases,
      turns,
      new TakenRows(database),
      new SessionStore(database),
      config,
      loggers,
    );
  });
  afterEach(() => home.remove());

  it('leaves the others as they were where the first of its messages is gone', async () => {
    await accept('one');
    await accept('two');
    const rows = await inbox.ready(SESSION);
    await inbox.drop([rows[0]?.id ?? ''], 'deleted');
    expect(await starter.begin(SESSION, rows, [], () => 'fake/one')).toBe('gone');
    const rest = await inbox.ready(SESSION);
    expect(texts(rest)).toEqual(['two']);
    expect(await starter.begin(SESSION, rest, [], () => 'fake/one')).toMatchObject({
      rows: [{ message: { text: 'two' } }],
    });
    expect(await starter.begin(SESSION, rest, [], () => 'fake/one')).toBe('running');
  });

  it('takes nothing that came after a command', async () => {
    await accept('before');
    await accept('/model x', true);
    await accept('after');
    expect(texts(await inbox.ready(SESSION))).toEqual(['before']);
    expect(texts(await inbox.pending(SESSION))).toEqual(['before', 'after']);
    expect(texts(await inbox.commands(SESSION))).toEqual(['/model x']);
    expect(await inbox.sessionsWith('command')).toEqual([SESSION]);
    expect(await inbox.countPending()).toBe(3);
  });
});
