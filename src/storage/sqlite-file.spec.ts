import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile, sqliteFaultOf } from './sqlite-file';

describe('SqliteFile', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-sqlite-'));
    path = join(folder, 'a.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const faultOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return sqliteFaultOf(error);
    }
    return 'none';
  };
  const withTable = (): SqliteFile => {
    const file = new SqliteFile(path);
    file.exec('pragma journal_mode = WAL; create table t (id integer primary key, name text unique, bytes blob)');
    return file;
  };

  it('returns plain objects with what was bound', () => {
    const file = withTable();
    const added = file.prepare('insert into t (name, bytes) values (?, ?)').run('a', Buffer.from([1, 255]));
    expect(added).toEqual({ changes: 1, lastInsertRowid: 1 });
    const row = file.prepare('select * from t where name = ?').get('a') as { bytes: Uint8Array };
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(row).toEqual({ id: 1, name: 'a', bytes: new Uint8Array([1, 255]) });
    expect(file.prepare('select id from t where name = ?').get('b')).toBeUndefined();
    expect([...file.prepare('select id from t').iterate()]).toEqual([{ id: 1 }]);
    expect(file.prepare('insert into t (name) values (?) returning id').all('c')).toEqual([{ id: 2 }]);
    file.close();
  });

  it('leaves no log and no lock behind when it is closed with statements at hand', () => {
    const file = withTable();
    const kept = file.prepare('insert into t (name) values (?)');
    for (let index = 0; index < 20; index++) kept.run(`n${index}`);
    expect(() => kept.run('n0')).toThrow(/UNIQUE/);
    file.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const other = new SqliteFile(path, { timeoutMs: 0 });
    other.exec('pragma locking_mode = EXCLUSIVE; begin exclusive; commit');
    other.close();
  });

  it('does a transaction wholly or not at all', () => {
    const file = withTable();
    expect(file.transaction(() => file.prepare("insert into t (name) values ('a')").run().changes)).toBe(1);
    expect(() =>
      file.transaction(() => {
        file.exec("insert into t (name) values ('b')");
        throw new Error('no');
      }),
    ).toThrow('no');
    // The transaction is over already when the error comes.
    expect(() => file.transaction(() => file.exec("insert or rollback into t (name) values ('a')"))).toThrow(/UNIQUE/);
    expect(file.prepare('select name from t').all()).toEqual([{ name: 'a' }]);
    file.close();
  });

  it('tells kinds of faults apart', () => {
    const file = withTable();
    file.exec('begin immediate');
    const second = new SqliteFile(path, { timeoutMs: 0 });
    expect(faultOf(() => second.exec('begin immediate'))).toBe('busy');
    second.close();
    file.close();
    expect(faultOf(() => new SqliteFile(join(folder, 'no', 'folder')))).toBe('cannot-open');
    writeFileSync(join(folder, 'b'), 'no database '.repeat(100));
    expect(faultOf(() => new SqliteFile(join(folder, 'b')).pragma('user_version'))).toBe('unreadable');
    expect(faultOf(() => new SqliteFile(join(folder, 'none'), { readOnly: true }))).toBe('other');
    expect(faultOf(() => new SqliteFile(join(folder, 'none'), { mustExist: true }))).toBe('other');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('copies a database that is in use, and only reads where it may only read', async () => {
    const file = withTable();
    file.exec("insert into t (name) values ('a')");
    await file.copyTo(join(folder, 'copy'));
    chmodSync(join(folder, 'copy'), 0o400);
    const copy = new SqliteFile(join(folder, 'copy'), { readOnly: true });
    expect(copy.pragmaValue('integrity_check')).toBe('ok');
    expect(copy.prepare('select count(*) as n from t').get()).toEqual({ n: 1 });
    expect(() => copy.exec("insert into t (name) values ('b')")).toThrow(/readonly/);
    copy.close();
    file.close();
  });
});
