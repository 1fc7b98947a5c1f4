import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

describe('npm run release', () => {
  const tree = mkdtempSync(join(tmpdir(), 'openclaw-release-'));
  const read = (name: string): string => readFileSync(join(tree, name), 'utf8');
  const run = (program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(program, args, {
      cwd: tree,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: join(tree, 'release'),
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    });
  const git = (...args: string[]): string => run('git', ...args).stdout.trim();
  const release = (...args: string[]): ReturnType<typeof run> =>
    run(process.execPath, 'scripts/release.mjs', '--no-test', '--no-image', ...args);
  const commit = (message: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
  };

  beforeAll(() => {
    for (const name of ['package.json', 'package-lock.json', 'scripts', '.gitignore'])
      cpSync(join(ROOT, name), join(tree, name), { recursive: true });
    writeFileSync(join(tree, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n\n- Answers in verse.\n');
    git('init', '--quiet', '--initial-branch', 'main');
    commit('The assistant answers in verse');
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it('moves what is unreleased under the version, tags it, and lists what it is made of', () => {
    expect(release('7.1.0')).toMatchObject({ status: 0, stderr: '' });
    expect(read('CHANGELOG.md')).toMatch(
      /^# Changelog\n\n## Unreleased\n\n## 7\.1\.0 \(\d{4}-\d\d-\d\d\)\n\n- Answers in verse\.\n<details><summary>1 commits<\/summary>\n\n- The assistant answers in verse \([0-9a-f]+\)\n/,
    );
    const versions = ['package.json', 'package-lock.json'].map(
      (name) => (JSON.parse(read(name)) as { version: string }).version,
    );
    expect(versions).toEqual(['7.1.0', '7.1.0']);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('cat-file', '-t', 'v7.1.0')).toBe('tag');
    expect(git('rev-parse', 'v7.1.0^{commit}')).toBe(git('rev-parse', 'HEAD'));
    const made = JSON.parse(read('release/openclaw-nest-7.1.0.cdx.json')) as { components: { name: string }[] };
    const names = made.components.map(({ name }) => name);
    expect(names).toContain('@nestjs/core');
    expect(names).not.toContain('jest');
  });

  it('lists the commits since the last release only, above what was there', () => {
    writeFileSync(join(tree, 'note.txt'), 'x');
    writeFileSync(
      join(tree, 'CHANGELOG.md'),
      read('CHANGELOG.md').replace('## Unreleased\n', '## Unreleased\n\n- And in prose.\n'),
    );
    commit('Prose is back');
    expect(release('7.2.0').status).toBe(0);
    const [, newer = '', older = ''] = read('CHANGELOG.md').split(/^## 7\./m);
    expect(newer).toContain('- And in prose.');
    expect(newer).toContain('- Prose is back (');
    expect(newer).not.toContain('in verse');
    expect(older).toContain('- Answers in verse.');
  });

  it.each([
    ['no version', [], '"" is no version'],
    ['a word', ['newest'], '"newest" is no version'],
    ['the same one', ['7.2.0'], '7.2.0 is not newer than 7.2.0'],
    ['an older one', ['7.1.9'], '7.1.9 is not newer than 7.2.0'],
  ])('refuses %s', (...[, args, why]) => {
    const before = git('rev-parse', 'HEAD');
    const { status, stderr } = release(...args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(why) as string });
    expect(git('rev-parse', 'HEAD')).toBe(before);
  });

  it('refuses what is not committed, another branch, and a version that has a tag', () => {
    writeFileSync(join(tree, 'note.txt'), 'changed');
    expect(release('7.3.0').stderr).toContain('not committed');
    git('checkout', '--quiet', '--', 'note.txt');
    git('switch', '--quiet', '--create', 'aside');
    expect(release('7.3.0').stderr).toContain('this is not main');
    git('switch', '--quiet', 'main');
    git('tag', 'v7.3.0');
    expect(release('7.3.0').stderr).toContain('there is a tag v7.3.0 already');
    expect(existsSync(join(tree, 'release', 'openclaw-nest-7.3.0.cdx.json'))).toBe(false);
  });
});
