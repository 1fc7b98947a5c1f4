import { sql } from 'kysely';
import { RunsService } from '../../src/operations/diagnostics/runs.service';
import { DeadLetterStore } from '../../src/outbox/dead-letter.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { SqliteFile, SqliteFileStatement } from '../../src/storage/sqlite-file';
import { sqlitePath } from '../../src/storage/sqlite-path';
import { TestDatabase } from '../harness/stores';

const MANY = 400;
const EVERY = 100;

/** What was given up is a handful among everything that went well, and is asked for every time somebody looks. */
describe('what was given up', () => {
  let home: TestDatabase;
  let database: DatabaseService;
  const asked: { text: string; values: readonly unknown[] }[] = [];

  beforeEach(async () => {
    home = await TestDatabase.create('sqlite');
    database = await home.open();
    const { prepare } = SqliteFile.prototype;
    const { all } = SqliteFileStatement.prototype;
    const texts = new WeakMap<SqliteFileStatement, string>();
    jest.spyOn(SqliteFile.prototype, 'prepare').mockImplementation(function (this: SqliteFile, text: string) {
      const statement = prepare.call(this, text);
      texts.set(statement, text);
      return statement;
    });
    jest.spyOn(SqliteFileStatement.prototype, 'all').mockImplementation(function (
      this: SqliteFileStatement,
      ...values: unknown[]
    ) {
      asked.push({ text: texts.get(this) ?? '', values });
      return all.apply(this, values);
    });
    const numbers = sql.raw(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${MANY})`);
    await database.write('fill', async (transaction) => {
      await sql`${numbers} insert into inbox
        (id, channel, account, external_id, session_key, run_id, run_name, turn_id, payload, state, received_at, updated_at)
        select 'row' || i, 'x', 'default', i, 's' || i % 7, 'run' || i, 'run' || i, 'run' || i, '{"text":"Hi"}',
          case i % ${EVERY} when 0 then 'failed' when 1 then 'running' else 'answered' end, i, i from n`.execute(
        transaction,
      );
      await sql`${numbers} insert into turns
        (run_id, kind, session_key, session_id, agent_id, state, request, attempt, fence, started_at, deadline_at)
        select 'run' || i, 'turn', 's' || i % 7, 's', 'main', case i % ${EVERY} when 1 then 'running' else 'closed' end,
          '{}', 1, 1, i, i from n`.execute(transaction);
      await sql`${numbers} insert into outbox
        (id, run_id, part, channel, account, target, route, payload, state, attempts, next_attempt_at, created_at, updated_at)
        select 'part' || i, 'run' || i, 0, case i % ${EVERY} when 2 then 'y' else 'x' end, 'default', '1',
          '{"channel":"x","account":"default","to":"1"}', '{"text":"Hello"}',
          case i % ${EVERY} when 0 then 'failed' when 2 then 'uncertain' else 'sent' end, 1, i, i, i from n`.execute(
        transaction,
      );
    });
    asked.length = 0;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await home.remove();
  });

  const runs = (state: 'failed' | 'running' | 'undelivered') => async (): Promise<unknown[]> =>
    new RunsService(database).list({ limit: 50, state });
  const letters = (channel?: string) => (): Promise<unknown[]> => new DeadLetterStore(database).list(channel, 50);

  it.each([
    ['runs that failed', runs('failed'), 4],
    ['runs that go on', runs('running'), 4],
    ['runs whose answer was given up', runs('undelivered'), 4],
    ['deliveries that were given up', letters(), 8],
    ['deliveries of one channel that were given up', letters('y'), 4],
  ])('%s are found without looking at what went well', async (_, list, count) => {
    expect(await list()).toHaveLength(count);
    expect(asked).not.toEqual([]);
    const file = new SqliteFile(sqlitePath(home.stateDir));
    const steps = [...asked].flatMap(
      ({ text, values }) => file.prepare(`explain query plan ${text}`).all(...values) as { detail: string }[],
    );
    file.close();
    const reading = steps
      .map(({ detail }) => detail)
      .filter((detail) => /^(SCAN|SEARCH) (inbox|outbox|turns)\b/.test(detail));
    expect(reading).not.toEqual([]);
    expect(
      reading.filter(
        (detail) => detail.startsWith('SCAN') && !/INDEX (inbox_failed|outbox_given_up|turns_running)\b/.test(detail),
      ),
    ).toEqual([]);
  });
});
