// What a turn, an idle gateway, a socket and an agent cost with PostgreSQL, in processor time, memory, statements and bytes.
// Processor time, because it is the same on a machine with more cores, and hardly moves with what else the machine does.
import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { pause } from '../fakes.mjs';
import { describeMachine } from '../machine.mjs';
import { BenchGateway, TOKEN, changeConfig, startProgram } from '../processes.mjs';
import { median } from '../statistics.mjs';
import { turnsAtOnce } from '../turns.mjs';
import { WireClient } from '../wire-client.mjs';
import { countingProxy } from './counting-proxy.mjs';
import { ask, withDatabase } from './database.mjs';

const WARM_TURNS = 300;
const TURNS = 1000;
const AT_ONCE = 20;
const SOCKETS = 500;
const AGENTS = 100;
/** The start's memory is given back by then. */
const SETTLE_MS = 10_000;
const WATCH_MS = 30_000;
const ROUND_TRIPS = 200;
const TICK_MS = 10;
const KIB = 1024;

/**
 * @param server of PostgreSQL on this machine, whose processes are looked at
 * @returns figures for `simulate`, and what else docs/scale.md tells
 */
export const measure = (server) => withDatabase(server, measureOn);

async function measureOn(url) {
  const proxy = await countingProxy(url);
  const services = await startProgram('instant-model.cjs');
  const stateDir = BenchGateway.prepare(services.port);
  const start = () =>
    BenchGateway.start(stateDir, `http://127.0.0.1:${services.port}`, undefined, { OPENCLAW_DATABASE_URL: proxy.url });
  const world = { url, proxy, gateways: [await start()], clients: [] };
  try {
    const alone = await measureOne(world);
    const two = await measureTwo(world, start);
    const agent = await measureAgents(world, stateDir, start, alone);
    const { turn } = alone;
    const machine = describeMachine();
    return {
      machine,
      syncMs: machine.syncMs,
      roundTripMs: await roundTrip(proxy.url),
      turn: {
        gatewayMs: turn.gatewayMs[0],
        databaseMs: turn.databaseMs,
        peerMs: Math.max(0, two.beside.gatewayMs[1] - (two.idle.gatewayMs[1] * two.beside.seconds) / TURNS),
        databasePeerMs: Math.max(0, two.beside.databaseMs - turn.databaseMs),
        commits: Math.max(1, Math.round(turn.commits)),
        statements: turn.statements,
        walBytes: turn.walBytes,
        storedBytes: turn.storedBytes,
      },
      perSecond: { one: turn.perSecond, two: two.both.perSecond },
      busy: { one: turn.busy, two: two.both.busy },
      idle: {
        gatewayMsPerSecond: alone.idle.gatewayMs[0],
        databaseMsPerSecond: alone.idle.databaseMs,
        statementsPerSecond: alone.idle.statements,
        residentMiB: alone.residentMiB,
      },
      socket: alone.socket,
      agent,
    };
  } finally {
    const [first] = world.gateways;
    await stopAll(world);
    first?.remove();
    proxy.stop();
    await services.stop();
  }
}

async function measureOne(world) {
  const [gateway] = world.gateways;
  world.clients.push(await WireClient.connect(gateway.port, TOKEN));
  await run(world, 'warm', WARM_TURNS);
  await pause(SETTLE_MS);
  const { residentMiB } = gateway;
  const idle = await watch(world, WATCH_MS);
  const turn = await turns(world, 'alone');
  return { residentMiB, idle, turn, socket: await socketCost(world) };
}

async function measureTwo(world, start) {
  const second = await start();
  world.gateways.push(second);
  world.clients.push(await WireClient.connect(second.port, TOKEN));
  await run(world, 'warm-two', WARM_TURNS);
  await pause(SETTLE_MS);
  const idle = await watch(world, WATCH_MS);
  const beside = await turns({ ...world, clients: world.clients.slice(0, 1) }, 'beside');
  return { idle, beside, both: await turns(world, 'both') };
}

