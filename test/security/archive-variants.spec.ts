import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { createBackup, restoreBackup } from '../../src/operations/backup/archive';
import type { ArchiveLimits } from '../../src/common/archives/archive-limits';
import { unpackTar, unpackZip } from '../../src/common/archives/unpack';
import { paxHeader, tarEntry, tarHeader, tarOf, zipOf } from '../harness/archive-liars';

const MIB = 1024 * 1024;
const LIMITS: ArchiveLimits = { entries: 100, entryBytes: 20 * MIB, totalBytes: 40 * MIB, ratio: 100 };
const deep = (levels: number): string => `${'d/'.repeat(levels)}f`;
const far = (count: number, levels: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}/${deep(levels)}`);

/** What the library for tar files would take as it is, or leave out without a word. */
describe('archives that mean something else than they show', () => {
  let folder: string;
  const into = (): string => join(folder, 'into');
  const found = (): string[] =>
    existsSync(into())
      ? readdirSync(into(), { recursive: true, encoding: 'utf8', withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => entry.name)
          .sort()
      : [];
  const untar = (content: Buffer): Promise<void> =>
    unpackTar(Readable.from([content]), content.length, into(), { limits: LIMITS });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-archives-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each<[string, () => Buffer]>([
    ['an extended header that leads out', () => tarOf(paxHeader({ path: '../evil' }), tarEntry({ name: 'a' }))],
    ['an absolute extended header', () => tarOf(paxHeader({ path: '/evil' }), tarEntry({ name: 'a' }))],
    [
      'an extended header with a link for a plain file',
      () => tarOf(paxHeader({ linkpath: '/etc/passwd' }), tarEntry({ name: 'a' })),
    ],
    [
      'a long name of GNU that leads out',
      () => tarOf(tarEntry({ name: 'L', type: 'L' }, '../evil\0'), tarEntry({ name: 'a' })),
    ],
    ['a prefix that leads out', () => tarOf(tarEntry({ name: 'evil', prefix: '..' }))],
    ['a hard link', () => tarOf(tarEntry({ name: 'a', type: '1', link: '/etc/passwd' }))],
    ['a device', () => tarOf(tarEntry({ name: 'a', type: '3' }))],
    ['a sparse file', () => tarOf(tarEntry({ name: 'a', type: 'S' }))],
    ['a kind that nobody knows', () => tarOf(tarEntry({ name: 'a', type: 'Z' }))],
    ['a name twice', () => tarOf(tarEntry({ name: 'a' }, 'shown'), tarEntry({ name: 'a' }, 'used'))],
    [
      'a name twice, written otherwise',
      () => tarOf(tarEntry({ name: 'a' }, 'shown'), tarEntry({ name: './a' }, 'used')),
    ],
    ['a name twice but for its case', () => tarOf(tarEntry({ name: 'SKILL.md' }), tarEntry({ name: 'skill.md' }))],
    [
      'a name twice but for how its accent is written',
      () =>
        tarOf(
          paxHeader({ path: '\u00e9' }),
          tarEntry({ name: 'x' }),
          paxHeader({ path: 'e\u0301' }),
          tarEntry({ name: 'y' }),
        ),
    ],
    ['a file that is a folder as well', () => tarOf(tarEntry({ name: 'a' }), tarEntry({ name: 'a/b' }))],
    ['a folder that is a file as well', () => tarOf(tarEntry({ name: 'a/b' }), tarEntry({ name: 'a' }))],
    ['a name that is none', () => tarOf(tarEntry({ name: 'a/.' }))],
    ['a name that no file system takes', () => tarOf(paxHeader({ path: 'n'.repeat(300) }), tarEntry({ name: 'a' }))],
    [
      'a size that is larger than numbers are',
      () => tarOf(tarHeader({ name: 'a', rawSize: Buffer.from('80000000000000ffffffffff', 'hex') })),
    ],
    ['folders without end', () => tarOf(paxHeader({ path: deep(900) }), tarEntry({ name: 'a' }))],
    [
      'more folders than entries are taken',
      () => tarOf(...far(20, 20).flatMap((path) => [paxHeader({ path }), tarEntry({ name: 'a' })])),
    ],
    ['a second packing', () => gzipSync(gzipSync(tarOf(tarEntry({ name: 'a' }))))],
    [
      'a second packing of what would unfold behind the meter',
      () => {
        const extended = Buffer.concat([tarHeader({ name: 'p', size: MIB, type: 'x' }), Buffer.alloc(MIB)]);
        return gzipSync(gzipSync(tarOf(...Array.from({ length: 100 }, () => extended), tarEntry({ name: 'a' }))));
      },
    ],
    ['zstd', () => gzipSync(Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.alloc(2000)]))],
    [
      'a second member of gzip that leads out',
      () => Buffer.concat([gzipSync(tarEntry({ name: 'a' })), gzipSync(tarOf(tarEntry({ name: '../b' })))]),
    ],
  ])('are refused as tar files for %s', async (_, make) => {
    await expect(untar(make())).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    expect(readdirSync(folder)).toEqual(['into']);
  });

  it.each<[string, () => Buffer]>([
    [
      'a name twice but for its case',
      () => zipOf(['SKILL.md', 'Skill.md'].map((name) => ({ name, data: Buffer.from('x') }))),
    ],
    ['a name twice, written otherwise', () => zipOf(['a/b', 'a//b'].map((name) => ({ name, data: Buffer.from('x') })))],
    ['a file that is a folder as well', () => zipOf(['a', 'a/b'].map((name) => ({ name, data: Buffer.from('x') })))],
    ['a name that is none', () => zipOf([{ name: '.', data: Buffer.from('x') }])],
    ['a name that no file system takes', () => zipOf([{ name: 'n'.repeat(300), data: Buffer.from('x') }])],
    ['a device', () => zipOf([{ name: 'a', data: Buffer.from('x'), mode: 0o020666 }])],
    ['a pipe', () => zipOf([{ name: 'a', data: Buffer.from('x'), mode: 0o010666 }])],
    ['folders without end', () => zipOf([{ name: deep(1500), data: Buffer.from('x') }])],
    ['more folders than entries are taken', () => zipOf(far(20, 20).map((name) => ({ name, data: Buffer.from('x') })))],
  ])('are refused as ZIP files for %s', async (_, make) => {
    await expect(unpackZip(make(), into(), { limits: LIMITS })).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    expect(found()).toEqual([]);
  });

  it('are taken as ordinary programs pack them: git and tar', async () => {
    const from = join(folder, 'repository');
    for (const name of ['SKILL.md', 'scripts/run.sh', 'docs/a/b/README.md', 'docs/README.md']) {
      mkdirSync(dirname(join(from, name)), { recursive: true });
      writeFileSync(join(from, name), name);
    }
    const git = (...args: string[]): Buffer =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: from });
    git('init', '--quiet', '.');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'all');
    const all = ['README.md', 'README.md', 'SKILL.md', 'run.sh'];
    await untar(git('archive', '--format=tar.gz', '--prefix=skill/', 'HEAD'));
    expect(found()).toEqual(all);
    rmSync(into(), { recursive: true });
    await unpackZip(git('archive', '--format=zip', 'HEAD'), into(), { limits: LIMITS });
    expect(found()).toEqual(all);
    rmSync(into(), { recursive: true });
    rmSync(join(from, '.git'), { recursive: true });
    await untar(execFileSync('tar', ['-czf', '-', '.'], { cwd: from }));
    expect(found()).toEqual(all);
  });

  it('are no backups of one’s own, which may be deep and tell names by their case', async () => {
    const state = join(folder, 'state');
    const names = [`${'l/'.repeat(70)}note.md`, 'Readme', 'README'];
    for (const name of names) {
      mkdirSync(dirname(join(state, 'workspace', name)), { recursive: true });
      writeFileSync(join(state, 'workspace', name), name);
    }
    writeFileSync(join(state, 'openclaw.json'), '{}');
    const { path } = await createBackup({ stateDir: state, configPath: join(state, 'openclaw.json') });
    await restoreBackup(path, join(folder, 'target'));
    for (const name of names) expect(readFileSync(join(folder, 'target', 'workspace', name), 'utf8')).toBe(name);
  });
});
