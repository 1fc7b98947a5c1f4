'use strict';
// usage: storage-binding.cjs <empty folder> [folder with better-sqlite3 in its node_modules]
// Prints {writes, reads, lists} a second of one SQLite binding below the same query builder: writes on the clock, they
// wait for the disk, reads in processor time.
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Kysely, SqliteDialect } = require('kysely');

const [folder, peer] = process.argv.slice(2);
const WRITES = 300;
const READS = 8000;
const LISTS = 2000;

function openOurs() {
  const { openSqlite } = require(join(__dirname, '..', '..', 'dist', 'storage', 'sqlite-connection.js'));
  return openSqlite(join(folder, 'ours.sqlite'), join(folder, 'owner'));
}

function openPeer() {
  const Database = createRequire(join(peer, 'x.js'))('better-sqlite3');
  const raw = new Database(join(folder, 'peer.sqlite'));
  raw.pragma('journal_mode = WAL');
  raw.pragma('synchronous = FULL');
  raw.pragma('wal_autocheckpoint = 16000');
  const statements = new Map();
  return {
    close: () => raw.close(),
    prepare(text) {
      const statement = statements.get(text) ?? raw.prepare(text);
      statements.set(text, statement);
      return statement;
    },
  };
}

async function perSecond(times, work) {
  const since = performance.now();
  for (let index = 0; index < times; index++) await work(index);
  return (times / (performance.now() - since)) * 1000;
}

/** A second of processor time: what else the machine does counts less than on the clock. */
async function perProcessorSecond(times, work) {
  const since = process.cpuUsage();
  for (let index = 0; index < times; index++) await work(index);
  const { user, system } = process.cpuUsage(since);
  return (times / (user + system)) * 1e6;
}

async function main() {
  const db = new Kysely({ dialect: new SqliteDialect({ database: peer ? openPeer() : openOurs() }) });
  await db.schema
    .createTable('t')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text')
    .addColumn('body', 'text')
    .addColumn('at', 'integer')
    .execute();
  const body = 'some text that is longer '.repeat(8);
  const write = (index) =>
    db.transaction().execute(async (transaction) => {
      for (let part = 0; part < 3; part++)
        await transaction
          .insertInto('t')
          .values({ name: `row ${index}`, body, at: index })
          .execute();
    });
  const read = (index) =>
    db
      .selectFrom('t')
      .selectAll()
      .where('id', '=', (index % 900) + 1)
      .executeTakeFirst();
  const list = (index) =>
    db
      .selectFrom('t')
      .selectAll()
      .where('id', '>', index % 800)
      .orderBy('id')
      .limit(20)
      .execute();
  for (const [work, times] of [
    [write, WRITES],
    [read, READS],
    [list, LISTS],
  ])
    await perSecond(times, work);
  const result = {
    writes: await perSecond(WRITES, write),
    reads: await perProcessorSecond(READS, read),
    lists: await perProcessorSecond(LISTS, list),
  };
  await db.destroy();
  process.stdout.write(JSON.stringify(result));
}

void main();
