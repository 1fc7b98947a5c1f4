// `npm run dev [-- <options of the gateway>]`: runs the gateway and starts it again when a file of src or ui changes.
import { spawn } from 'node:child_process';
import { existsSync, rmSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFile, compiledName, isProduct } from './compile-file.mjs';
import { buildPages, ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';

const { stampOf } = createRequire(import.meta.url)('./up-to-date.cjs');

/** Editors save in several steps, and a change of branch is many files. */
const SETTLE_MS = 60;
const STOP_MS = 3000;

const changed = new Set();
let timer;
let gateway;
/** One round at a time: what changes meanwhile has the next one. */
let round = Promise.resolve();
let ending = false;

await ensureBuild();
for (const folder of ['src', 'ui']) {
  watch(at(folder), { recursive: true }, (_, name) => {
    if (name === null || !isInput(folder, name)) return;
    changed.add(`${folder}/${name.replaceAll('\\', '/')}`);
    clearTimeout(timer);
    timer = setTimeout(() => (round = round.then(takeChanges)), SETTLE_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, async () => {
    ending = true;
    await stop();
    process.exit(0);
  });
start();

function isInput(folder, name) {
  if (folder === 'src') return isProduct(name);
  return /\.(?:tsx?|css|html|po|svg|mts)$/.test(name) && !name.includes('.spec.');
}

async function takeChanges() {
  const files = [...changed];
  changed.clear();
  if (files.length === 0 || ending) return;
  const begun = performance.now();
  // From here on dist is not what a build makes of src: the next `npm start` makes it anew.
  rmSync(stampOf('dist'), { force: true });
  const sources = files.filter((file) => file.startsWith('src/')).map((file) => file.slice('src/'.length));
  const work = sources.map(take);
  if (files.some((file) => file.startsWith('ui/'))) work.push(buildPages());
  const failures = (await Promise.allSettled(work)).filter(({ status }) => status === 'rejected');
  for (const { reason } of failures) say(reason.output ?? reason.message);
  // What does not compile is not run: the gateway goes on as it was.
  if (failures.length > 0) return;
  if (sources.length > 0) {
    await stop();
    start();
  }
  say(
    `${files.length === 1 ? files[0] : `${files.length} files`}: taken in ${Math.round(performance.now() - begun)} ms`,
  );
}

async function take(source) {
  if (existsSync(at('src', source))) await compileFile(source);
  else rmSync(at('dist', compiledName(source)), { force: true });
}

function start() {
  // Not the bundle: that is made of all files at once.
  const child = spawn(process.execPath, [at('dist', 'main.js'), 'gateway', 'run', ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  gateway = child;
  child.once('exit', (code, signal) => {
    if (gateway !== child || ending) return;
    gateway = undefined;
    say(`the gateway ended with ${code ?? signal}; it is started again when a file changes`);
  });
}

function stop() {
  const child = gateway;
  gateway = undefined;
  if (child === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function say(text) {
  process.stderr.write(`dev: ${text}\n`);
}
