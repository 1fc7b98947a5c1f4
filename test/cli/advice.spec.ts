import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { COMMAND_TABLE } from '../../src/cli/command-table';
import { OPENCLAW, cleanEnvironment, freePort } from '../harness/gateway-process';

const ROOT = resolve(__dirname, '../..');
const GLOBAL = ['--help', '--version'];

/** Calls that end with an advice, without a gateway. */
const CALLS: string[][] = [
  ['staus'],
  ['health'],
  ['agent', '-m', 'hello'],
  ['dashboard'],
  ['status'],
  ['gateway', 'status', '--json'],
  ['gateway', '--port', '1', 'status'],
  ['config', 'gett'],
  ['config', 'restore', '999'],
  ['migrate', 'plan'],
  ['plugins', 'list'],
  ['policy', 'test'],
  ['--profile', 'advised', 'health'],
];

/** What is printed as a command to be typed: the name it goes by, and the words behind it. */
function advised(output: string, name: string): string[] {
  return output
    .split('\n')
    .flatMap((line) => line.split(name + ' ').slice(1))
    .map((rest) => (/^(?:--profile \S+ )?(--help|[a-z]+)/.exec(rest)?.[0] ?? '').trim());
}

describe('advice', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-advice-')));
    for (const name of ['elsewhere', 'programs']) mkdirSync(join(folder, name));
    symlinkSync(OPENCLAW, join(folder, 'programs', 'openclaw'));
    env = {
      ...cleanEnvironment(),
      PATH: '/usr/bin:/bin',
      HOME: folder,
      OPENCLAW_GATEWAY_PORT: String(await freePort()),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const shell = (line: string, cwd: string, path: string): { code: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line], {
      cwd,
      env: { ...env, PATH: path },
      encoding: 'utf8',
      input: '',
    });
    return { code: status, output: stdout + stderr };
  };

  it.each([
    ['in the clone', ROOT, '/usr/bin:/bin', 'bin/openclaw'],
    ['in another folder', 'elsewhere', '/usr/bin:/bin', OPENCLAW],
    ['with a link on the PATH', 'elsewhere', 'programs', 'openclaw'],
  ])('names commands that work, %s', (_, cwd, path, name) => {
    const place = cwd === ROOT ? ROOT : join(folder, cwd);
    const search = path === 'programs' ? `${join(folder, 'programs')}:/usr/bin:/bin` : path;
    const found = new Set<string>();
    for (const args of CALLS) {
      const { output } = shell(`${process.execPath} ${OPENCLAW} ${args.join(' ')}`, place, search);
      if (name !== 'openclaw') expect(output).not.toMatch(/(^|[^/])\bopenclaw (--help|[a-z]+ )/);
      for (const command of advised(output, name)) found.add(command);
    }
    expect([...found]).toEqual(
      expect.arrayContaining(['--help', 'gateway', 'config', 'plugins', '--profile advised gateway']),
    );
    for (const command of found) {
      const known = command.replace(/^--profile \S+ /, '');
      expect([...COMMAND_TABLE.map((entry) => entry.name), ...GLOBAL]).toContain(known);
      if (!GLOBAL.includes(known)) expect(shell(`${name} ${command} --help`, place, search)).toMatchObject({ code: 0 });
    }
    // The name itself, as the shell of that place finds it.
    expect(shell(`${name} --version`, place, search)).toMatchObject({ code: 0 });
    expect(shell(`${name} config path`, place, search)).toMatchObject({ code: 0 });
  });

  it('keeps the profile that was named by a flag', () => {
    const { code, output } = shell(`${process.execPath} ${OPENCLAW} --profile advised health`, folder, '/usr/bin:/bin');
    expect(code).toBe(69);
    expect(output).toContain(`start one with: ${OPENCLAW} --profile advised gateway run\n`);
  });
});
