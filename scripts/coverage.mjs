// `npm run coverage [-- <pattern>]`: which lines of `src` the tests run, in the tests' own processes and in the gateways and
// command lines that they start. Without a pattern everything runs, and fewer lines than the threshold end it with 1.
// A gateway that is killed tells nothing: what only the storms run is not counted.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { compileFile, isProduct } from './compile-file.mjs';
import { ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';

const LEAST_PERCENT = 85;

// The tools that Jest itself reports with.
const fromJest = createRequire(createRequire(import.meta.url).resolve('@jest/reporters'));
const { mergeScriptCovs } = fromJest('@bcoe/v8-coverage');
const { createCoverageMap } = fromJest('istanbul-lib-coverage');
const { createContext } = fromJest('istanbul-lib-report');
const reports = fromJest('istanbul-reports');
const toIstanbul = fromJest('v8-to-istanbul');

const patterns = process.argv.slice(2);
await ensureBuild();
const folder = at('coverage');
const program = join(folder, 'program');
const told = join(folder, 'told');
rmSync(folder, { recursive: true, force: true });
mkdirSync(told, { recursive: true });
const sources = readdirSync(at('src'), { recursive: true, encoding: 'utf8' }).filter(isProduct);
await Promise.all(sources.map((source) => compileFile(source, { to: relative(at(), program), sourceMaps: true })));

const counted = new Set(sources.map((source) => at('src', source)));
const { status } = spawnSync(
  process.execPath,
  [
    at('node_modules', 'jest', 'bin', 'jest.js'),
    ...[
      '--coverage',
      '--coverageProvider=v8',
      '--coverageReporters=json',
      `--coverageDirectory=${join(folder, 'jest')}`,
    ],
    ...['src/**/*.ts', '!src/**/*.spec.ts'].map((glob) => `--collectCoverageFrom=${glob}`),
    ...patterns,
  ],
  { cwd: at(), stdio: 'inherit', env: { ...process.env, TEST_PROGRAM: program, TEST_COVERAGE: told } },
);

const whole = createCoverageMap(JSON.parse(readFileSync(join(folder, 'jest', 'coverage-final.json'), 'utf8')));
for (const cover of byScript().values()) {
  const script = fileURLToPath(cover.url);
  const converter = toIstanbul(script);
  await converter.load();
  converter.applyCoverage(cover.functions);
  const found = createCoverageMap(converter.toIstanbul());
  whole.merge(found);
}
whole.filter((file) => counted.has(file));
const context = createContext({ dir: folder, coverageMap: whole });
for (const name of ['json-summary', 'lcovonly', 'html']) reports.create(name).execute(context);

const byRoom = new Map();
for (const file of whole.files()) {
  const room = relative(at('src'), file).split(/[/\\]/)[0];
  const { total, covered } = whole.fileCoverageFor(file).toSummary().lines;
  const sum = byRoom.get(room) ?? { total: 0, covered: 0 };
  byRoom.set(room, { total: sum.total + total, covered: sum.covered + covered });
}
const percent = ({ covered, total }) => `${((100 * covered) / total).toFixed(1)} %`.padStart(8);
for (const [room, lines] of [...byRoom].sort(([a], [b]) => (a < b ? -1 : 1)))
  process.stdout.write(`${percent(lines)}  ${room}\n`);
const { lines } = whole.getCoverageSummary();
process.stdout.write(
  `${percent(lines)}  of ${lines.total} lines in ${whole.files().length} files; coverage/index.html\n`,
);
if (status !== 0) process.exit(status ?? 1);
if (patterns.length === 0 && lines.pct < LEAST_PERCENT) {
  process.stderr.write(`error: at least ${LEAST_PERCENT} % of the lines must be run by tests\n`);
  process.exit(1);
}

/** What all processes together say of each script of the program. */
function byScript() {
  const merged = new Map();
  for (const name of existsSync(told) ? readdirSync(told) : []) {
    const { result } = JSON.parse(readFileSync(join(told, name), 'utf8'));
    for (const cover of result) {
      if (!cover.url.startsWith('file:') || !fileURLToPath(cover.url).startsWith(program)) continue;
      const known = merged.get(cover.url);
      merged.set(cover.url, known ? mergeScriptCovs([known, cover]) : cover);
    }
  }
  return merged;
}
