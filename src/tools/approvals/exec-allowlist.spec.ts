import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyseCommand } from './analyse-command';
import { checkAllowlist } from './exec-allowlist';

describe('command line taken apart', () => {
  it.each<[string, string[][]]>([
    ['ls -la', [['ls', '-la']]],
    ['grep \'a b\' x && wc -l | sort ; echo "done"', [['grep', 'a b', 'x'], ['wc', '-l'], ['sort'], ['echo', 'done']]],
    ['a||b', [['a'], ['b']]],
    ['ls;', [['ls']]],
  ])('%s', (command, argv) => {
    const analysis = analyseCommand(command);
    expect(analysis.ok && analysis.segments.map((segment) => segment.argv)).toEqual(argv);
  });

  it.each([
    'ls > out',
    'cat < in',
    'echo `id`',
    'echo $(id)',
    'echo $HOME',
    '(ls)',
    'ls *',
    'ls ~',
    'a & b',
    'ls \\\n-l',
    'a\nb',
    "echo 'open",
    'echo "$(id)"',
    'echo "`id`"',
    '&& ls',
    'ls |',
    '{ ls; }',
    'ls # x',
    'A=1 ls',
  ])('is not tried on %j', (command) => {
    expect(analyseCommand(command).ok).toBe(false);
  });
});

describe('allow-list', () => {
  let folder: string;
  const path = '/usr/bin:/bin';
  const check = (command: string, patterns: string[] = [], safeBins = ['grep', 'head', 'wc', 'sort']) =>
    checkAllowlist(command, { patterns, safeBins }, path, folder);

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-allow-')));
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\n');
    chmodSync(join(folder, 'tool'), 0o755);
    writeFileSync(join(folder, 'notes'), 'x');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets safe programs read what they are given by a pipe, but open no file', () => {
    expect(check('wc -l').allowed).toBe(true);
    expect(check('sort | head -3').allowed).toBe(true);
    expect(check('head notes')).toMatchObject({ allowed: false, reason: 'head is not on the allow-list' });
    expect(check('grep x /etc/passwd').allowed).toBe(false);
    expect(check('grep --file=list x').allowed).toBe(false);
  });

  it('lets listed programs run by their real path, all of them or none', () => {
    const tool = join(folder, 'tool');
    expect(check('./tool --now', [tool]).allowed).toBe(true);
    expect(check('./tool && curl http://x.example', [tool])).toMatchObject({
      allowed: false,
      reason: 'curl is not on the allow-list',
    });
    expect(check('./tool', [`${folder}/*`]).allowed).toBe(true);
    expect(check('./tool', ['/somewhere/else/tool']).allowed).toBe(false);
  });

  it('never lets a shell, interpreter or wrapper through, and never remembers one', () => {
    for (const command of [
      'sh -c x',
      'bash -lc x',
      'env ls',
      'python3 -c x',
      'node -e x',
      'xargs ls',
      'sudo ls',
      'find . -exec x',
    ]) {
      const [name = ''] = command.split(' ');
      expect([
        command,
        check(command, [`/usr/bin/${name}`, `/bin/${name}`, '/usr/bin/*', '/bin/*']).canRemember,
      ]).toEqual([command, false]);
      expect([command, check(command, ['/usr/bin/**', '/bin/**']).allowed]).toEqual([command, false]);
    }
  });

  it('asks for what it can not take apart', () => {
    expect(check('ls > x')).toMatchObject({
      allowed: false,
      reason: 'the command holds a redirection',
      canRemember: false,
    });
  });
});
