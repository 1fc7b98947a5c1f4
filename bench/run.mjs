// `npm run bench`: measures the built gateway beside yardsticks in the same run and writes docs/benchmarks.md.
// Fails when a figure is beyond its limit. `npm run bench -- --dry` writes nothing, `-- --only-cache` measures prompts alone
// and writes nothing either.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ensureBuild } from '../scripts/ensure.mjs';
import { at } from '../scripts/paths.mjs';
import { runTasks } from './agent/agent-bench.mjs';
import { agentRows } from './agent/rows.mjs';
import { measureChannels } from './channels.mjs';
import { measureDurability } from './durability.mjs';
import { longConversation } from './long-conversation.mjs';
import { describeMachine, load } from './machine.mjs';
import { measureFanOut } from './fan-out.mjs';
import { measureNeighbours } from './neighbours.mjs';
import { measureOperations } from './operations.mjs';
import { measurePage } from './page.mjs';
import { measureStorage } from './storage.mjs';
import { tableLine } from './table.mjs';
import { measurePromptCache } from './prompt-cache.mjs';
import { BenchGateway, TOKEN, environment, startProgram, timed } from './processes.mjs';
import { median, quantile, round } from './statistics.mjs';
import { turn, turnsAtOnce } from './turns.mjs';
import { WireClient } from './wire-client.mjs';

await ensureBuild();

const STARTS = 11;
/** What the start needed is given back after some seconds without work. */
const IDLE_MS = 10_000;
const CONNECTS = 200;
const HEALTH_SECONDS = 3;
const PIPELINE = 32;
const TURNS = 200;
const SESSIONS = 20;
const TURNS_AT_ONCE = 600;
const COMMANDS = 9;
const TOOL_CALLS = 60;
const TOOL_STARTS = 5;
const LONG_MESSAGES = 5000;
const LONG_TURNS = 30;
const SNAPSHOTS = 20;
const SKILL_CHANGES = 10;

/** @type {{figure: string, value: string, yardstick?: string, limit: string, ok: boolean}[]} */
const rows = [];
const add = (figure, value, limit, ok, yardstick = '') => {
  rows.push({ figure, value, yardstick, limit, ok });
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'} ${figure}: ${value}${yardstick ? ` (${yardstick})` : ''}, limit ${limit}\n`,
  );
};

if (process.argv.includes('--only-cache')) {
  await measurePromptCache(add);
  process.exit(rows.every(({ ok }) => ok) ? 0 : 1);
}
const machine = describeMachine();
/** Milliseconds of an empty Node process: says how quick the machine was at that time. */
let emptyMs = 0;
const loadBefore = load();
const services = await startProgram('instant-model.cjs');
const stateDir = BenchGateway.prepare(services.port);

await measureStart();
const gateway = await BenchGateway.start(stateDir, `http://127.0.0.1:${services.port}`);
await measureMemory();
await measureConnect();
await measureHealth();
await measureTurns();
await measureTurnsAtOnce();
await measureLongSession();
await measureRecall();
await measureTools();
await measureSkills();
await measureCommands();
await gateway.stop();
gateway.remove();
measureStorage(add);
await measureFanOut(services.port, add);
await measureCoreTools();
await measurePromptCache(add);
await measureChannels(services.port, add);
await measureOperations(services.port, add);
await measureDurability(services.port, add);
await measureNeighbours(services.port, add);
await measurePage(services.port, add);
await services.stop();
await measureAgent();
report();

async function measureAgent() {
  const { results, plainMs } = await runTasks();
  for (const { figure, value, limit, ok, yardstick } of agentRows(results, plainMs))
    add(figure, value, limit, ok, yardstick);
}

async function measureStart() {
  const ours = [];
  const bare = [];
  for (let count = 0; count < STARTS; count++) {
    const started = await BenchGateway.start(stateDir);
    ours.push(started.startMs);
    await started.stop();
    const before = performance.now();
    const nest = await startProgram('bare-nest.cjs');
    bare.push(performance.now() - before);
    await nest.stop();
  }
  const [mine, theirs] = [median(ours), median(bare)];
  add('spawn to hello-ok, median', `${round(mine, 0)} ms`, '600 ms', mine <= 600);
  add(
    '… beside a bare Nest HTTP application',
    `${round(mine / theirs, 2)} ×`,
    '2.2 ×',
    mine / theirs <= 2.2,
    `${round(theirs, 0)} ms`,
  );
}

async function measureMemory() {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const resident = gateway.residentMiB;
  add('resident memory, idle, with Telegram', `${round(resident)} MiB`, '110 MB', resident * 1.048_576 <= 110);
}

