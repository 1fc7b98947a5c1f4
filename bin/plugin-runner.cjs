'use strict';
// Runs a plugin in a process of its own. Commands come as lines of JSON on the standard input; what it says goes out as
// lines that begin with a record separator (RFC 7464) on the standard output. Everything else there is the plugin's log.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { createInterface } = require('node:readline');
const { pathToFileURL } = require('node:url');

const out = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const tell = (message) => out(`\x1e${JSON.stringify(message)}\n`);

// Behind Node's wall it throws for what a plugin may not see, which it does nowhere else.
const { existsSync } = fs;
fs.existsSync = (path) => {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
};
syncBuiltinESMExports();

/** Calls of the gateway's that wait for the plugin, and of the plugin's that wait for the gateway. */
const running = new Map();
const waiting = new Map();
let lastId = 0;
let plugin = {};

function ask(call, args) {
  return new Promise((resolve, reject) => {
    const id = ++lastId;
    waiting.set(id, { resolve, reject });
    tell({ op: 'ask', id, call, args });
  });
}

function hostOf({ id, config, dataDir }) {
  return {
    id,
    config,
    dataDir,
    log: (text, level = 'info') => tell({ op: 'log', level, text: String(text).slice(0, 4000) }),
    /** {status, headers, text} of a declared host's answer. */
    fetch: (url, options = {}) => ask('fetch', { url: String(url), ...options }),
  };
}

/** What the task of a channel may call besides. */
function channelHost(host, channel) {
  return {
    ...host,
    receive: (update) => ask('receive', { channel, update }),
    // Nobody need wait for these two; a channel that was stopped meanwhile does not hear them any more.
    state: (state, reason) => ask('state', { channel, state, reason }).catch(() => undefined),
    alive: () => ask('alive', { channel }).catch(() => undefined),
    lastReceived: (limit = 1) => ask('lastReceived', { channel, limit }),
    completeThrough: () => ask('completeThrough', { channel }),
    noteComplete: (ms) => ask('noteComplete', { channel, ms }),
  };
}

async function load({ file, facts }) {
  const host = hostOf(facts);
  plugin = facts.openclaw ? await openclawPlugin(file, facts, host) : await ownPlugin(file, host);
  plugin.host = host;
  await plugin.start?.(host);
  const names = (part) => Object.keys(plugin[part] ?? {});
  return {
    tools: names('tools'),
    methods: names('methods'),
    hooks: names('hooks'),
    channels: names('channels'),
    brings: plugin.brings,
  };
}

async function ownPlugin(file, host) {
  const loaded = await import(pathToFileURL(file).href);
  const exported = loaded.default ?? loaded;
  return (typeof exported === 'function' ? await exported(host) : exported) ?? {};
}

/** A plugin made for OpenClaw; the part of the gateway that runs it is loaded for it alone. */
function openclawPlugin(file, facts, host) {
  const { openclawProgram } = require(facts.openclaw.program);
  return openclawProgram(file, { ...facts.openclaw, ...facts }, { log: host.log, ask });
}

function work({ kind, name, action, input }, signal) {
  const { host } = plugin;
  const own = plugin[kind]?.[name];
  if (kind === 'channels') {
    if (typeof own?.[action] !== 'function') throw new Error(`the plugin's channel ${name} has no ${action}`);
    return action === 'run' ? own.run(channelHost(host, name), signal) : own[action](input, host);
  }
  const handler = own ?? (kind === 'hooks' ? plugin.hooks?.[name.split(':')[0]] : undefined);
  if (typeof handler !== 'function') throw new Error(`the plugin has no ${kind}.${name}`);
  return handler(input, { host, signal });
}

async function call(message) {
  const { id } = message;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    tell({ op: 'done', id, value: (await work(message, controller.signal)) ?? null });
  } catch (error) {
    const { failure, retryAfterMs } = error ?? {};
    tell({ op: 'done', id, error: { message: String(error?.message ?? error).slice(0, 4000), failure, retryAfterMs } });
  } finally {
    running.delete(id);
  }
}

async function take(message) {
  switch (message.op) {
    case 'ping':
      return tell({ op: 'pong' });
    case 'load':
      return load(message).then(
        (has) => tell({ op: 'loaded', has }),
        (error) => tell({ op: 'failed', message: String(error?.stack ?? error).slice(0, 4000) }),
      );
    case 'call':
      return call(message);
    case 'abort':
      return running.get(message.id)?.abort();
    case 'answer': {
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      return 'error' in message ? one?.reject(new Error(message.error)) : one?.resolve(message.value);
    }
    case 'stop':
      for (const controller of running.values()) controller.abort();
      await Promise.resolve(plugin.stop?.()).catch(() => undefined);
      return process.exit(0);
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void take(JSON.parse(line)))
  .on('close', () => process.exit(0));
process.on('unhandledRejection', (error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(70);
});
