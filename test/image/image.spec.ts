import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { cleanEnvironment, freePort, until } from '../harness/gateway-process';

const root = resolve(__dirname, '../..');
const COMPOSE = process.env['TEST_COMPOSE'] ?? '';

/** Paths of the packages that stay after `npm prune --omit=dev`. */
function productionPackages(): string[] {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return [...new Set(listed.split('\n').filter((path) => path.includes('node_modules')))];
}

describe('image', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-image-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('copies into its last stage everything that the gateway needs, and the health check sees it', async () => {
    const app = join(folder, 'app');
    const copied = [
      ...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY --from=build \/app\/(\S+) /gm),
    ].map(([, path = '']) => path);
    expect(copied).toContain('node_modules');
    for (const path of copied.filter((entry) => entry !== 'node_modules'))
      cpSync(join(root, path), join(app, path), { recursive: true });
    for (const path of productionPackages()) {
      cpSync(path, join(app, relative(root, path)), {
        recursive: true,
        filter: (source) => !/[/\\]node_modules$/.test(relative(path, source)),
      });
    }
    cpSync(join(root, 'scripts/image'), join(app, 'scripts/image'), { recursive: true });
    execFileSync('sh', [join(app, 'scripts/image/state.sh'), join(folder, 'data')]);
    expect(statSync(join(folder, 'data')).mode & 0o1777).toBe(0o1777);

    const port = await freePort();
    const env = cleanEnvironment({
      NODE_ENV: 'production',
      HOME: join(folder, 'data'),
      OPENCLAW_STATE_DIR: join(folder, 'data', 'state'),
      OPENCLAW_GATEWAY_PORT: String(port),
      OPENCLAW_UI_PORT: '0',
    });
    const healthy = (): Promise<number | null> =>
      new Promise((done) =>
        spawn(process.execPath, [join(app, 'scripts/image/healthy.mjs')], { env }).once('exit', done),
      );
    expect(await healthy()).toBe(1);
    const gateway = spawn(process.execPath, [join(app, 'bin/openclaw'), 'gateway', 'run'], {
      env,
      cwd: join(folder, 'data'),
    });
    let output = '';
    gateway.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    gateway.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    try {
      await until(`health, had: ${output}`, async () => (await healthy()) === 0, 20_000);
      await until('the banner', () => output.includes(', 0 errors'));
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')]);
    } finally {
      gateway.kill('SIGTERM');
      await new Promise((done) => gateway.once('exit', done));
    }
  }, 120_000);

  (COMPOSE ? it : it.skip)('has a compose file that compose understands: loopback only, a volume, restarts', () => {
    cpSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
    cpSync(join(root, '.env.example'), join(folder, '.env'));
    const config = execFileSync(COMPOSE, ['config'], { cwd: folder, encoding: 'utf8' });
    expect(config).toContain('restart: unless-stopped');
    expect(config).toMatch(/state:\/data/);
    for (const port of ['18789', '8080']) expect(config).toContain(`127.0.0.1:${port}:${port}/tcp`);
  });

  it('uses only scripts that exist, for every step', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const runs = [...dockerfile.matchAll(/^RUN (.*)$/gm)].map(([, command = '']) => command);
    expect(runs.length).toBeGreaterThan(1);
    for (const command of runs) for (const step of command.split(' && ')) expect(step).toMatch(/^sh \S+\.sh/);
    for (const [, script = ''] of dockerfile.matchAll(/(scripts\/image\/[\w.]+)/g))
      expect([script, existsSync(join(root, script))]).toEqual([script, true]);
  });
});
