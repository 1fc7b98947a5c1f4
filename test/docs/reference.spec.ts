import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));

describe('documentation', () => {
  it('holds what follows from the code as it is now', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-reference.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr.split('\n').filter((line) => line.includes('not up to date'))]).toEqual([0, []]);
  });

  it.each(pages)('%s: every link and every named file leads somewhere', (page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) =>
      join(dirname(page), link),
    );
    const named = [...text.matchAll(/`((?:src|test|docs|scripts|ui|bench)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    const missing = [...links, ...named].filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });
});
