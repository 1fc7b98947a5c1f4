// `npm test [-- <pattern>]`: sets up what is missing, then checks types, style and layers, then runs the tests.
// With a pattern only matching test files run, with `--changed` those that a change can break. With CI=true a missing
// service fails instead of being skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { TEST_BROWSERS } from './browsers.mjs';
import { checkNode, ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';
import { leaveSignals, runToolLogged, step } from './steps.mjs';

checkNode();
await ensureBuild();
const jest = at('node_modules', 'jest', 'bin', 'jest.js');
const given = process.argv.slice(2);
const patterns = given.includes('--changed')
  ? [...given.filter((argument) => argument !== '--changed'), ...ofChange()]
  : given;
if (patterns.length === 0) {
  const types = at('node_modules', 'typescript', 'bin', 'tsc');
  const style = check('Checking style', at('node_modules', 'eslint', 'bin', 'eslint.js'), ['.', '--max-warnings', '0']);
  await check('Checking types', types, ['--noEmit', '-p', 'tsconfig.json']);
  await check('Checking types of the pages', types, ['--noEmit', '-p', 'ui/tsconfig.json']);
  const format = ['--check', '--log-level', 'warn', '.'];
  await check('Checking format', at('node_modules', 'prettier', 'bin', 'prettier.cjs'), format);
  await style;
  leaveSignals();
}

const found = {
  TEST_POSTGRES_URL: process.env.TEST_POSTGRES_URL ?? (await postgresUrl()),
  TEST_REDIS_URL: process.env.TEST_REDIS_URL ?? ((await answers(6379)) ? 'redis://127.0.0.1:6379' : undefined),
  TEST_BROWSER: process.env.TEST_BROWSER ?? TEST_BROWSERS.find((path) => existsSync(path)),
  TEST_COMPOSE:
    process.env.TEST_COMPOSE ??
    ['/usr/bin/docker-compose', '/usr/local/bin/docker-compose'].find((path) => existsSync(path)),
  TEST_SANDBOX: existsSync('/usr/bin/bwrap') ? '/usr/bin/bwrap' : undefined,
};
const missing = Object.keys(found).filter((name) => found[name] === undefined);
if (missing.length > 0) {
  const note = `without ${missing.map((name) => name.replace('TEST_', '').toLowerCase()).join(', ')}`;
  if (process.env.CI === 'true') {
    process.stderr.write(
      `error: CI runs all tests, but this machine is ${note}; .ci/run installs and starts what is needed\n`,
    );
    process.exit(1);
  }
  process.stderr.write(`Note: ${note}; the tests that need it are skipped.\n`);
}
const env = { ...process.env, ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) };
// What fails in CI is run a second time, and named as unstable where it passes then.
if (process.env.CI === 'true' && patterns.length === 0) runTool(at('scripts', 'jest-twice.mjs'), [], { env });
else runTool(jest, patterns, { env });

/** Patterns of the tests that a change can break; ends here where nothing has changed. */
function ofChange() {
  const { changedFiles, testFoldersOf } = createRequire(import.meta.url)('./changed.cjs');
  const files = changedFiles();
  if (files.length === 0) {
    process.stderr.write('Nothing has changed since main: there is nothing to test.\n');
    process.exit(0);
  }
  const sources = files.filter((file) => /\.[cm]?[jt]sx?$/.test(file) && existsSync(at(file)));
  const listed = spawnSync(process.execPath, [jest, '--listTests', '--findRelatedTests', ...sources], {
    cwd: at(),
    encoding: 'utf8',
  });
  const related = sources.length === 0 ? [] : listed.stdout.split('\n').filter(Boolean);
  const folders = testFoldersOf(files);
  process.stderr.write(
    `${files.length} changed files: ${related.length} test files import them; those of ${folders.join(', ')} run too.\n`,
  );
  return [...related, ...folders];
}

/** A check shows all that it found: the log alone would hide it. */
function check(title, tool, args) {
  return step(title, () => runToolLogged(tool, args, { showFailure: true }));
}

async function postgresUrl() {
  if (!(await answers(5432))) return undefined;
  const { default: pg } = await import('pg');
  for (const user of ['postgres', process.env.USER ?? 'root']) {
    const url = `postgresql://${user}@127.0.0.1:5432/postgres`;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      await client.end();
      return url;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 1000 });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
