// Shows what a set-up does: on a terminal one live line, elsewhere a line when a step begins and one when it ends. What the
// programs of a step print goes into a log; a step that fails ends in what failed, why, and what to do.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose } from './diagnose.mjs';
import { at, root } from './paths.mjs';

/** Outside of node_modules and dist, which a set-up makes anew. */
const LOG_FOLDER = at('.setup');
const LOG = join(LOG_FOLDER, 'setup.log');
const TAIL_CHARACTERS = 64 * 1024;
const LIVE_LINE_MS = 200;
const NUMBERS_OF_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

const out = process.stderr;
const running = new Set();
const children = new Set();
const interrupted = {};
let live;
let log;

/** A program of a step ended badly. `output` is the end of what it printed. */
class ProgramFailed extends Error {
  constructor(facts) {
    super(`${facts.program} failed`);
    Object.assign(this, facts);
  }
}

/**
 * Runs `work` as a step of the set-up. Ends this process when it fails.
 * @param work is given a function that takes the progress, such as "12 of 90"
 */
export async function step(title, work) {
  const entry = { title, begun: performance.now(), progress: '' };
  begin(entry);
  try {
    const result = await work((progress) => (entry.progress = progress));
    end(entry, 'done');
    return result;
  } catch (error) {
    end(entry, 'failed');
    return fail(title, error);
  }
}

/**
 * Runs a program with its output in the log.
 * @param options.onLine is given each line of it; when it returns true, the program is ended and has failed
 * @param options.showFailure print all of it when it fails
 */
export function runLogged(program, args, { onLine, showFailure, ...options } = {}) {
  return new Promise((resolve, reject) => {
    note(`$ ${[program, ...args].join(' ')}\n`);
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    watchSignals();
    children.add(child);
    let output = '';
    let line = '';
    const take = (chunk) => {
      note(chunk);
      output = (output + chunk).slice(-TAIL_CHARACTERS);
      if (!onLine) return;
      const lines = (line + chunk).split('\n');
      line = lines.pop();
      if (lines.filter((each) => onLine(each) === true).length > 0) child.kill('SIGTERM');
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
    const settle = (code, signal, error) => {
      children.delete(child);
      if (code === 0) resolve();
      else reject(new ProgramFailed({ program, args, code, signal, error, output, showFailure }));
    };
    child.once('error', (error) => settle(undefined, undefined, error));
    child.once('close', (code, signal) => settle(code, signal));
  });
}

/** Runs a Node program of a package in `node_modules`, with its output in the log. */
export const runToolLogged = (path, args = [], options) => runLogged(process.execPath, [path, ...args], options);

function begin(entry) {
  running.add(entry);
  if (!out.isTTY) {
    out.write(`${entry.title} …\n`);
    return;
  }
  live ??= setInterval(paint, LIVE_LINE_MS).unref();
  paint();
}

function end(entry, how) {
  running.delete(entry);
  const seconds = `${((performance.now() - entry.begun) / 1000).toFixed(1)} s`;
  if (out.isTTY) out.write('\r\x1b[K');
  out.write(`${entry.title}: ${how}${how === 'done' ? ' in' : ' after'} ${seconds}\n`);
  if (running.size > 0) {
    if (out.isTTY) paint();
    return;
  }
  clearInterval(live);
  live = undefined;
}

function paint() {
  const parts = [...running].map(({ title, begun, progress }) => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    return `${title} … ${progress ? `${progress}, ` : ''}${seconds} s`;
  });
  out.write(`\r\x1b[K${parts.join('  |  ').slice(0, Math.max(20, (out.columns ?? 80) - 1))}`);
}

/** A log that can't be written (a full disk) does not stop the set-up from saying what it has to say. */
function note(text) {
  try {
    if (log === undefined) {
      mkdirSync(LOG_FOLDER, { recursive: true });
      log = openSync(LOG, 'w');
    }
    if (log !== null) writeSync(log, text);
  } catch {
    if (log) closeSync(log);
    log = null;
  }
}

function fail(title, error) {
  stopChildren('SIGTERM');
  const { why, advice } = diagnose(error);
  if (error.showFailure) out.write(error.output);
  if (!(error instanceof ProgramFailed)) note(`${error.stack ?? error}\n`);
  out.write(`error: failed: ${title}\nwhy: ${why}\nwhat to do: ${advice}\n`);
  if (log) out.write(`log: ${LOG}\n`);
  process.exit(1);
}

/** A step may be interrupted: what it started ends first. */
function watchSignals() {
  if (watchSignals.isOn) return;
  watchSignals.isOn = true;
  for (const [signal, number] of Object.entries(NUMBERS_OF_SIGNALS)) {
    interrupted[signal] = () => {
      if (out.isTTY) out.write('\n');
      stopChildren(signal);
      process.exit(128 + number);
    };
    process.on(signal, interrupted[signal]);
  }
}

/** To be called when the set-up is over: signals belong to what runs next. */
export function leaveSignals() {
  for (const [signal, listener] of Object.entries(interrupted)) process.off(signal, listener);
  watchSignals.isOn = false;
}

function stopChildren(signal) {
  for (const child of children) child.kill(signal);
}