async function measureConnect() {
  const times = [];
  for (let count = 0; count < CONNECTS; count++) {
    const start = performance.now();
    const client = await WireClient.connect(gateway.port, TOKEN);
    times.push(performance.now() - start);
    client.close();
  }
  const p50 = median(times);
  add('connect to hello-ok, p50', `${round(p50, 2)} ms`, '4 ms', p50 <= 4, `p95 ${round(quantile(times, 0.95), 2)} ms`);
}

/** Calls kept under way on one connection for some seconds; ours and the echo server take turns. */
async function measureHealth() {
  const first = await WireClient.connect(gateway.port, TOKEN);
  const echo = await startProgram('ws-echo.cjs', { ANSWER: JSON.stringify(await first.call('health')) });
  first.close();
  const rates = { ours: [], echo: [] };
  for (let pass = 0; pass < 3; pass++) {
    const client = await WireClient.connect(gateway.port, TOKEN);
    client.socket.removeAllListeners('message');
    rates.ours.push(await rate(client.socket, (id) => `{"type":"req","id":"${id}","method":"health"}`));
    client.close();
    const socket = await plainSocket(echo.port);
    rates.echo.push(await rate(socket, (id) => `{"type":"req","id":"${id}","method":"health"}`));
    socket.terminate();
  }
  await echo.stop();
  const [ours, theirs] = [median(rates.ours), median(rates.echo)];
  add(
    '`health` calls beside a `ws` server that sends the same bytes',
    `${round((ours / theirs) * 100, 0)} %`,
    '≥ 60 %',
    ours / theirs >= 0.6,
    `${round(ours, 0)}/s and ${round(theirs, 0)}/s`,
  );
}

