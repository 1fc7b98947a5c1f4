import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAllowlist } from '../../src/tools/approvals/exec-allowlist';
import type { ExecRule } from '../../src/tools/approvals/exec-rules';
import { plainArgv } from '../../src/tools/exec/exec-permit.service';
import { BY_ANOTHER, BY_THE_SHELL } from './host-commands/by-another';

describe('what an owner listed vouches for nothing else', () => {
  let folder: string;
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-listed-')));
    writeFileSync(join(folder, 'notes.txt'), 'x');
    writeFileSync(join(folder, 'ls'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What owners list: programs with arguments, each of them in use. */
  const LISTED: [string, ...string[]][] = [
    ['ls'],
    ['ls', '-la'],
    ['git', 'status'],
    ['git', 'fetch'],
    ['git', 'log', '--oneline', '...'],
    ['git', 'grep', '*'],
    ['git', 'ls-remote', '*'],
    ['tar', 'tf', '*'],
    ['tar', 'cf', '*', '...'],
    ['find', '.', '-name', '*'],
    ['ssh', 'host', 'uptime'],
    ['rsync', '*', '*'],
    ['sed', '-n', '1p', '*'],
    ['make', 'test'],
    ['npm', 'run', 'test'],
    ['python3', 'report.py'],
    ['node', 'app.js'],
    ['zip', '*', '*'],
    ['curl', 'https://example.org/**'],
    ['sort', '*'],
    ['docker', 'ps'],
    ['pip', 'list'],
  ];
  const rules = LISTED.flatMap(([name, ...args]): ExecRule[] =>
    ['/usr/bin', '/bin', '/usr/local/bin'].map((at) => ({ pattern: `${at}/${name}`, args })),
  );
  const check = (command: string, more: { rules?: ExecRule[]; patterns?: string[] }) =>
    checkAllowlist(
      command,
      { patterns: [], safeBins: ['sort', 'head', 'grep'], workspace: folder, ...more },
      '/usr/local/bin:/usr/bin:/bin',
      folder,
    );

  it('and is run as it was listed', () => {
    expect(check('ls -la', { rules }).allowed).toBe(true);
    expect(check('sort notes.txt', { rules }).allowed).toBe(true);
    for (const command of ['printf tea | sort', 'echo tea; true', 'printf -v', 'echo -n tea && printf x'])
      expect([command, check(command, { patterns: ['/usr/bin/*', '/bin/*'] }).allowed]).toEqual([command, true]);
  });

  it.each([...BY_ANOTHER, ...BY_THE_SHELL].map((command) => [JSON.stringify(command), command] as const))(
    '%s is asked for',
    (_, command) => {
      expect(check(command, { rules }).allowed).toBe(false);
      // Nor is it let in by an entry for a whole folder of programs, whatever these may be given.
      if (!PLAIN_ONES.some((name) => command.startsWith(`${name} `)))
        expect(check(command, { patterns: ['/**', '/usr/bin/*', '/bin/**'] }).allowed).toBe(false);
    },
  );

  it('wrappers, shells, interpreters and what is not shown whole are never remembered', () => {
    const remembered = [...BY_ANOTHER, ...BY_THE_SHELL].filter((command) => check(command, { rules }).canRemember);
    expect(remembered).toEqual(
      BY_ANOTHER.filter((command) => PLAIN_ONES.some((name) => command.startsWith(`${name} `))),
    );
    for (const command of remembered)
      expect(check(command, {}).rule).toMatchObject({
        args: command.split(' ').slice(1),
        cwd: folder,
      });
  });
});

/** Of these the arguments say all that happens: they are remembered with exactly these. */
const PLAIN_ONES = ['dd', 'tee', 'ln'];

it('a program of many names is started by the one that was shown', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-names-')));
  writeFileSync(join(folder, 'box'), '#!/bin/sh\n');
  chmodSync(join(folder, 'box'), 0o755);
  symlinkSync('box', join(folder, 'greet'));
  const env = { PATH: folder };
  expect(plainArgv({ command: 'greet sh', cwd: '/', env })).toEqual([join(folder, 'greet'), 'sh']);
  rmSync(folder, { recursive: true });
});
