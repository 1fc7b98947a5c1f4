// What happens by itself: jobs, and an idle gateway with everything on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from './fakes.mjs';
import { BenchGateway, TOKEN, changeConfig, cli } from './processes.mjs';
import { quantile, round } from './statistics.mjs';
import { openDatabase } from './storage.mjs';
import { WireClient } from './wire-client.mjs';

const JOBS = 10_000;
const DUE_JOBS = 150;
const DUE_WITHIN_MS = 15_000;
const WATCH_MS = 60_000;
const SETTLE_MS = 12_000;
const MB_PER_MIB = 1.048_576;

/** @param services port of the model and of Telegram */
export async function measureOperations(services, add) {
  await measureJobs(services, add);
  await measureAllOn(services, add);
}

/** Ten thousand jobs that wait, then some that are due: what they cost, and how late those are. */
async function measureJobs(services, add) {
  const stateDir = BenchGateway.prepare(services);
  let gateway = await BenchGateway.start(stateDir);
  await pause(SETTLE_MS);
  const before = gateway.residentMiB;
  let client = await WireClient.connect(gateway.port, TOKEN);
  const later = Date.now() + 90 * 24 * 3_600_000;
  const job = (name, schedule) => ({
    name,
    schedule,
    sessionTarget: 'isolated',
    payload: { kind: 'agentTurn', message: 'x' },
    delivery: { mode: 'none' },
  });
  for (let count = 0; count < JOBS; count += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.call('cron.add', job(`far ${count + index}`, { kind: 'at', atMs: later + (count + index) * 60_000 })),
      ),
    );
  client.close();
  // As after a night: read from the database, with nothing left over from the adding.
  await gateway.stop();
  gateway = await BenchGateway.start(stateDir);
  await pause(SETTLE_MS);
  const cost = gateway.residentMiB - before;
  const cpu = gateway.cpuMs;
  await pause(WATCH_MS);
  const share = ((gateway.cpuMs - cpu) / WATCH_MS) * 100;
  client = await WireClient.connect(gateway.port, TOKEN);
  const start = Date.now() + 3000;
  for (let index = 0; index < DUE_JOBS; index++)
    await client.call(
      'cron.add',
      job(`due ${index}`, { kind: 'at', atMs: start + Math.round((index * DUE_WITHIN_MS) / DUE_JOBS) }),
    );
  await pause(start + DUE_WITHIN_MS + 5000 - Date.now());
  client.close();
  await gateway.stop();
  const database = openDatabase(stateDir);
  const late = database.prepare('select claimed_at - slot as ms from cron_runs').all();
  database.close();
  gateway.remove();
  if (late.length !== DUE_JOBS) throw new Error(`${late.length} of ${DUE_JOBS} jobs ran`);
  const p99 = quantile(
    late.map(({ ms }) => ms),
    0.99,
  );
  add('10,000 waiting jobs, resident memory', `${round(cost)} MiB`, '20 MB', cost * MB_PER_MIB <= 20);
  add('… processor time of the gateway with them', `${round(share, 2)} % of a core`, '1 %', share <= 1, 'one minute');
  add(
    'lateness of jobs beside them, p99',
    `${round(p99, 0)} ms`,
    '1,000 ms',
    p99 <= 1000,
    `${DUE_JOBS} jobs, ten a second`,
  );
}

/** Telegram, heartbeat, hooks, webhooks, a job, a plugin and traces, and nothing to do. */
async function measureAllOn(services, add) {
  const stateDir = BenchGateway.prepare(services);
  const plugin = join(stateDir, 'example-plugin');
  mkdirSync(plugin);
  writeFileSync(
    join(plugin, 'openclaw.plugin.json'),
    JSON.stringify({ id: 'example', main: 'index.js', tools: [{ name: 'example', description: 'an example' }] }),
  );
  writeFileSync(join(plugin, 'index.js'), 'exports.tools = { example: () => "done" };');
  mkdirSync(join(stateDir, 'workspace'), { recursive: true });
  writeFileSync(join(stateDir, 'workspace', 'HEARTBEAT.md'), 'Look at the plants.');
  changeConfig(stateDir, (config) => {
    config.agents.defaults.heartbeat = { every: '30m' };
    config.hooks = {
      enabled: true,
      token: 'a-token-of-hooks-that-nobody-guesses',
      internal: {
        enabled: true,
        entries: { 'command-logger': { enabled: true }, 'session-memory': { enabled: true } },
      },
    };
    config.diagnostics = { otel: { enabled: true, endpoint: `http://127.0.0.1:${services}` } };
  });
  cli(stateDir, 'plugins', 'install', plugin);
  cli(stateDir, 'plugins', 'enable', 'example');
  const gateway = await BenchGateway.start(stateDir);
  const client = await WireClient.connect(gateway.port, TOKEN);
  await client.call('cron.add', {
    name: 'daily',
    schedule: { kind: 'cron', expr: '0 5 * * *' },
    sessionTarget: 'isolated',
    payload: { kind: 'agentTurn', message: 'x' },
  });
  client.close();
  await pause(SETTLE_MS);
  const cpu = gateway.cpuMs;
  await pause(WATCH_MS);
  const share = ((gateway.cpuMs - cpu) / WATCH_MS) * 100;
  const resident = gateway.residentMiB;
  await gateway.stop();
  gateway.remove();
  add('idle with everything on, resident memory', `${round(resident)} MiB`, '130 MB', resident * MB_PER_MIB <= 130);
  add('… processor time', `${round(share, 2)} % of a core`, '0.5 %', share <= 0.5, 'one minute');
}
