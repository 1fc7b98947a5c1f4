// What one chat or one channel does to the others: a flooded chat, and channels that misbehave.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFakes, pause, until } from './fakes.mjs';
import { BenchGateway, changeConfig, cli } from './processes.mjs';
import { quantile, round } from './statistics.mjs';

const FLOOD = 300;
const CHATS = 10;
/** Each chat writes once in it: a third of what the gateway can do on two processors. */
const ROUND_MS = 500;
const ROUNDS = 24;
const WARM_ROUND_MS = 150;
const WARM_ROUNDS = 25;
/** Times that each is measured, in turns. The quietest counts: what else a machine does only ever adds. */
const PASSES = 3;
/** The kernel's class for what may run only when nobody else wants to (chrt(1) of util-linux). */
const IDLE_CLASS = ['chrt', '--idle', '0', process.execPath, '-e', 'for (;;);'];

/** By then the gateway has been started and is warm; from then on a channel is bad. */
const BAD_AFTER_MS = 7500;

/** Channels of plugins, each bad in its own way. */
const BAD_CHANNELS = {
  hangs: 'await new Promise(() => {});',
  throws: 'throw new Error("no luck");',
  leaks: 'for (const all = []; ; await sleep(5)) all.push(Buffer.alloc(1e6, 1));',
  loops: 'host.state("connected"); await sleep(500); for (;;);',
};

/** @param services port of the model */
export async function measureNeighbours(services, add) {
  for (const measure of [measureFlood, measureBadChannels]) {
    const { FakeTelegram } = await loadFakes();
    const telegram = await FakeTelegram.start();
    const stateDir = BenchGateway.prepare(services);
    changeConfig(stateDir, (config) => {
      config.channels = {
        telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'open', allowFrom: ['*'] },
      };
      config.session = { dmScope: 'per-channel-peer' };
    });
    try {
      await measure(stateDir, telegram, add);
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
      await telegram.stop();
    }
  }
}

async function measureFlood(stateDir, telegram, add) {
  const gateway = await BenchGateway.start(stateDir);
  try {
    await answersOf(telegram, WARM_ROUNDS, { roundMs: WARM_ROUND_MS });
    const calm = quantile(await answersOf(telegram, ROUNDS), 0.99);
    const flooded = CHATS + 1;
    for (let count = 0; count < FLOOD; count++) telegram.say({ chatId: flooded, text: `flood ${count}` });
    const during = quantile(await answersOf(telegram, ROUNDS), 0.99);
    await until(() => telegram.textsIn(flooded).length > 0);
    add(
      'answers in other chats while one is flooded, p99 more than before',
      `${round(during - calm, 0)} ms`,
      '1,000 ms',
      during - calm <= 1000,
      `${round(calm, 0)} and ${round(during, 0)} ms; ${FLOOD} messages at once`,
    );
  } finally {
    await gateway.stop();
  }
}

/**
 * Each way by itself, beside the same gateway without it. One that loops is also compared with a program of the idle class
 * that loops: two processors are often two threads of one core, and what the neighbour takes of that no scheduler gives back.
 */
async function measureBadChannels(stateDir, telegram, add) {
  const p99s = {};
  const notReady = new Set();
  let firstChat = 1;
  const measure = async (id) => {
    const badFrom = Date.now() + BAD_AFTER_MS;
    const way = BAD_CHANNELS[id];
    if (way) installChannel(stateDir, id, way, badFrom);
    const gateway = await BenchGateway.start(stateDir);
    try {
      // Chats of its own: an answer in a long one takes longer.
      firstChat += CHATS;
      await answersOf(telegram, WARM_ROUNDS, { firstChat, roundMs: WARM_ROUND_MS });
      await pause(badFrom - Date.now());
      (p99s[id] ??= []).push(quantile(await answersOf(telegram, ROUNDS, { firstChat }), 0.99));
      if ((await fetch(`http://127.0.0.1:${gateway.port}/ready`)).status !== 200) notReady.add(id);
    } finally {
      await gateway.stop();
    }
    if (way) cli(stateDir, 'plugins', 'remove', id);
  };
  for (let pass = 0; pass < PASSES; pass++) {
    for (const id of ['none', ...Object.keys(BAD_CHANNELS)]) await measure(id);
    const looper = spawn(IDLE_CLASS[0], IDLE_CLASS.slice(1), { stdio: 'ignore' });
    await measure('idle class');
    looper.kill('SIGKILL');
  }
  for (const id of Object.keys(BAD_CHANNELS)) {
    const yardstick = id === 'loops' ? 'idle class' : 'none';
    const [ours, theirs] = [id, yardstick].map((each) => Math.min(...p99s[each]));
    add(
      `answers beside a channel that ${id}, p99 to that beside ${id === 'loops' ? 'a program of the idle class that loops' : 'none'}`,
      `${round(ours / theirs, 2)} ×`,
      '1.2 ×, ready',
      !notReady.has(id) && ours / theirs <= 1.2,
      `${round(theirs, 0)} and ${round(ours, 0)} ms${id === 'loops' ? `; beside none ${round(Math.min(...p99s.none), 0)} ms` : ''}`,
    );
  }
}

/** Milliseconds from a message to its answer in some chats that write now and then. */
async function answersOf(telegram, rounds, { firstChat = 1, roundMs = ROUND_MS } = {}) {
  const times = [];
  for (let count = 0; count < rounds; count++) {
    await Promise.all(
      Array.from({ length: CHATS }, async (_, index) => {
        await pause((index * roundMs) / CHATS);
        const chatId = firstChat + index;
        const before = telegram.textsIn(chatId).length;
        const start = performance.now();
        telegram.say({ chatId, text: `hello ${count}` });
        await until(() => telegram.textsIn(chatId).length > before);
        times.push(performance.now() - start);
      }),
    );
  }
  return times;
}

function installChannel(stateDir, id, way, badFrom) {
  const folder = join(stateDir, `bad-${id}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id, main: 'index.js', channels: [{ id }] }));
  writeFileSync(
    join(folder, 'index.js'),
    `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const run = async (host) => { await sleep(Math.max(${badFrom} - Date.now(), 0)); ${way} };
    exports.channels = { ${id}: { run, send: async () => '1' } };`,
  );
  cli(stateDir, 'plugins', 'install', folder);
  cli(stateDir, 'plugins', 'enable', id);
  rmSync(folder, { recursive: true, force: true });
}
