import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { GatewayProcess, OPENCLAW, TEST_TOKEN, cleanEnvironment, freePort, until } from '../harness/gateway-process';
import { CliWorker, runCliShared } from '../harness/cli-worker';
import { type CliResult, runCli } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

/** Every command that ends by itself, with what it needs. */
const COMMANDS: string[][] = [
  ['status'],
  ['health'],
  ['gateway', 'status'],
  ['agent', '--message', 'time'],
  ['sessions', 'list'],
  ['channels', 'list'],
  ['models', 'list'],
  ['devices', 'list'],
  ['pairing', 'list'],
  ['approvals', 'pending'],
  ['trace', 'nothing'],
  ['runs', 'list'],
  ['explain', 'boot'],
  ['explain', 'tools'],
  ['policy', 'test', 'exec'],
  ['secrets', 'list'],
  ['secrets', 'audit'],
  ['secrets', 'move', '--dry-run'],
  ['logs'],
  ['doctor'],
  ['docs', 'backup'],
  ['completion', 'bash'],
  ['reset', '--scope', 'config', '--dry-run'],
  ['uninstall', '--all', '--dry-run'],
  ['dashboard', '--no-open'],
  ['config', 'path'],
  ['config', 'show'],
  ['config', 'get', 'gateway'],
  ['config', 'get', 'nothing.here'],
  ['config', 'validate'],
  ['config', 'schema'],
  ['config', 'history'],
  ['config', 'set', 'ui.assistant.name', 'Nest'],
  ['config', 'unset', 'ui.assistant.name'],
  ['nonsense'],
  ['config', 'nonsense'],
  ['health', '--nonsense'],
];

