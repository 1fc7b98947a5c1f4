import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const { TESTS_OF, testFoldersOf } = jest.requireActual<{
  TESTS_OF: Record<string, string[]>;
  testFoldersOf(files: readonly string[]): string[];
}>('../../scripts/changed.cjs');

const entriesOf = (folder: string): string[] =>
  readdirSync(resolve(ROOT, folder))
    .filter((name) => name !== 'README.md')
    .map((name) => `${folder}/${name}`);

describe('tests of a change', () => {
  it('knows tests for every feature, and a feature for every folder of tests', () => {
    const inside = (path: string): boolean => Object.keys(TESTS_OF).some((feature) => feature.startsWith(`${path}/`));
    const features = entriesOf('src')
      .flatMap((path) => (inside(path) ? entriesOf(path) : [path]))
      .filter((path) => !(path in TESTS_OF));
    expect(features).toEqual([]);
    const chosen = new Set(Object.values(TESTS_OF).flat());
    const folders = entriesOf('test').filter((path) => !path.endsWith('.spec.ts') && !chosen.has(path));
    expect(folders).toEqual(['test/fakes', 'test/harness']);
  });

  it('names nothing that is not there', () => {
    const named = [...Object.keys(TESTS_OF), ...Object.values(TESTS_OF).flat()];
    expect(named.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  it('chooses by the feature, by the folder of a changed part of tests, and always looks at the layers', () => {
    const layers = 'test/architecture.spec.ts';
    expect(testFoldersOf(['src/automation/cron/cron.service.ts'])).toEqual([layers, 'test/cron']);
    expect(testFoldersOf(['Dockerfile'])).toEqual([layers, 'test/image']);
    expect(testFoldersOf(['test/crash/crash-scenario.ts'])).toEqual([layers, 'test/crash']);
    expect(testFoldersOf(['test/cron/cron.spec.ts'])).toEqual([layers, 'test/cron/cron.spec.ts']);
    expect(testFoldersOf(['test/harness/gateway-process.ts', 'LICENSE'])).toEqual([layers]);
  });
});
