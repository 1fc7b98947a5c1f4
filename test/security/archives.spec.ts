import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { documentText } from '../../src/tools/documents/read/document-text';
import { createBackup, restoreBackup, verifyBackup } from '../../src/operations/backup/archive';
import type { ArchiveLimits } from '../../src/common/archives/archive-limits';
import { unpackTar, unpackZip } from '../../src/common/archives/unpack';
import { type Packed, tarHeader, zipOf } from '../harness/archive-liars';

const MIB = 1024 * 1024;
const LIMITS: ArchiveLimits = { entries: 100, entryBytes: 20 * MIB, totalBytes: 40 * MIB, ratio: 100 };
const SMALL: ArchiveLimits = { ...LIMITS, ratio: 1000 };

/** The most that buffers have grown by while something is done. */
async function growthOf(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  let [least, growth] = [Infinity, 0];
  const done = work.finally(() => (isDone = true));
  while (!isDone) {
    const { arrayBuffers } = process.memoryUsage();
    least = Math.min(least, arrayBuffers);
    growth = Math.max(growth, arrayBuffers - least);
    await new Promise(setImmediate);
  }
  await done;
  return growth;
}

const bomb = (name: string, mib: number): Packed => ({ name, data: Buffer.alloc(mib * MIB, 'a'), claims: 100 });