describe('command line', () => {
  describe('without a gateway', () => {
    let stateDir: string;
    let port: number;
    let cli: CliWorker;
    const run = (...args: string[]): Promise<CliResult> => cli.run(...args);

    beforeAll(async () => {
      stateDir = mkdtempSync(join(tmpdir(), 'openclaw-cli-'));
      port = await freePort();
      cli = CliWorker.start({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port) });
    });
    afterAll(async () => {
      await cli.stop();
      rmSync(stateDir, { recursive: true, force: true });
    });

    it('says what it is and what it can do', async () => {
      // Each of them is answered by the executable in a way of its own.
      const run = (...args: string[]): Promise<CliResult> =>
        runCli(args, { env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port) } });
      expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
      for (const args of [[], ['--help'], ['help']]) {
        const help = await run(...args);
        expect(help.code).toBe(0);
        for (const command of [
          'gateway',
          'status',
          'health',
          'agent',
          'sessions',
          'config',
          'channels',
          'models',
          'logs',
          'doctor',
          'trace',
          'runs',
          'explain',
        ])
          expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      }
      expect((await run('config', '--help')).stdout).toContain('restore');
      expect((await run('gateway', 'run', '--help')).stdout).toContain('--force');
    });

    it.each<[string[], number, string]>([
      [['staus'], 2, 'error: unknown command "staus"; did you mean "status"? see: openclaw --help\n'],
      [['xyzzy'], 2, 'error: unknown command "xyzzy"; see: openclaw --help\n'],
      [['health', '--colour'], 2, "error: unknown option '--colour'\n"],
      [['gateway', 'fly'], 2, 'error: unknown command "gateway fly"; see: openclaw gateway --help\n'],
      [['gateway', 'run', '--port', '99999'], 2, 'error: --port must be a whole number from 0 to 65535, got "99999"\n'],
      [
        ['gateway', 'run', '--bind', 'all'],
        2,
        'error: --bind must be one of loopback, lan, tailnet, auto, custom, got "all"\n',
      ],
      [
        ['health', 'now'],
        2,
        'error: too many arguments for "health": it takes none, and "now" is one more; see: openclaw health --help\n',
      ],
      [['agent'], 2, 'error: agent needs --message <text>\n'],
      [['health', '--timeout', 'soon'], 2, 'error: --timeout must be a whole number of at least 1, got "soon"\n'],
      [
        ['--log-level', 'loud', 'health'],
        2,
        'error: --log-level must be one of silent, fatal, error, warn, info, debug, trace, got "loud"\n',
      ],
      [['config', 'get', 'nothing.here'], 1, 'error: nothing.here is not set\n'],
      [
        ['config', 'get', 'a..b'],
        2,
        'error: "a..b" is no configuration path; write it like gateway.port, agents.list[0].id or models.providers["a.b"].baseUrl\n',
      ],
    ])('%j ends with %i and says why', async (args, code, stderr) => {
      expect(await run(...args)).toEqual({ code, stdout: '', stderr });
    });

    it.each([
      ['health'],
      ['agent', '--message', 'hi'],
      ['sessions', 'list'],
      ['models', 'list'],
      ['channels', 'list'],
      ['trace', 'x'],
      ['explain', 'boot'],
    ])('%s %s says plainly that no gateway runs', async (...args) => {
      expect(await run(...args)).toEqual({
        code: 69,
        stdout: '',
        stderr: `error: no gateway answers at ws://127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port}); start one with: openclaw gateway run\n`,
      });
    });

    it('names a port variable that is no port', async () => {
      const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: 'abc' };
      expect(await runCli(['health'], { env })).toEqual({
        code: 78,
        stdout: '',
        stderr: 'error: OPENCLAW_GATEWAY_PORT must be a port from 0 to 65535, got "abc"\n',
      });
    });

    it.each(COMMANDS)('%s %s %s --json prints exactly one JSON value', async (...args) => {
      const { stdout, code } = await run(...args.filter(Boolean), '--json');
      const value = JSON.parse(stdout) as { error?: { code: string; message: string } };
      expect(stdout.endsWith('\n')).toBe(true);
      // A status that says "not running" is a report, not an error.
      if (code !== 0 && !['status', 'gateway'].includes(args[0] as string)) {
        expect(value.error).toEqual(
          expect.objectContaining({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) }),
        );
      }
    });

    it('ends quietly when its reader leaves', async () => {
      const child = spawn('sh', ['-c', `"${process.execPath}" "${OPENCLAW}" config schema | head -1`], {
        env: cleanEnvironment({ OPENCLAW_STATE_DIR: stateDir }),
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
      expect(stderr).toBe('');
    });
  });

  describe('of the configuration', () => {
    let stateDir: string;
    let file: string;
    const run = (...args: string[]): Promise<CliResult> =>
      runCliShared(['config', ...args], { env: { OPENCLAW_STATE_DIR: stateDir } });

    beforeEach(() => {
      stateDir = mkdtempSync(join(tmpdir(), 'openclaw-cli-'));
      file = join(stateDir, 'openclaw.json');
      writeFileSync(file, '// mine\n{ gateway: { port: 19001, auth: { token: "very-secret-token" } } }\n', {
        mode: 0o600,
      });
    });
    afterEach(() => {
      rmSync(stateDir, { recursive: true, force: true });
    });

    it('sets, gets and unsets single values and keeps the rest of the file', async () => {
      expect((await run('set', 'gateway.port', '19002')).code).toBe(0);
      expect((await run('get', 'gateway.port')).stdout).toBe('19002\n');
      expect(readFileSync(file, 'utf8')).toMatch(/^\/\/ mine\n/);
      expect((await run('unset', 'gateway.port')).code).toBe(0);
      expect(await run('get', 'gateway.port')).toMatchObject({ code: 1 });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    it('shows no secret', async () => {
      await run('set', 'gateway.port', '19003');
      expect((await run('history', '--diff')).stdout).toMatch(/-.*19001[\s\S]*\+.*19003/);
      for (const args of [
        ['history', '--diff'],
        ['get', 'gateway'],
        ['show'],
        ['get', 'gateway.auth.token'],
        ['show', '--json'],
      ]) {
        const { stdout, stderr } = await run(...args);
        expect(stdout + stderr).not.toContain('very-secret-token');
      }
    });

    it('writes nothing that is not valid', async () => {
      const before = readFileSync(file, 'utf8');
      expect(await run('set', 'gateway.port', 'abc')).toEqual({
        code: 78,
        stdout: '',
        stderr: `error: ${file} is not valid:\n  gateway.port: must be integer, got "abc"\n`,
      });
      expect(readFileSync(file, 'utf8')).toBe(before);
    });

    it('brings an earlier content back', async () => {
      const before = readFileSync(file, 'utf8');
      await run('set', 'gateway.port', '19002');
      const entries = JSON.parse((await run('history', '--json')).stdout) as { number: number }[];
      expect(entries.map((entry) => entry.number)).toEqual([1, 2]);
      expect((await run('restore', '1')).code).toBe(0);
      expect(readFileSync(file, 'utf8')).toBe(before);
      expect(await run('restore', '9')).toMatchObject({
        code: 78,
        stderr: 'error: there is no history entry 9; "openclaw config history" lists them\n',
      });
    });

    it('merges a patch', async () => {
      expect((await run('patch', '{ gateway: { port: null, bind: "loopback" } }')).code).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toContain('19001');
      expect((await run('get', 'gateway.bind')).stdout).toBe('loopback\n');
    });

    it('doctor --fix rewrites keys of older releases, keeps the rest, and closes files', async () => {
      writeFileSync(file, '{ // mine\n  logging: { level: "warn" }, telegram: { botToken: "${BOT}" }, // old\n}', {
        mode: 0o644,
      });
      chmodSync(file, 0o644);
      const doctor = (...args: string[]) =>
        runCliShared(['doctor', ...args], { env: { OPENCLAW_STATE_DIR: stateDir, BOT: '7:x' } });
      expect((await doctor()).stdout).toContain('channels.telegram');
      const fixed = await doctor('--fix');
      expect(fixed.stdout).toMatch(/fixed .*chmod 600[\s\S]*fixed .*providers->channels/);
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('// mine');
      expect(JSON5.parse(text)).toMatchObject({
        logging: { level: 'warn' },
        channels: { telegram: { botToken: '${BOT}' } },
      });
      expect(JSON5.parse(text)).not.toHaveProperty('telegram');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await doctor('--fix')).stdout).not.toContain('fixed');
    });

    it('doctor sees a file that others can read', async () => {
      chmodSync(file, 0o644);
      const { code, stdout } = await runCliShared(['doctor'], { env: { OPENCLAW_STATE_DIR: stateDir } });
      expect(code).toBe(1);
      expect(stdout).toContain(`files.open: ${file} is open to other users (644)`);
      expect(stdout).toContain(`fix: chmod 600 ${file}`);
    });
  });

  describe('with a gateway', () => {
    let gateway: GatewayProcess;
    let cli: CliWorker;
    const run = (...args: string[]): Promise<CliResult> => cli.run(...args);

    beforeAll(async () => {
      gateway = await GatewayProcess.start();
      cli = CliWorker.start({ OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) });
    });
    afterAll(async () => {
      await cli.stop();
      await gateway.stop();
    });

    it('gets an answer, at once or as a stream', async () => {
      expect(await run('agent', '--message', 'write hello to greeting.txt')).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(join(gateway.stateDir, 'workspace', 'greeting.txt'), 'utf8')).toBe('hello\n');
      const answer = await run('agent', '--message', 'read greeting.txt', '--session', 'cli', '--json');
      expect(JSON.parse(answer.stdout)).toMatchObject({
        status: 'ok',
        result: { payloads: [{ text: expect.stringContaining('hello') }] },
      });
      expect((await run('agent', '--message', 'help', '--stream')).stdout).toContain('I am the offline assistant');
    });

    it('shows what there is', async () => {
      expect((await run('status')).stdout).toMatch(
        /^Gateway: +running at ws:\/\/127\.0\.0\.1:\d+.*\nModel: +offline\/assistant\n/,
      );
      expect((await run('gateway', 'status')).stdout).toMatch(/^running at ws:.* as process \d+, version/);
      expect((await run('health')).code).toBe(0);
      expect((await run('models', 'list')).stdout).toContain('offline');
      expect((await run('sessions', 'list')).stdout).toContain('agent:main:main');
      expect((await run('explain', 'boot')).stdout).toContain('startup log');
      expect((await run('logs')).stdout).toContain('[storage] database schema updated');
    });

    it.each(COMMANDS.filter(([name]) => name !== 'config'))(
      '%s %s %s --json prints exactly one JSON value',
      async (...args) => {
        const { stdout } = await run(...args.filter(Boolean), '--json');
        expect(() => JSON.parse(stdout) as unknown).not.toThrow();
      },
    );

    it('lists runs with what became of them, so that one can be followed', async () => {
      const client = await WireClient.connected(gateway.url);
      await client.call('chat.send', { sessionKey: 'listed', message: 'list', idempotencyKey: 'listed-1' });
      await client.call('agent.wait', { runId: 'listed-1' });
      await client.call('chat.send', { sessionKey: 'listed', message: '/status', idempotencyKey: 'listed-2' });
      await client.call('agent.wait', { runId: 'listed-2' });
      client.close();
      const { stdout } = await run('runs', 'list', '--session', 'listed', '--json');
      const { runs } = JSON.parse(stdout) as { runs: Record<string, unknown>[] };
      expect(runs).toMatchObject([
        { id: 'listed-2', kind: 'command', state: 'answered', origin: 'webchat/default' },
        { id: 'listed-1', kind: 'turn', state: 'answered', sessionKey: 'agent:main:listed' },
      ]);
      expect(Number(runs[1]?.['endedAt'])).toBeGreaterThanOrEqual(Number(runs[1]?.['startedAt']));
      expect((await run('runs', 'list', '--limit', '1')).stdout).toContain('listed-2');
      expect((await run('trace', String(runs[0]?.['id']))).stdout).toContain('command started');
      expect(await run('runs', 'list', '--state', 'lost')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('state'),
      });
    });

    it('follows a message through all its stations', async () => {
      const client = await WireClient.connected(gateway.url);
      await client.call('chat.send', { sessionKey: 'main', message: 'list', idempotencyKey: 'traced-1' });
      await client.call('agent.wait', { runId: 'traced-1' });
      client.close();
      const { stdout } = await run('trace', 'traced-1');
      for (const hop of [
        'received',
        'turn started',
        'model started',
        'tool started',
        'tool finished',
        'turn ended',
        'answered',
      ])
        expect(stdout).toContain(hop);
      expect(await run('trace', 'nobody')).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') });
    });

    it('is refused with a wrong token', async () => {
      expect(await run('health', '--token', 'wrong')).toMatchObject({ code: 77, stdout: '' });
    });

    it('gives up in time', async () => {
      const silent = await import('node:net').then((net) => net.createServer(() => undefined).listen(0, '127.0.0.1'));
      await until('a port', () => silent.listening);
      const { port } = silent.address() as { port: number };
      expect(await run('health', '--url', `ws://127.0.0.1:${port}`, '--timeout', '300')).toMatchObject({ code: 75 });
      silent.close();
    });

    it('prints the login link with the token behind the #', async () => {
      expect((await run('dashboard', '--no-open')).stdout).toMatch(
        new RegExp(`^http://127\\.0\\.0\\.1:\\d+/#token=${TEST_TOKEN}\n$`),
      );
    });
  });
});