/** Ends the gateways and starts one with many agents. */
async function measureAgents(world, stateDir, start, { residentMiB, idle }) {
  await stopAll(world);
  changeConfig(stateDir, (config) => {
    for (let index = 0; index < AGENTS; index++) config.agents.list.push({ id: `more-${index}` });
  });
  const gateway = await start();
  world.gateways.push(gateway);
  await pause(SETTLE_MS);
  const many = await watch(world, WATCH_MS);
  return {
    residentKiB: ((gateway.residentMiB - residentMiB) * KIB) / AGENTS,
    gatewayMsPerHour: (Math.max(0, many.gatewayMs[0] - idle.gatewayMs[0]) * 3600) / AGENTS,
  };
}

async function stopAll({ gateways, clients }) {
  for (const client of clients.splice(0)) client.close();
  for (const gateway of gateways.splice(0)) await gateway.stop();
}

/** Turns of one word, from all clients alike. @returns turns a second */
async function run({ clients }, name, count) {
  const speeds = await Promise.all(
    clients.map((client, index) =>
      turnsAtOnce(client, {
        name: `${name}-${index}`,
        count: count / clients.length,
        atOnce: AT_ONCE / clients.length,
        sessionOf: (_, place) => `scale-${name}-${index}-${place}`,
      }),
    ),
  );
  return speeds.reduce((sum, each) => sum + each, 0);
}

async function turns(world, name) {
  const before = await counters(world);
  const perSecond = await run(world, name, TURNS);
  const after = await counters(world);
  const each = (key) => (after[key] - before[key]) / TURNS;
  const elapsed = after.at - before.at;
  const gateways = after.gateways.map((ms, index) => ms - before.gateways[index]);
  return {
    perSecond,
    seconds: elapsed / 1000,
    gatewayMs: gateways.map((ms) => ms / TURNS),
    databaseMs: each('database'),
    commits: each('commits'),
    statements: each('statements'),
    walBytes: each('wal'),
    storedBytes: each('stored'),
    busy: { gateways: gateways.map((ms) => ms / elapsed), database: (after.database - before.database) / elapsed },
  };
}

/** Nobody does anything. @returns what that takes a second */
async function watch(world, ms) {
  const before = await counters(world);
  await pause(ms);
  const after = await counters(world);
  const seconds = (after.at - before.at) / 1000;
  return {
    gatewayMs: after.gateways.map((each, index) => (each - before.gateways[index]) / seconds),
    databaseMs: (after.database - before.database) / seconds,
    statements: (after.statements - before.statements) / seconds,
  };
}

async function socketCost(world) {
  const [gateway] = world.gateways;
  await pause(SETTLE_MS);
  const before = gateway.residentMiB;
  const idle = await watch(world, WATCH_MS);
  const clients = [];
  for (let index = 0; index < SOCKETS; index++) clients.push(await WireClient.connect(gateway.port, TOKEN));
  await pause(SETTLE_MS);
  const with500 = await watch(world, WATCH_MS);
  const residentKiB = ((gateway.residentMiB - before) * KIB) / SOCKETS;
  for (const client of clients) client.close();
  return {
    residentKiB,
    gatewayMsPerHour: (Math.max(0, with500.gatewayMs[0] - idle.gatewayMs[0]) * 3600) / SOCKETS,
  };
}

async function counters({ url, proxy, gateways }) {
  const [row] = await ask(
    url,
    `select (select xact_commit from pg_stat_database where datname = current_database()) as commits,
            pg_current_wal_insert_lsn() - '0/0'::pg_lsn as wal, pg_database_size(current_database()) as stored`,
  );
  return {
    at: performance.now(),
    gateways: gateways.map(({ cpuMs }) => cpuMs),
    database: databaseCpuMs(),
    statements: proxy.statements(),
    commits: Number(row.commits),
    wal: Number(row.wal),
    stored: Number(row.stored),
  };
}

/** Processor time of all processes of the database server, those that have ended as well. */
function databaseCpuMs() {
  let ticks = 0;
  for (const id of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = statOf(id);
    // utime, stime; and of children that were waited for, which is where connections that have ended are counted.
    if (stat?.name === 'postgres') ticks += stat.fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  }
  if (ticks === 0) throw new Error('no process "postgres" on this machine: its processor time cannot be measured');
  return ticks * TICK_MS;
}

function statOf(id) {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
  } catch {
    // Ended meanwhile.
    return undefined;
  }
}

async function roundTrip(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const times = [];
  for (let count = 0; count < ROUND_TRIPS; count++) {
    const before = performance.now();
    await client.query('select 1');
    times.push(performance.now() - before);
  }
  await client.end();
  return median(times);
}