async function plainSocket(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

function rate(socket, frame) {
  return new Promise((resolve) => {
    let answered = 0;
    let next = 0;
    const start = performance.now();
    socket.on('message', () => {
      answered++;
      const elapsed = performance.now() - start;
      if (elapsed > HEALTH_SECONDS * 1000) resolve((answered / elapsed) * 1000);
      else socket.send(frame(next++));
    });
    for (let count = 0; count < PIPELINE; count++) socket.send(frame(next++));
  });
}

async function measureTurns() {
  const client = await WireClient.connect(gateway.port, TOKEN);
  for (let count = 0; count < 20; count++) await turn(client, `warm-${count}`, 'warm');
  const cpuBefore = gateway.cpuMs;
  const times = [];
  for (let count = 0; count < TURNS; count++) {
    // A session now and then, so that its history stays short.
    const start = performance.now();
    await turn(client, `turn-${count}`, `bench-${Math.floor(count / 10)}`);
    times.push(performance.now() - start);
  }
  const cpu = (gateway.cpuMs - cpuBefore) / TURNS;
  client.close();
  const p50 = median(times);
  add(
    'chat.send to final, p50, instant model, every commit synced',
    `${round(p50)} ms`,
    '15 ms',
    p50 <= 15,
    `p95 ${round(quantile(times, 0.95))} ms; one disk sync ${round(machine.syncMs, 2)} ms`,
  );
  add('processor time of a turn', `${round(cpu)} ms`, '10 ms', cpu <= 10);
}

async function measureTurnsAtOnce() {
  const client = await WireClient.connect(gateway.port, TOKEN);
  const perSecond = await turnsAtOnce(client, {
    name: 'many',
    count: TURNS_AT_ONCE,
    atOnce: SESSIONS,
    sessionOf: (number, place) => `many-${place}-${Math.floor(number / 200)}`,
  });
  client.close();
  add(`turns with ${SESSIONS} sessions at once`, `${round(perSecond, 0)}/s`, '≥ 100/s', perSecond >= 100);
}

async function measureLongSession() {
  const client = await WireClient.connect(gateway.port, TOKEN);
  await client.call('sessions.import', { key: 'long', text: longConversation(LONG_MESSAGES) });
  const opened = [];
  for (let count = 0; count < 15; count++) {
    const start = performance.now();
    await client.call('chat.history', { sessionKey: 'long', limit: 200 });
    opened.push(performance.now() - start);
  }
  const open = median(opened);
  add(`opening a session with ${LONG_MESSAGES} messages`, `${round(open)} ms`, '50 ms', open <= 50);
  // The first turn sums its beginning up.
  await turn(client, 'long-first', 'long');
  const long = [];
  const fresh = [];
  for (let count = 0; count < LONG_TURNS; count++) {
    for (const [times, key] of [
      [long, 'long'],
      [fresh, `fresh-${count}`],
    ]) {
      const start = performance.now();
      await turn(client, `${key}-${count}`, key);
      times.push(performance.now() - start);
    }
  }
  client.close();
  const ratio = median(long) / median(fresh);
  add(
    '… its next turn beside one of a fresh session',
    `${round(ratio, 2)} ×`,
    '1.3 ×',
    ratio <= 1.3,
    `${round(median(long))} ms, ${round(median(fresh))} ms`,
  );
}

async function measureRecall() {
  const client = await WireClient.connect(gateway.port, TOKEN);
  const vocabulary = Array.from({ length: 4000 }, (_, index) => `word${(index * 7919) % 9973}`);
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  const line = () => Array.from({ length: 14 }, () => vocabulary[next() % vocabulary.length]).join(' ');
  for (const [agentId, folder, title] of [
    ['main', 'workspace', 'by words'],
    ['vectors', 'workspace-vectors', 'by words and meaning, 1,536 dimensions, asking for the query’s vector included'],
  ]) {
    const memory = join(stateDir, folder, 'memory');
    mkdirSync(memory, { recursive: true });
    for (let file = 0; file < 100; file++)
      writeFileSync(join(memory, `notes-${file}.md`), Array.from({ length: 900 }, line).join('\n'));
    const { chunks } = await client.call('memory.index', { agentId });
    const times = [];
    for (let count = 0; count < 30; count++) {
      const query = `${vocabulary[next() % 4000]} ${vocabulary[next() % 4000]} ${vocabulary[next() % 4000]}`;
      const start = performance.now();
      await client.call('memory.search', { agentId, query });
      if (count >= 5) times.push(performance.now() - start);
    }
    const p50 = median(times);
    add(`memory search over ${chunks} chunks ${title}, p50`, `${round(p50)} ms`, '20 ms', p50 <= 20);
  }
  client.close();
}

async function measureSkills() {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-skills-'));
  try {
    const { ms, MiB, skills } = JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', at('bench', 'programs', 'skill-scan.cjs'), folder], {
        encoding: 'utf8',
      }),
    );
    add(`reading and judging ${skills} skills`, `${round(ms, 0)} ms`, '1,000 ms', ms <= 1000);
    add(`… memory they keep`, `${round(MiB)} MiB`, '10 MB', MiB * 1.048_576 <= 10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const client = await WireClient.connect(gateway.port, TOKEN);
  const times = [];
  for (let count = 0; count < SKILL_CHANGES; count++) {
    const name = `bench-${count}`;
    const skill = join(stateDir, 'workspace', 'skills', name);
    const known = async () => (await client.call('skills.status')).skills.some((each) => each.name === name);
    const start = performance.now();
    mkdirSync(skill, { recursive: true });
    writeFileSync(join(skill, 'SKILL.md'), `---\nname: ${name}\ndescription: b\n---\n`);
    while (!(await known())) await new Promise((resolve) => setTimeout(resolve, 5));
    times.push(performance.now() - start);
  }
  client.close();
  const slowest = Math.max(...times);
  add(
    'a new skill in the workspace is live after, slowest of ten',
    `${round(slowest, 0)} ms`,
    '500 ms',
    slowest <= 500,
    `median ${round(median(times), 0)} ms, of which 250 ms debounce`,
  );
}

