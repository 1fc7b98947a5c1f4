// `node scripts/jest-twice.mjs [jest arguments]`: runs the tests, and the files that failed once more, one at a time.
// Files that pass then are named as unstable; those that fail again fail the run. A whole run starts some thousand
// processes: one that a busy machine stopped for a moment must not hide what the others found, and neither must it be
// overlooked. Many failures are no accident, and are not tried again; nor is what guards against lost or doubled work and
// against attacks: there a rare failure is a fault of the program.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { at } from './paths.mjs';

const MOST_AGAIN = 8;
const NEVER_AGAIN = ['crash', 'replicas', 'security', 'storage'];
const jest = at('node_modules', 'jest', 'bin', 'jest.js');
const given = process.argv.slice(2);

const first = runJest(given);
const isAccident = first.failed.length > 0 && first.failed.length <= MOST_AGAIN && first.failed.every(mayRunAgain);
if (first.status === 0 || !isAccident) process.exit(first.status);
say(`${first.failed.length} failed and run once more`, first.failed);
// What a failed test leaves open would keep the process that ran it from ending.
const second = runJest([...optionsOf(given), '--runInBand', '--forceExit', '--runTestsByPath', ...first.failed]);
if (second.status !== 0) {
  say('Failed twice', second.failed);
  process.exit(second.status);
}
say('Unstable: failed in the run, passed when they were run alone', first.failed);

/** @returns the exit code, and the test files that did not pass */
function runJest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-tests-'));
  const report = join(folder, 'results.json');
  try {
    const { status } = spawnSync(process.execPath, [jest, ...args, '--json', `--outputFile=${report}`], {
      cwd: at(),
      stdio: 'inherit',
    });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return {
      status: status ?? 1,
      failed: testResults.filter((each) => each.status === 'failed').map(({ name }) => name),
    };
  } catch {
    return { status: 1, failed: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By its folder in `test`. */
function mayRunAgain(file) {
  const parts = file.split(sep);
  return !NEVER_AGAIN.includes(parts[parts.lastIndexOf('test') + 1]);
}

/** Without the patterns: the files are named. */
function optionsOf(args) {
  return args.filter((argument) => argument.startsWith('--'));
}

function say(what, files) {
  process.stderr.write(`\n${what}:\n${files.map((file) => `  ${relative(at(), file)}\n`).join('')}`);
}
