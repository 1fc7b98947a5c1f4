import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rename, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../../src/tools/agent-tool';
import { WorkspaceFiles } from '../../src/tools/files/workspace-files';

const SECRET = 'outside-secret';

describe('the file resolver', () => {
  let base: string;
  let root: string;
  let outside: string;
  let files: WorkspaceFiles;

  beforeAll(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-paths-')));
    root = join(base, 'workspace');
    outside = join(base, 'outside');
    mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
    mkdirSync(join(base, 'workspace-evil'));
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.txt'), SECRET);
    writeFileSync(join(base, 'workspace-evil', 'secret.txt'), SECRET);
    writeFileSync(join(root, 'inside.txt'), 'fine');
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'secret.txt'), join(root, 'secret-link'));
    symlinkSync('../outside', join(root, 'relative-out'));
    symlinkSync('/', join(root, 'slash'));
    symlinkSync('/proc/self/root', join(root, 'procroot'));
    symlinkSync('/proc/self/cwd', join(root, 'proccwd'));
    symlinkSync(join(root, 'out'), join(root, 'sub', 'twice'));
    symlinkSync('loop-b', join(root, 'loop-a'));
    symlinkSync('loop-a', join(root, 'loop-b'));
    symlinkSync(join(outside, 'not-yet'), join(root, 'dangling'));
    files = new WorkspaceFiles([root]);
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  const depths = Array.from({ length: 12 }, (_, index) => '../'.repeat(index + 1));
  const vectors = (): string[] => [
    ...depths.flatMap((up) => [
      `${up}outside/secret.txt`,
      `sub/${up}outside/secret.txt`,
      `./${up}etc/passwd`,
      `sub/deep/${up}../../etc/passwd`,
    ]),
    ...depths.map((up) => `${up}workspace-evil/secret.txt`),
    ...[
      '..',
      '../',
      './..',
      'sub/../..',
      'sub/../../outside/secret.txt',
      'sub//..//..//outside/secret.txt',
      './/..//outside',
    ],
    ...[
      'out/secret.txt',
      'out',
      'out/',
      'out/.',
      'out/../outside/secret.txt',
      'secret-link',
      'relative-out/secret.txt',
      'sub/twice/secret.txt',
      'sub/twice',
    ],
    ...[
      'slash/etc/passwd',
      'slash',
      'slash/proc/self/environ',
      'procroot/etc/passwd',
      'proccwd/package.json',
      'dangling',
      'dangling/x',
      'loop-a',
      'loop-a/x',
    ],
    ...[
      '/etc/passwd',
      '/etc/shadow',
      '/proc/self/environ',
      '/proc/1/environ',
      '/proc/self/mem',
      '/dev/null',
      '/root/.ssh/id_rsa',
      '/',
      '//etc/passwd',
      '///etc//passwd',
      '/./etc/passwd',
      '/../etc/passwd',
    ],
    ...[
      '/proc/self/fd/0',
      '/proc/thread-self/root/etc/passwd',
      '/dev/fd/0',
      '/sys/kernel/notes',
      '/var/run/docker.sock',
    ],
    ...['\0', 'inside.txt\0', 'inside.txt\0.png', '../outside/secret.txt\0', '\0/etc/passwd'],
    ...['a'.repeat(5000), `${'a/'.repeat(3000)}x`, 'b'.repeat(300)],
    `${base}/workspace/../outside/secret.txt`,
    `${base}/workspace-evil/secret.txt`,
    `${base}/outside/secret.txt`,
    `${base}/workspace/out/secret.txt`,
    `${base}//workspace//..//outside//secret.txt`,
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((count) => `sub/${'deep/../'.repeat(count)}../../outside/secret.txt`),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((count) => `${'./'.repeat(count)}out/secret.txt`),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((count) => `${'sub/../'.repeat(count)}secret-link`),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((count) => `slash${'/usr/..'.repeat(count)}/etc/passwd`),
  ];
  /** Spellings that other systems take for something else; here they are names of files that do not exist. */
  const names = [
    '%2e%2e/outside/secret.txt',
    '..%2foutside%2fsecret.txt',
    '..\\outside\\secret.txt',
    '~/secret',
    '$HOME/x',
    '..;/outside/secret.txt',
    '．．/outside/secret.txt',
    '..%c0%afoutside',
    'file:///etc/passwd',
    'C:\\Windows',
    '....//outside/secret.txt',
    '..%00/outside',
    'ｅtc/passwd',
    '\u202e/etc',
    'SECRET-LINK',
    'Out/secret.txt',
  ];

  const outcome = async (run: () => Promise<string>): Promise<string> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ToolError) return error.code;
      throw error;
    }
  };
  const read = (path: string, by = files): Promise<string> =>
    outcome(async () => {
      const { file } = await by.openForRead(path);
      try {
        return `read: ${await file.readFile('utf8')}`;
      } finally {
        await file.close();
      }
    });

  it('knows at least 150 vectors', () => expect(vectors().length + names.length).toBeGreaterThanOrEqual(150));

  it('reads nothing outside', async () => {
    const escapes: string[] = [];
    for (const path of [...vectors(), ...names]) {
      const told = await read(path);
      if (told.startsWith('read:')) escapes.push(`${path.slice(0, 60)} → ${told.slice(0, 40)}`);
    }
    expect(escapes).toEqual([]);
  });

  it('writes and removes nothing outside', async () => {
    const before = execFileSync('find', [base, '-not', '-path', `${root}/*`, '-newermt', '@0'], { encoding: 'utf8' });
    for (const path of vectors()) {
      await outcome(async () => (await files.write(path, 'overwritten')).path);
      await outcome(() => files.remove(path));
    }
    const after = execFileSync('find', [base, '-not', '-path', `${root}/*`, '-newermt', '@0'], { encoding: 'utf8' });
    expect(after).toBe(before);
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(SECRET);
  });

  it('replaces a hard link instead of writing through it', async () => {
    linkSync(join(outside, 'secret.txt'), join(root, 'hard'));
    await files.write('hard', 'mine');
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(SECRET);
    expect(readFileSync(join(root, 'hard'), 'utf8')).toBe('mine');
  });

  it('does not hang on what is not a file', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await outcome(async () => (await files.write('pipe', 'x')).path)).toBe('invalid_args');
  });

  it('loses no race against links that come and go, a thousand times', async () => {
    mkdirSync(join(root, 'race'));
    mkdirSync(join(root, 'real'));
    writeFileSync(join(root, 'race', 'secret.txt'), 'inside');
    let running = true;
    const swapper = (async () => {
      while (running) {
        await rename(join(root, 'race'), join(root, 'aside')).catch(() => undefined);
        await symlink(outside, join(root, 'race')).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        await unlink(join(root, 'race')).catch(() => undefined);
        await rename(join(root, 'aside'), join(root, 'race')).catch(() => undefined);
      }
    })();
    let escaped = 0;
    for (let round = 0; round < 1000; round++) {
      const told = await read('race/secret.txt');
      if (told.includes(SECRET)) escaped++;
      await outcome(async () => (await files.write('race/new.txt', 'x')).path);
    }
    running = false;
    await swapper;
    expect(escaped).toBe(0);
    expect(execFileSync('ls', [outside], { encoding: 'utf8' }).trim()).toBe('secret.txt');
  });

  it('would let some through if it only compared texts', async () => {
    const naive = (path: string): string => join(root, path);
    const fooled = vectors().filter((path) => {
      try {
        return (
          !path.includes('\0') && naive(path).startsWith(root) && readFileSync(naive(path), 'utf8').includes(SECRET)
        );
      } catch {
        return false;
      }
    });
    expect(fooled.length).toBeGreaterThan(10);
    renameSync(join(root, 'inside.txt'), join(root, 'still-inside.txt'));
    expect(await read('still-inside.txt')).toBe('read: fine');
  });
});
