'use strict';
// The environment of the tests: Node's globals in a context that lasts as long as the worker, for all of its specs, one
// after the other. What Jest brings makes one for each, so that V8 can use nothing again that it has compiled before, and
// puts a proxy before every global. What a spec leaves on the global object is taken away, or put back, after it.
const { ChildProcess } = require('node:child_process');
const { createRequire } = require('node:module');
const { createContext, runInContext } = require('node:vm');

const fromJest = createRequire(require.resolve('jest-environment-node'));
const { LegacyFakeTimers, ModernFakeTimers } = fromJest('@jest/fake-timers');
const { ModuleMocker } = fromJest('jest-mock');
const { installCommonGlobals } = fromJest('jest-util');

/** Classes that values cross the border of the context with: Node's own modules make them outside of it. */
const OF_BOTH_SIDES = ['Buffer', 'ArrayBuffer', 'Uint8Array'];
/** Those that the context has itself, or that are set below. */
const NOT_OF_NODE = new Set(['global', 'globalThis', 'GLOBAL', 'root', 'process', 'console', ...OF_BOTH_SIDES]);

let lasting;

module.exports = class LastingContext {
  constructor({ projectConfig }) {
    lasting ??= makeContext(projectConfig);
    this.context = lasting.context;
    this.global = lasting.global;
    this.global.process = makeProcess();
    this.global.Error.stackTraceLimit = 100;
    const config = projectConfig;
    const { global } = this;
    this.moduleMocker = new ModuleMocker(global);
    const timerConfig = { idToRef: (id) => ({ id, ref() {}, unref() {} }), refToId: (timer) => timer?.id };
    this.fakeTimers = new LegacyFakeTimers({ config, global, moduleMocker: this.moduleMocker, timerConfig });
    this.fakeTimersModern = new ModernFakeTimers({ config, global });
  }

  async setup() {}

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    this.context = null;
    putBack(lasting);
    // Where a test failed before it stopped its gateway, which would keep a run in one process from ending.
    for (const child of ChildProcess.gatewaysAtWork ?? []) child.kill('SIGKILL');
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return this.context;
  }
};

function makeContext(projectConfig) {
  const context = createContext({});
  const global = runInContext('this', context);
  const own = new Set(Object.getOwnPropertyNames(global));
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globalThis)))
    if (!own.has(name) && !NOT_OF_NODE.has(name)) Object.defineProperty(global, name, reachable(name, descriptor));
  global.global = global;
  for (const name of OF_BOTH_SIDES) global[name] = globalThis[name];
  installCommonGlobals(global, projectConfig.globals);
  return { context, global, atFirst: Object.getOwnPropertyDescriptors(global) };
}

/** Some globals of Node load a module when they are first read: so they do here, and not before. */
function reachable(name, descriptor) {
  if ('value' in descriptor || !descriptor.configurable) return descriptor;
  const set = (value) => Object.defineProperty(lasting.global, name, { ...WRITABLE, value });
  return { configurable: true, enumerable: descriptor.enumerable, get: () => globalThis[name], set };
}

const WRITABLE = { configurable: true, enumerable: true, writable: true };

/** Node's `process` with an environment, listeners and an exit code of its own. */
function makeProcess() {
  const lender = { Symbol, Date };
  installCommonGlobals(lender, {});
  return lender.process;
}

function putBack({ global, atFirst }) {
  for (const key of Reflect.ownKeys(global)) {
    const now = Object.getOwnPropertyDescriptor(global, key);
    const before = atFirst[key];
    if (!now.configurable || (before !== undefined && sameDescriptor(now, before))) continue;
    if (before === undefined) delete global[key];
    else Object.defineProperty(global, key, before);
  }
}

function sameDescriptor(a, b) {
  return a.value === b.value && a.get === b.get && a.set === b.set;
}
