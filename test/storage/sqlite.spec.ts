import { copyFileSync, openSync, readdirSync, statSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseService } from '../../src/storage/database.service';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { until } from '../harness/gateway-process';
import { TestDatabase } from '../harness/stores';

const FILE = 'openclaw-nest.sqlite';

describe('the SQLite file', () => {
  let home: TestDatabase;
  beforeEach(async () => (home = await TestDatabase.create('sqlite')));
  afterEach(() => home.remove());

  const file = (): string => join(home.stateDir, FILE);
  const put = (database: DatabaseService, name: string): Promise<unknown> =>
    database.write('put', (transaction) =>
      transaction.insertInto('leases').values({ name, holder: 'x', token: 1, expires_at: 0 }).execute(),
    );
  /** Rows of the file alone, without its write-ahead log. */
  const rowsWithoutLog = (): number => {
    const copy = join(home.stateDir, 'copy.sqlite');
    copyFileSync(file(), copy);
    const database = new SqliteFile(copy);
    try {
      return (database.prepare('select count(*) as n from leases').get() as { n: number }).n;
    } catch {
      return 0;
    } finally {
      database.close();
    }
  };

  it('gets what the log holds from a thread, while writes go on', async () => {
    const database = await home.open();
    for (let index = 0; index < 1000; index++) await put(database, `a${index}`);
    await until('a checkpoint', () => rowsWithoutLog() >= 1000);
    await Promise.all(Array.from({ length: 300 }, (_, index) => put(database, `b${index}`)));
    await database.close();
    expect(rowsWithoutLog()).toBe(1300);
    expect(readdirSync(home.stateDir).filter((name) => name.endsWith('-wal'))).toEqual([]);
  });

  it('is found damaged by a thread', async () => {
    const database = await home.open();
    expect(await database.integrity()).toBe('ok');
    for (let index = 0; index < 1000; index++) await put(database, `${index}${'x'.repeat(200)}`);
    await until('a checkpoint', () => rowsWithoutLog() >= 1000);
    const handle = openSync(file(), 'r+');
    const { size } = statSync(file());
    for (let at = Math.round(size / 4096 / 2) * 4096; at < size; at += 4096)
      writeSync(handle, Buffer.alloc(64, 0xff), 0, 64, at);
    expect(await database.integrity()).not.toBe('ok');
  });

  it('has one writer, and readers beside it', async () => {
    const database = await home.open();
    await put(database, 'a');
    await expect(home.open()).rejects.toMatchObject({
      code: 'STORAGE_LOCKED',
      message: expect.stringContaining(`is in use by process ${process.pid}`) as string,
    });
    const reader = new SqliteFile(file(), { readOnly: true });
    expect(reader.prepare('select name from leases').all()).toEqual([{ name: 'a' }]);
    reader.close();
    await database.close();
    await (await home.open()).close();
  });

  it('is used without shared memory where there is none', async () => {
    symlinkSync('/nowhere/at/all', `${file()}-shm`);
    const database = await home.open();
    await put(database, 'a');
    expect(await database.integrity()).toBe('ok');
    const other = new SqliteFile(file(), { timeoutMs: 0 });
    expect(() => other.exec('begin immediate')).toThrow();
    other.close();
  });
});
