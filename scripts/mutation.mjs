// `npm run mutation -- approvals outbox`, or `-- outbox/delivery-policy` for one file of an area: changes the code of an area in small ways, one at a time, and counts which changes
// its tests notice; ends with 1 where too few are. The tool (Stryker) is fetched into a folder of its own the first time.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { at } from './paths.mjs';
import { run, runTool } from './run.mjs';

const VERSION = '9.6.1';
const MINIMUM_PERCENT = 75;

/**
 * Code by area, without `src/` and `.ts`: what its specs reach in the process of the test. What only child gateways run is
 * tested by the storms and the specs of whole turns, and can't be measured in this way.
 */
const AREAS = {
  approvals: {
    code: ['tools/approvals/exec-allowlist', 'tools/approvals/analyse-command', 'tools/approvals/safe-stdin'],
    tests: ['src/tools/approvals/*.spec.ts'],
  },
  outbox: {
    code: ['outbox/block-end', 'outbox/chat-lines', 'outbox/delivery-policy', 'outbox/sent-search.service'],
    tests: ['src/outbox/*.spec.ts'],
  },
  sandbox: {
    code: ['tools/sandbox/toolchains', 'tools/sandbox/tree-watch'],
    tests: ['src/tools/sandbox/*.spec.ts'],
  },
  turns: {
    code: ['agent/turns/call-batches', 'agent/turns/queue-plan', 'agent/turns/stored-result', 'agent/turns/turn-gate'],
    tests: ['src/agent/turns/*.spec.ts'],
  },
};

const wanted = process.argv.slice(2).map((given) => ({ given, parts: partsOf(given) }));
const unknown = wanted.find(({ parts }) => parts === undefined);
if (wanted.length === 0 || unknown) {
  const files = Object.values(AREAS).flatMap(({ code }) => code);
  process.stderr.write(
    `error: ${unknown ? `there is no area "${unknown.given}":` : 'which area?'} one or several of ` +
      `${[...Object.keys(AREAS), ...files].join(', ')}\n`,
  );
  process.exit(2);
}

/** An area, or one file of it. */
function partsOf(given) {
  if (Object.hasOwn(AREAS, given)) return AREAS[given];
  const area = Object.values(AREAS).find(({ code }) => code.includes(given));
  return area && { code: [given], tests: area.tests };
}

const folder = process.env.TEST_STRYKER ?? join(homedir(), '.cache', 'openclaw-tests', 'stryker');
const modules = join(folder, 'node_modules', '@stryker-mutator');
if (!existsSync(join(modules, 'jest-runner'))) {
  mkdirSync(folder, { recursive: true });
  const packages = ['core', 'jest-runner'].map((name) => `@stryker-mutator/${name}@${VERSION}`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['install', '--prefix', folder, ...packages, ...flags], { shell: process.platform === 'win32' });
}

const jest = createRequire(import.meta.url)('../jest.config.js');
const areas = wanted.map(({ parts }) => parts);
const config = {
  mutate: areas.flatMap(({ code }) => code.map((file) => `src/${file}.ts`)),
  testRunner: 'jest',
  plugins: [join(modules, 'jest-runner', 'dist', 'src', 'index.js')],
  jest: {
    config: {
      ...jest,
      // The tool changes modules between the tests of one process, and brings an environment that tells it what they run.
      testEnvironment: 'node',
      runtime: undefined,
      testMatch: areas.flatMap(({ tests }) => tests.map((test) => `<rootDir>/${test}`)),
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  // Texts for people are no behaviour.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'docs', 'bench', 'release', 'skills', 'coverage', 'packages/*/dist'],
  // Nothing is compiled by it: there is nothing to rewrite.
  tsconfigFile: 'no-tsconfig.json',
  tempDirName: '.setup/mutation',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: '.setup/mutation.json' },
  thresholds: { high: 90, low: MINIMUM_PERCENT, break: MINIMUM_PERCENT },
  concurrency: Number(process.env.TEST_WORKERS ?? 1),
  timeoutMS: 20_000,
  timeoutFactor: 4,
  allowEmpty: false,
};
mkdirSync(at('.setup'), { recursive: true });
const configPath = at('.setup', 'mutation.config.json');
writeFileSync(configPath, JSON.stringify(config, null, 2));
runTool(join(modules, 'core', 'bin', 'stryker.js'), ['run', configPath]);
