import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { FakeTelegram } from '../fakes/telegram-server';
import { freePort, until } from '../harness/gateway-process';

const ROOT = resolve(__dirname, '../..');
/** What a bare machine has. No compiler, no make, no Python, and git for the clone only. */
const PROGRAMS = ['sh', 'env', 'uname', 'cat', 'ls', 'mkdir', 'rm'];
const SET_UP_MS = 1_200_000;

const npm = (...args: string[]): string =>
  execFileSync('npm', args, { cwd: tmpdir(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** What keeps this from running here; undefined: nothing. */
function hindrance(): string | undefined {
  if (process.platform !== 'linux') return 'it is written for Linux';
  if (!existsSync(join(ROOT, '.git'))) return 'this copy is not a clone';
  try {
    npm('view', 'ms', 'version', '--fetch-retries=0', '--fetch-timeout=10000');
    return undefined;
  } catch {
    return 'no npm registry answers';
  }
}

const problem = hindrance();
if (problem !== undefined) {
  if (process.env['CI'] === 'true') throw new Error(`CI sets up a clean clone, but ${problem}`);
  process.stderr.write(`Note: ${problem}; a clean clone is not set up.\n`);
}
const maybe = problem === undefined ? describe : describe.skip;

maybe('a clean clone on a bare machine', () => {
  let folder: string;
  let clone: string;
  let registry: Record<string, string>;
  let started: ChildProcess | undefined;
  const at = (...parts: string[]): string => join(folder, ...parts);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-clone-'));
    clone = at('clone');
    mkdirSync(at('home'));
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone], { stdio: 'ignore' });
    // The registry, its certificates and its proxy are those of this machine, whatever they are; so is the cache.
    registry = {
      npm_config_userconfig: npm('config', 'get', 'userconfig'),
      npm_config_cache: npm('config', 'get', 'cache'),
      ...(Object.fromEntries(
        Object.entries(process.env).filter(([name]) => /^(https?_proxy|no_proxy|node_extra_ca_certs)$/i.test(name)),
      ) as Record<string, string>),
    };
    writeFileSync(
      at('no-github.cjs'),
      `const dns = require('node:dns'); const { lookup } = dns;
dns.lookup = (host, options, done = options) => /(^|\\.)github(usercontent)?\\.com$/.test(host)
  ? done(Object.assign(new Error('getaddrinfo ENOTFOUND ' + host), { code: 'ENOTFOUND' }))
  : lookup(host, options === done ? {} : options, done);`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  afterEach(async () => {
    if (started?.exitCode !== null || started.signalCode !== null) return;
    const ended = new Promise((done) => started?.once('exit', done));
    started.kill('SIGTERM');
    await ended;
  });

  /** A PATH of its own with this Node. */
  function pathWith(node: string): string {
    const bin = mkdtempSync(at('bin-'));
    for (const name of PROGRAMS) {
      const found = ['/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
      if (found !== undefined) symlinkSync(found, join(bin, name));
    }
    const npmFolder = resolve(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
    symlinkSync(join(npmFolder, 'bin', 'npm-cli.js'), join(bin, 'npm'));
    symlinkSync(node, join(bin, 'node'));
    return bin;
  }

  /** The Node of a major version, from the registry. */
  function nodeOfVersion(major: number): string {
    const place = at(`node-${major}`);
    const name = `node-${process.platform}-${process.arch}`;
    mkdirSync(place);
    npm('install', '--prefix', place, '--ignore-scripts', '--no-save', '--no-package-lock', `${name}@${major}`);
    return join(place, 'node_modules', name, 'bin', 'node');
  }

  /** A command of the README, as a newcomer types it, with what he has in place of what stands there. */
  function asInReadme(begin: string, replaced: string, by: string, env: Record<string, string>): string {
    const readme = readFileSync(join(clone, 'README.md'), 'utf8');
    const from = readme.indexOf(begin);
    if (from === -1) throw new Error(`the README has no command that begins with ${begin}`);
    const command = /^[^`\n]+/.exec(readme.slice(from))?.[0] ?? '';
    expect(command).toContain(replaced);
    const done = spawnSync('sh', ['-c', command.replace(replaced, by)], { cwd: clone, env, encoding: 'utf8' });
    expect([command, done.status, done.stderr]).toEqual([command, 0, '']);
    return done.stdout;
  }

  /** "Telegram" of the README; only the platform's address is none that a newcomer has to set. */
  async function connectTelegram(env: Record<string, string>): Promise<void> {
    const telegram = await FakeTelegram.start();
    try {
      const place = ['config', 'set', 'channels.telegram.apiRoot', JSON.stringify(telegram.apiRoot)];
      expect(spawnSync('bin/openclaw', place, { cwd: clone, env, encoding: 'utf8' }).status).toBe(0);
      asInReadme('bin/openclaw config set channels.telegram.botToken', '123456:ABC…', telegram.token, env);
      telegram.say({ chatId: 5, text: 'hello' });
      const code = (): string | undefined =>
        telegram
          .textsIn(5)
          .map((text) => /Pairing code: (\w+)/.exec(text)?.[1])
          .find((found) => found !== undefined);
      await until('a pairing code', () => code() !== undefined);
      asInReadme('bin/openclaw pairing approve telegram', '<code>', code() ?? '', env);
      telegram.say({ chatId: 5, text: 'help' });
      await until('an answer', () => telegram.textsIn(5).some((text) => text.includes('remind me in')));
    } finally {
      await telegram.stop();
    }
  }

  /** @param isNewcomer goes on with the README: connects Telegram and is answered there */
  async function startAndTalk(node: string, isNewcomer = false): Promise<string> {
    const bin = pathWith(node);
    const port = await freePort();
    const state = mkdtempSync(at('state-'));
    const env = {
      ...registry,
      PATH: bin,
      HOME: at('home'),
      NODE_OPTIONS: `--require ${at('no-github.cjs')}`,
      OPENCLAW_STATE_DIR: state,
      OPENCLAW_GATEWAY_PORT: String(port),
      OPENCLAW_UI_PORT: '0',
      OPENCLAW_DISABLE_BONJOUR: '1',
      OPENCLAW_SKIP_UPDATE_CHECK: '1',
    };
    let output = '';
    started = spawn(join(bin, 'npm'), ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const isOver = (): boolean => started?.exitCode !== null;
    await until('the banner', () => output.includes('Gateway listening on') || isOver(), SET_UP_MS);
    if (isOver()) throw new Error(`npm start ended with ${started.exitCode}:\n${output}`);

    const said = spawnSync(join(bin, 'node'), ['bin/openclaw', 'agent', '--message', 'help'], {
      cwd: clone,
      env,
      encoding: 'utf8',
    });
    expect([said.status, said.stderr]).toEqual([0, expect.any(String)]);
    expect(said.stdout).toContain('remind me in');
    if (isNewcomer) await connectTelegram(env);
    started.kill('SIGTERM');
    await until('port and lock are free', async () => {
      const isLocked = readdirSync(state).some((name) => name.endsWith('.lock'));
      const answers = await fetch(`http://127.0.0.1:${port}/health`).then(
        () => true,
        () => false,
      );
      return !isLocked && !answers;
    });
    return output;
  }

  it(
    'is set up by npm start alone, answers in the terminal and on Telegram as the README says, and stops',
    async () => {
      const output = await startAndTalk(process.execPath, true);
      expect(output).toMatch(/Installing \d+ packages: done in/);
      expect(output).toContain('Compiling: done in');
      expect(output).not.toMatch(/npm (warn|error)/i);
      expect(readFileSync(join(clone, '.setup', 'setup.log'), 'utf8')).not.toMatch(
        /gyp (ERR|info|verb)|node-gyp rebuild|prebuild-install/,
      );
      // No package had its install script run.
      expect(readFileSync(join(clone, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    },
    SET_UP_MS,
  );

  it('has npm ci say nothing that nobody could act on', () => {
    const bin = pathWith(process.execPath);
    const said = spawnSync(join(bin, 'npm'), ['ci', '--dry-run'], {
      cwd: clone,
      env: { ...registry, PATH: [bin, '/usr/bin', '/bin'].join(delimiter), HOME: at('home') },
      encoding: 'utf8',
    });
    expect([said.status, said.stderr]).toEqual([0, '']);
  });

  it.each([22, 24])(
    'works with Node %i too',
    async (major) => {
      const output = await startAndTalk(nodeOfVersion(major));
      expect(output).toContain(`Node: v${major}.`);
      // The libraries are the same for every Node; of the build only the code cache is made anew.
      expect(output).not.toContain('Installing');
      expect(output).not.toContain('Compiling');
      expect(output).toContain('Preparing a quick start: done in');
      expect(output).not.toContain('ExperimentalWarning');
    },
    SET_UP_MS,
  );
});
