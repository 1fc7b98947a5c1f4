import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMAND_TABLE } from '../../src/cli/command-table';
import { SHELL_SCRIPTS } from '../../src/cli/completion/shell-scripts';
import { GatewayProcess, cleanEnvironment } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

const hasShell = (name: string): boolean => {
  try {
    execFileSync(name, ['-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const inShell = (name: string): typeof it => (process.env['CI'] === 'true' || hasShell(name) ? it : it.skip);

describe('openclaw completion', () => {
  let gateway: GatewayProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ config: { channels: { telegram: { enabled: false } } } });
    env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port), HOME: gateway.stateDir };
    const said = await runCli(['agent', '-m', 'time', '--session', 'shopping'], { env });
    expect(said).toMatchObject({ code: 0 });
  });
  afterAll(() => gateway.stop());

  const ask = async (...words: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await runCli(['__complete', ...words], { env });
    expect([code, stderr]).toEqual([0, '']);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0] ?? '');
  };
  const shell = (program: string, script: string): string =>
    execFileSync(program, ['-c', script], {
      encoding: 'utf8',
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const scriptFile = (name: keyof typeof SHELL_SCRIPTS): string => {
    const file = join(gateway.stateDir, `script.${name}`);
    writeFileSync(file, SHELL_SCRIPTS[name]);
    return file;
  };

  it('knows every command of the table, their flags, and the ids of this installation', async () => {
    expect(await ask('')).toEqual(COMMAND_TABLE.map(({ name }) => name));
    expect(await ask('config', 're')).toEqual(['restore']);
    expect(await ask('gateway', 'run', '--po')).toEqual(['--port']);
    expect(await ask('sessions', 'reset', 'agent:main:s')).toEqual(['agent:main:shopping']);
    expect(await ask('channels', 'start', '')).toEqual(['telegram']);
    expect(await ask('skills', 'info', '1p')).toEqual(['1password']);
    expect(await ask('config', 'get', 'gateway.au')).toContain('gateway.auth.mode');
  });

  it('prints nothing where something is wrong', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'openclaw-complete-'));
    writeFileSync(join(broken, 'openclaw.json'), '{ broken');
    writeFileSync(join(broken, 'openclaw-nest.sqlite'), 'no database');
    for (const words of [
      ['sessions', 'reset', ''],
      ['channels', 'start', ''],
      ['cron', 'rm', ''],
    ])
      expect(await runCli(['__complete', ...words], { env: { OPENCLAW_STATE_DIR: broken } })).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    rmSync(broken, { recursive: true });
  });

  inShell('bash')('completes in bash, behind colons too', () => {
    const completed = (line: string): string[] =>
      shell(
        'bash',
        `. ${scriptFile('bash')}; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _openclaw; printf '%s\\n' "\${COMPREPLY[@]}"`,
      )
        .split('\n')
        .filter(Boolean);
    expect(completed('openclaw conf')).toEqual(['configure', 'config']);
    expect(completed('openclaw sessions reset agent:main:s')).toEqual(['shopping']);
    expect(completed('openclaw sessions reset ')).toContain('agent:main:shopping');
  });

  inShell('zsh')('completes in zsh', () => {
    const script = [
      'autoload -Uz compinit && compinit -u -D',
      `. ${scriptFile('zsh')}`,
      '_describe() { print -rl -- "${(@P)4}"; }; _files() { :; }',
      'words=(openclaw sessions reset agent:main:s); CURRENT=4; _openclaw',
    ].join('\n');
    expect(shell('zsh', script)).toContain('agent\\:main\\:shopping');
  });

  inShell('fish')('completes in fish', () => {
    const found = shell('fish', `source ${scriptFile('fish')}; complete -C 'openclaw sessions reset agent:main:s'`);
    expect(found).toContain('agent:main:shopping');
  });

  it('is installed once, however often it is asked for', async () => {
    const start = join(gateway.stateDir, '.bashrc');
    writeFileSync(start, 'alias ll=ls\n');
    for (let times = 0; times < 2; times++)
      expect(await runCli(['completion', 'bash', '--install'], { env })).toMatchObject({ code: 0, stderr: '' });
    const text = readFileSync(start, 'utf8');
    expect(text.split('\n').filter((line) => line.includes('openclaw completion'))).toHaveLength(1);
    expect(text.startsWith('alias ll=ls\n')).toBe(true);
    if (hasShell('bash')) expect(shell('bash', `. ${start}; complete -p openclaw`)).toContain('_openclaw');
    expect(await runCli(['completion', 'tcsh'], { env })).toMatchObject({
      code: 2,
      stderr: 'error: the shell must be one of bash, zsh, fish, powershell, got "tcsh"\n',
    });
  });
});
