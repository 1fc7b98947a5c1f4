// What keeping everything costs: turns on both databases, growth, lists and idle writes with many sessions.
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pause } from './fakes.mjs';
import { BenchGateway, TOKEN } from './processes.mjs';
import { median, round } from './statistics.mjs';
import { turnsAtOnce } from './turns.mjs';
import { WireClient } from './wire-client.mjs';

const FILE = 'openclaw-nest.sqlite';
const AT_ONCE = 20;
const TURNS = 2000;
const MANY_SESSIONS = 5000;
const LISTS = 40;
const SETTLE_MS = 15_000;
const WATCH_MS = 60_000;
const HOUR_MS = 3_600_000;
const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * @param services port of the model and of Telegram
 * BENCH_POSTGRES_URL names a server on which a database may be made; without it PostgreSQL is left out.
 */
export async function measureDurability(services, add) {
  await measureGrowth(services, add);
  await measureManySessions(services, add);
  if (process.env.BENCH_POSTGRES_URL) await measurePostgres(services, add, process.env.BENCH_POSTGRES_URL);
}

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

async function measureGrowth(services, add) {
  const stateDir = BenchGateway.prepare(services);
  let gateway = await BenchGateway.start(stateDir);
  let client = await WireClient.connect(gateway.port, TOKEN);
  const sessionOf = (number, place) => `grow-${place}-${Math.floor(number / 400)}`;
  await turnsAtOnce(client, { name: 'warm', count: 100, atOnce: AT_ONCE, sessionOf });
  client.close();
  await gateway.stop();
  const before = sizeOf(join(stateDir, FILE));
  gateway = await BenchGateway.start(stateDir);
  client = await WireClient.connect(gateway.port, TOKEN);
  const cpu = gateway.cpuMs;
  const perSecond = await turnsAtOnce(client, { name: 'grow', count: TURNS, atOnce: AT_ONCE, sessionOf });
  const cpuOfTurn = (gateway.cpuMs - cpu) / TURNS;
  const log = sizeOf(join(stateDir, `${FILE}-wal`));
  client.close();
  await gateway.stop();
  const growth = (sizeOf(join(stateDir, FILE)) - before) / TURNS;
  gateway.remove();
  add(`turns with ${AT_ONCE} sessions at once, SQLite`, `${round(perSecond, 0)}/s`, '≥ 220/s', perSecond >= 220);
  add('… processor time of a turn', `${round(cpuOfTurn)} ms`, '8 ms', cpuOfTurn <= 8);
  add('… write-ahead log at their end', `${round(log / MIB)} MiB`, '16 MiB', log <= 16 * MIB, `${TURNS} turns`);
  add('… growth of the database by each', `${round(growth / KIB, 2)} KiB`, '2.5 KiB', growth <= 2.5 * KIB);
}

async function measureManySessions(services, add) {
  const stateDir = BenchGateway.prepare(services);
  const gateway = await BenchGateway.start(stateDir);
  const client = await WireClient.connect(gateway.port, TOKEN);
  const sessionOf = (number) => `many-${number}`;
  await turnsAtOnce(client, { name: 'many', count: MANY_SESSIONS, atOnce: AT_ONCE, sessionOf });
  const listed = async (params) => {
    const times = [];
    for (let count = 0; count < LISTS; count++) {
      const start = performance.now();
      const { sessions } = await client.call('sessions.list', { limit: 50, ...params });
      times.push(performance.now() - start);
      if (sessions.length !== 50) throw new Error(`${sessions.length} sessions listed`);
    }
    return median(times);
  };
  const list = await listed({});
  const found = await listed({ search: 'many-4' });
  // As the page searches: by the words that conversations begin with, too.
  const begun = await listed({ search: 'many-4', includeDerivedTitles: true });
  client.close();
  await pause(SETTLE_MS);
  const before = writtenBy(gateway.child.pid);
  await pause(WATCH_MS);
  const hourly = ((writtenBy(gateway.child.pid) - before) * HOUR_MS) / WATCH_MS;
  await gateway.stop();
  gateway.remove();
  add(`sessions.list of 50 of ${MANY_SESSIONS} sessions, p50`, `${round(list)} ms`, '5 ms', list <= 5);
  add('… searched by name, p50', `${round(found)} ms`, '25 ms', found <= 25);
  add('… searched by name and beginning, p50', `${round(begun)} ms`, '100 ms', begun <= 100);
  add('… written by an idle gateway with them', `${round(hourly / MIB, 2)} MiB an hour`, '1 MB', hourly <= 1_000_000);
}

/** Bytes that a process has handed to the disk. */
const writtenBy = (pid) => Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]);

async function measurePostgres(services, add, server) {
  const name = `openclaw_bench_${randomBytes(6).toString('hex')}`;
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const stateDir = BenchGateway.prepare(services);
  const gateway = await BenchGateway.start(stateDir, '', undefined, { OPENCLAW_DATABASE_URL: url.href });
  const client = await WireClient.connect(gateway.port, TOKEN);
  const sessionOf = (number, place) => `pg-${place}-${Math.floor(number / 400)}`;
  await turnsAtOnce(client, { name: 'warm', count: 100, atOnce: AT_ONCE, sessionOf });
  const perSecond = await turnsAtOnce(client, { name: 'pg', count: TURNS, atOnce: AT_ONCE, sessionOf });
  client.close();
  await gateway.stop();
  gateway.remove();
  await query(server, `drop database if exists ${name} with (force)`);
  add(`turns with ${AT_ONCE} sessions at once, PostgreSQL`, `${round(perSecond, 0)}/s`, '≥ 130/s', perSecond >= 130);
}

async function query(server, text) {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(text);
  await client.end();
}