describe('what unfolds', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-archives-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const into = (): string => join(folder, 'into');
  const below = (): string[] =>
    existsSync(into()) ? readdirSync(into(), { recursive: true, encoding: 'utf8' }).sort() : [];

  describe('as a document', () => {
    const DOCX = '<w:document><w:p><w:r><w:t>Dear Ann</w:t></w:r></w:p></w:document>';

    it('is read when it is a letter', async () => {
      const content = zipOf([{ name: 'word/document.xml', data: Buffer.from(DOCX) }]);
      expect((await documentText(content, new AbortController().signal)).text).toBe('Dear Ann');
    });

    it.each(['word/document.xml', 'xl/worksheets/sheet1.xml', 'ppt/slides/slide1.xml', 'content.xml'])(
      'stops at its limit however small its header says that %s is',
      async (name) => {
        const content = zipOf([bomb(name, 300)]);
        const before = process.memoryUsage().arrayBuffers;
        await expect(documentText(content, new AbortController().signal)).rejects.toThrow(
          /unfold to more than is taken/,
        );
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(120 * MIB);
      },
    );

    it('stops at its limit also where many parts share the load', async () => {
      const parts = Array.from({ length: 30 }, (_, index) => bomb(`ppt/slides/slide${index + 1}.xml`, 7));
      await expect(documentText(zipOf(parts), new AbortController().signal)).rejects.toThrow(/unfold to more/);
    });

    it.each([
      ['word/document.xml', '<w:tr '],
      ['word/document.xml', '<w:p>'],
      ['word/document.xml', '<w:p a'],
      ['xl/worksheets/sheet1.xml', '<row><c>'],
      ['content.xml', '<text:p><'],
    ])('is not read for ever when %s never closes %s', async (name, open) => {
      // In a quadratic reader this takes hours.
      const data = Buffer.from(open.repeat(Math.floor((6 * MIB) / open.length)));
      const { text } = await documentText(zipOf([{ name, data }]), new AbortController().signal);
      expect(text.length).toBeLessThanOrEqual(200_000);
    });
  });

  describe('as a ZIP file', () => {
    it('comes out as it went in, with programs as programs', async () => {
      await unpackZip(
        zipOf([
          { name: 'a/', data: Buffer.alloc(0), store: true },
          { name: 'a/SKILL.md', data: Buffer.from('text') },
          { name: 'a/run.sh', data: Buffer.from('#!/bin/sh\n'), mode: 0o104755 },
          { name: 'a/zero.bin', data: Buffer.alloc(5 * MIB) },
        ]),
        into(),
        { limits: LIMITS },
      );
      expect(below()).toEqual(['a', 'a/SKILL.md', 'a/run.sh', 'a/zero.bin']);
      expect(statSync(join(into(), 'a/run.sh')).mode & 0o7777).toBe(0o755);
    });

    it.each<[string, () => Buffer, ArchiveLimits]>([
      ['an entry larger than it says', () => zipOf([bomb('x', 30)]), SMALL],
      ['many entries that are too much together', () => zipOf([1, 2, 3, 4, 5, 6].map((n) => bomb(`${n}`, 8))), SMALL],
      ['a ratio that nothing honest has', () => zipOf([bomb('x', 19)]), LIMITS],
      [
        'too many entries',
        () => zipOf(Array.from({ length: 101 }, (_, n) => ({ name: `${n}`, data: Buffer.from('') }))),
        LIMITS,
      ],
      ['a directory that is longer than it is', () => zipOf([{ name: 'a', data: Buffer.from('a') }], 50), LIMITS],
      ['a link', () => zipOf([{ name: 'l', data: Buffer.from('/etc'), mode: 0o120777 }]), LIMITS],
      ['a name twice', () => zipOf([1, 2].map(() => ({ name: 'a', data: Buffer.from('a') }))), LIMITS],
      ...['../x', '/x', 'a/../../x', '..\\x', 'C:\\x', '~/x', 'a\0b'].map(
        (name): [string, () => Buffer, ArchiveLimits] => [
          `a name that leads out: ${JSON.stringify(name)}`,
          () => zipOf([{ name, data: Buffer.from('x') }]),
          LIMITS,
        ],
      ),
    ])('is refused for %s', async (_, make, limits) => {
      await expect(unpackZip(make(), into(), { limits })).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
      expect(readdirSync(folder).filter((name) => name !== 'into')).toEqual([]);
    });
  });

  it.each<[string, (content: Buffer) => Promise<unknown>]>([
    ['a ZIP file', (content) => unpackZip(content, into(), { limits: SMALL })],
    ['a document', (content) => documentText(content, new AbortController().signal)],
  ])('takes no more memory than its limit while it unfolds: %s', async (_, read) => {
    const content = zipOf([bomb('word/document.xml', 300)]);
    expect(await growthOf(expect(read(content)).rejects.toMatchObject({ message: expect.any(String) }))).toBeLessThan(
      100 * MIB,
    );
  });

  describe('as a tar file', () => {
    const packed = async (files: Record<string, Buffer | string>, gzip = true): Promise<Buffer> => {
      const from = join(folder, 'from');
      mkdirSync(from, { recursive: true });
      for (const [name, data] of Object.entries(files)) writeFileSync(join(from, name), data);
      await tar.create({ cwd: from, file: join(folder, 'made.tar'), gzip, portable: true }, Object.keys(files));
      rmSync(from, { recursive: true });
      return readFileSync(join(folder, 'made.tar'));
    };
    const unpack = (content: Buffer, limits = LIMITS): Promise<void> =>
      unpackTar(Readable.from([content]), content.length, into(), { limits });

    it('comes out as it went in, packed or not, and belongs to whoever unpacks it', async () => {
      for (const gzip of [true, false]) {
        await unpack(await packed({ 'SKILL.md': 'text' }, gzip));
        expect(readFileSync(join(into(), 'SKILL.md'), 'utf8')).toBe('text');
        expect(statSync(join(into(), 'SKILL.md')).uid).toBe(process.getuid?.());
        rmSync(into(), { recursive: true });
      }
    });

    it('does not keep a foreign owner nor set-user-id rights', async () => {
      const from = join(folder, 'own');
      mkdirSync(from);
      writeFileSync(join(from, 'p'), '#!/bin/sh\n', { mode: 0o755 });
      execFileSync('tar', [
        '--owner=12345',
        '--group=12345',
        '--mode=4777',
        '-cf',
        join(folder, 'o.tar'),
        '-C',
        from,
        'p',
      ]);
      await unpack(readFileSync(join(folder, 'o.tar')));
      const { uid, mode } = statSync(join(into(), 'p'));
      expect({ uid, mode: mode & 0o7777 }).toEqual({ uid: process.getuid?.(), mode: 0o755 });
    });

    it('is cut where it unfolds to too much, before it is on the disk', async () => {
      const content = gzipSync(Buffer.concat([tarHeader({ name: 'big', size: 900 * MIB }), Buffer.alloc(200 * MIB)]), {
        level: 9,
      });
      await expect(unpack(content)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
      expect(below().reduce((sum, name) => sum + statSync(join(into(), name)).size, 0)).toBeLessThan(41 * MIB);
      // The size in the header is small, and one entry follows the other.
      const many = gzipSync(
        Buffer.concat(
          Array.from({ length: 60 }, (_, n) =>
            Buffer.concat([tarHeader({ name: `${n}`, size: MIB }), Buffer.alloc(MIB)]),
          ),
        ),
      );
      await expect(unpack(many)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    });

    it.each([
      ['a link', (from: string) => execFileSync('ln', ['-s', '/etc', join(from, 'l')])],
      ['a pipe', (from: string) => execFileSync('mkfifo', [join(from, 'p')])],
    ])('is refused for %s', async (_, make) => {
      const from = join(folder, 'odd');
      mkdirSync(from);
      make(from);
      execFileSync('tar', ['-cf', join(folder, 'odd.tar'), '-C', from, '.']);
      await expect(unpack(readFileSync(join(folder, 'odd.tar')))).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    });

    it('is refused when it is cut off or is no archive', async () => {
      const whole = await packed({ a: Buffer.alloc(MIB, 'x') });
      await expect(unpack(whole.subarray(0, whole.length - 20))).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
      await expect(unpack(Buffer.from('not an archive at all, however long it is'.repeat(40)))).rejects.toMatchObject({
        code: 'ARCHIVE_REFUSED',
      });
    });
  });

  describe('as a backup', () => {
    const state = (): string => join(folder, 'state');
    beforeEach(() => {
      mkdirSync(join(state(), 'workspace', 'logs'), { recursive: true });
      writeFileSync(join(state(), 'openclaw.json'), '{}');
      writeFileSync(join(state(), 'secrets.key'), 'key');
    });
    const make = (): Promise<{ path: string }> =>
      createBackup({
        stateDir: state(),
        configPath: join(state(), 'openclaw.json'),
        workspaces: [join(state(), 'workspace')],
      });

    it('holds everything of a workspace, and leaves out what is the gateway’s own by its exact place', async () => {
      const kept = [
        'yarn.lock',
        'notes.tmp',
        'logs/day.txt',
        'cache/a',
        'node_modules/x.js',
        'backups/b',
        'a.sock.txt',
      ];
      for (const name of kept) {
        mkdirSync(join(state(), 'workspace', name, '..'), { recursive: true });
        writeFileSync(join(state(), 'workspace', name), name);
      }
      for (const name of ['logs/gateway.log', 'browser/x', 'gateway.0a1b2c3d.lock', 'openclaw.json.lock']) {
        mkdirSync(join(state(), name, '..'), { recursive: true });
        writeFileSync(join(state(), name), 'x');
      }
      // Names that are left out elsewhere, and such as merely hold one.
      const others = [
        'skills/mine/yarn.lock',
        'skills/gateway.0a1b2c3d.lock',
        'hooks/mine/notes.tmp',
        'plugins/mine/logs/day.txt',
        'media/inbound/cache/a',
        'openclaw.json.lock.txt',
        'gateway.xyz.lock',
        'mine/openclaw-nest.sqlite',
      ];
      for (const name of others) {
        mkdirSync(join(state(), name, '..'), { recursive: true });
        writeFileSync(join(state(), name), name);
      }
      const { path } = await make();
      const { files } = await verifyBackup(path);
      expect(files.map((file) => file.path).sort()).toEqual(
        ['openclaw.json', 'secrets.key', ...others, ...kept.map((name) => `workspace/${name}`)].sort(),
      );
    });

    it('is its owner’s alone while it grows, and nothing stays when it can’t be finished', async () => {
      // Something that does not pack, so that it takes a while.
      writeFileSync(
        join(state(), 'workspace', 'big'),
        execFileSync('head', ['-c', String(30 * MIB), '/dev/urandom'], { maxBuffer: 64 * MIB }),
      );
      const seen = new Set<number>();
      const folderOf = join(state(), 'backups');
      const watcher = setInterval(() => {
        for (const name of existsSync(folderOf) ? readdirSync(folderOf) : [])
          seen.add((statSync(join(folderOf, name), { throwIfNoEntry: false })?.mode ?? 0o100600) & 0o777);
      }, 2);
      const umask = process.umask(0o022);
      try {
        await make();
      } finally {
        clearInterval(watcher);
        process.umask(umask);
      }
      expect([...seen]).toEqual([0o600]);
    });

    it('is refused when it names places outside of itself, or holds links', async () => {
      const evil = async (name: string, prepare: (at: string) => void): Promise<string> => {
        const at = join(folder, name);
        mkdirSync(at);
        prepare(at);
        await tar.create({ cwd: at, file: join(folder, `${name}.tar.gz`), gzip: true }, readdirSync(at));
        return join(folder, `${name}.tar.gz`);
      };
      const manifest = (more: object): string =>
        JSON.stringify({
          format: 1,
          version: '1',
          createdAt: '',
          config: 'openclaw.json',
          database: 'none',
          files: [],
          ...more,
        });
      const target = join(folder, 'target');
      for (const archive of [
        await evil('outside', (at) =>
          writeFileSync(
            join(at, 'manifest.json'),
            manifest({ outside: [{ path: '../../state', at: join(folder, 'moved') }] }),
          ),
        ),
        await evil('config', (at) =>
          writeFileSync(join(at, 'manifest.json'), manifest({ config: '../../etc/passwd' })),
        ),
        await evil('link', (at) => {
          writeFileSync(join(at, 'manifest.json'), manifest({}));
          execFileSync('ln', ['-s', '/etc', join(at, 'workspace')]);
        }),
      ])
        await expect(restoreBackup(archive, target, true)).rejects.toMatchObject({ code: 'BACKUP_BROKEN' });
      expect(existsSync(target)).toBe(false);
      expect(existsSync(join(state(), 'openclaw.json'))).toBe(true);
      writeFileSync(join(state(), 'workspace', 'a.md'), 'a');
      const { path } = await make();
      await restoreBackup(path, target);
      expect(statSync(join(target, 'secrets.key')).mode & 0o777).toBe(0o600);
      expect(statSync(join(target, 'workspace')).mode & 0o777).toBe(0o700);
    });
  });
});