/** The program with and without the files of the core tools, both from their single files, in turns. */
async function measureCoreTools() {
  const folder = BenchGateway.prepare(services.port);
  const found = { with: { ms: [], MiB: [] }, without: { ms: [], MiB: [] } };
  const preload = ['--require', at('bench', 'programs', 'without-core-tools.cjs')];
  for (let count = 0; count < TOOL_STARTS; count++) {
    for (const [kind, before] of [
      ['with', []],
      ['without', preload],
    ]) {
      const started = await BenchGateway.start(folder, '', [...before, at('dist', 'main.js')]);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      found[kind].ms.push(started.startMs);
      found[kind].MiB.push(started.residentMiB);
      await started.stop();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  const MiB = median(found.with.MiB) - median(found.without.MiB);
  const ms = median(found.with.ms) - median(found.without.ms);
  const beside = (key, unit) =>
    `${round(median(found.with[key]), 0)} and ${round(median(found.without[key]), 0)} ${unit}`;
  add(
    'the 24 core tools, resident memory when idle',
    `${round(MiB)} MiB`,
    '5 MB',
    MiB * 1.048_576 <= 5,
    beside('MiB', 'MiB'),
  );
  add('… and of the start, median', `${round(ms, 0)} ms`, '30 ms', ms <= 30, beside('ms', 'ms'));
}

async function measureTools() {
  const bare = [];
  const walled = [];
  const nothing = [];
  await invoke('exec', { command: '/bin/true' });
  for (let count = 0; count < TOOL_CALLS; count++) {
    bare.push(await invoke('todo', { action: 'list' }));
    walled.push(await invoke('exec', { command: '/bin/true' }));
    const start = performance.now();
    spawnSync('/bin/true');
    nothing.push(performance.now() - start);
  }
  const p50 = median(walled);
  add(
    'tool round trip: exec `true` in the sandbox, p50',
    `${round(p50)} ms`,
    '60 ms',
    p50 <= 60,
    `p95 ${round(quantile(walled, 0.95))} ms; a tool that starts nothing ${round(median(bare))} ms, spawning \`true\` ${round(median(nothing))} ms`,
  );
  const { microseconds, links } = JSON.parse(
    execFileSync(process.execPath, [at('bench', 'programs', 'policy-cost.cjs')], { encoding: 'utf8' }),
  );
  add('policy evaluation of one tool', `${round(microseconds, 2)} µs`, '20 µs', microseconds <= 20, `${links} links`);

  const opened = await invoke('browser', { action: 'open', targetUrl: `http://127.0.0.1:${services.port}/page` }, true);
  if (opened === undefined) return;
  await invoke('browser', { action: 'snapshot' });
  const shots = [];
  for (let count = 0; count < SNAPSHOTS; count++) shots.push(await invoke('browser', { action: 'snapshot' }));
  await invoke('browser', { action: 'stop' });
  add(
    'browser snapshot of a local page, warm, p50',
    `${round(median(shots))} ms`,
    '400 ms',
    median(shots) <= 400,
    `start of the browser with the page ${round(opened, 0)} ms`,
  );
}

/** Milliseconds of one call over HTTP; undefined when it may fail and does. */
async function invoke(tool, args, mayFail = false) {
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${gateway.port}/tools/invoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ tool, args }),
  });
  const answer = await response.json();
  const ms = performance.now() - start;
  if (answer.ok) return ms;
  if (mayFail) return undefined;
  throw new Error(`${tool}: ${JSON.stringify(answer)}`);
}

async function measureCommands() {
  const openclaw = at('bin', 'openclaw');
  const env = environment(stateDir, gateway.port);
  const bare = [];
  const version = [];
  const help = [];
  for (let count = 0; count < COMMANDS; count++) {
    bare.push((await timed(['-e', '0'])).ms);
    version.push((await timed([openclaw, '--version'], { env })).ms);
    help.push((await timed([openclaw, '--help'], { env })).ms);
  }
  const nothing = median(bare);
  emptyMs = nothing;
  for (const [name, times] of [
    ['--version', version],
    ['--help', help],
  ]) {
    const ratio = median(times) / nothing;
    add(
      `\`openclaw ${name}\` beside \`node -e 0\``,
      `${round(ratio, 2)} ×`,
      '1.6 ×',
      ratio <= 1.6,
      `${round(median(times), 0)} ms and ${round(nothing, 0)} ms`,
    );
  }
  let slowest = { ms: 0, memoryMiB: 0, name: '' };
  let largest = 0;
  for (const args of [
    ['health'],
    ['status'],
    ['sessions', 'list'],
    ['models', 'list'],
    ['agent', '--message', 'Do it'],
  ]) {
    const runs = [];
    for (let count = 0; count < 5; count++) runs.push(await timed([openclaw, ...args], { env, memory: true }));
    const ms = median(runs.map((run) => run.ms));
    largest = Math.max(largest, median(runs.map((run) => run.memoryMiB)));
    if (ms > slowest.ms) slowest = { ms, name: args.join(' ') };
  }
  add('slowest client command, median', `${round(slowest.ms, 0)} ms`, '350 ms', slowest.ms <= 350, slowest.name);
  add('most memory of a client command', `${round(largest)} MiB`, '100 MB', largest * 1.048_576 <= 100);
}

function report() {
  const lines = [
    '# Benchmarks',
    '',
    'Written by `npm run bench`, which builds the gateway, starts it and what it is compared with as processes of their own, and',
    'measures all of it in one run. Limits are the ones that a release must keep.',
    '',
    '| Figure | Measured | Beside | Limit | |',
    '|---|---|---|---|---|',
    ...rows.map(tableLine),
    '',
    '## Where',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, commit ${machine.commit}`,
    `- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`,
    `- writing and syncing 4 KiB: ${round(machine.syncMs, 2)} ms; load average before ${loadBefore}, after ${load()}`,
    `- an empty Node process (\`node -e 0\`): ${round(emptyMs, 0)} ms`,
    '',
  ];
  if (!process.argv.includes('--dry')) writeFileSync(at('docs', 'benchmarks.md'), lines.join('\n'));
  if (rows.some((row) => !row.ok)) process.exitCode = 1;
}
