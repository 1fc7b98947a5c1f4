import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanEnvironment, freePort, until, writeConfig } from '../harness/gateway-process';

const ROOT = resolve(__dirname, '../..');
const EDITED = 'src/gateway/http/health.controller.ts';

describe('npm run dev', () => {
  const tree = mkdtempSync(join(tmpdir(), 'openclaw-dev-'));
  const at = (...parts: string[]): string => join(tree, ...parts);
  let dev: ChildProcess | undefined;
  let said = '';
  let port: number;

  const health = (): Promise<string> =>
    fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.text(),
      () => '',
    );

  beforeAll(async () => {
    const parts = ['src', 'scripts', 'bin', 'skills', 'dist', 'package.json', 'package-lock.json', 'tsconfig.json'];
    for (const name of parts)
      cpSync(join(ROOT, name), at(name), {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => path !== join(ROOT, 'dist', 'bundle'),
      });
    cpSync(join(ROOT, 'ui', 'src', 'locales'), at('ui', 'src', 'locales'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), at('node_modules'));
    // The build of this tree is the one that was copied.
    const stamp = `const { buildStamp, stampOf } = require('./scripts/up-to-date.cjs');
      require('node:fs').writeFileSync(stampOf('dist'), buildStamp());`;
    execFileSync(process.execPath, ['-e', stamp], { cwd: tree });
    port = await freePort();
    mkdirSync(at('state'), { mode: 0o700 });
    writeConfig(at('state'), {});
    dev = spawn(process.execPath, ['scripts/dev.mjs', '--port', String(port)], {
      cwd: tree,
      env: cleanEnvironment({ OPENCLAW_STATE_DIR: at('state'), OPENCLAW_UI_PORT: '0' }),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    dev.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    await until('the gateway is up', async () => (await health()).includes('"live"'));
  });
  afterAll(() => {
    dev?.kill('SIGKILL');
    rmSync(tree, { recursive: true, force: true });
  });

  const edit = (from: string, to: string): void => {
    const text = readFileSync(at(EDITED), 'utf8');
    expect(text).toContain(from);
    writeFileSync(at(EDITED), text.replace(from, to));
  };

  it('runs what was changed', async () => {
    edit(`'live' };`, `'live, and edited' };`);
    await until('the new answer', async () => (await health()).includes('"live, and edited"'));
    await until('a line about it', () => said.includes(`${EDITED}: taken in`));
    // What `npm start` finds is not what a build makes.
    expect(() => readFileSync(at('dist', '.openclaw-stamp'))).toThrow('ENOENT');
  });

  it('goes on with what it had when a change does not compile, and with the next that does', async () => {
    edit(`'live, and edited' };`, `'live, and };`);
    await until('the error', () => said.includes(`${EDITED}: error: `));
    expect(await health()).toContain('"live, and edited"');
    edit(`'live, and };`, `'live, mended' };`);
    await until('the new answer', async () => (await health()).includes('"live, mended"'));
  });

  it('ends the gateway with itself', async () => {
    const ended = new Promise((done) => dev?.once('exit', done));
    dev?.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await health()).toBe('');
  });
});
