// Starts what is measured: always a process of its own, on a free port, in a temporary folder.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../scripts/paths.mjs';
import { WireClient } from './wire-client.mjs';

export const TOKEN = 'benchmark-token-that-nobody-can-guess-0123456789';

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A helper program of `bench/programs`; resolves when its port answers. */
export async function startProgram(name, env = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [at('bench', 'programs', name), String(port)], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  await answers(port);
  return { port, child, stop: () => kill(child, 'SIGKILL') };
}

export class BenchGateway {
  constructor(child, port, stateDir) {
    this.child = child;
    this.port = port;
    this.stateDir = stateDir;
  }

  /** @param services port of the model and of Telegram */
  static prepare(services) {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-bench-'));
    const config = {
      gateway: { mode: 'local', auth: { mode: 'token', token: TOKEN }, tools: { allow: ['exec'] } },
      models: {
        providers: {
          instant: {
            baseUrl: `http://127.0.0.1:${services}/v1`,
            apiKey: 'none',
            api: 'openai-completions',
            models: [{ id: 'instant', name: 'instant' }],
          },
        },
      },
      agents: {
        defaults: {
          model: { primary: 'instant/instant' },
          maxConcurrent: 20,
          memorySearch: { provider: 'none' },
        },
        list: [
          { id: 'main', default: true },
          {
            id: 'vectors',
            memorySearch: {
              provider: 'openai',
              remote: { baseUrl: `http://127.0.0.1:${services}/v1`, apiKey: 'none' },
            },
          },
        ],
      },
      channels: { telegram: { botToken: '7000:bench-token-bench-token', apiRoot: `http://127.0.0.1:${services}` } },
      logging: { level: 'warn', consoleLevel: 'warn' },
    };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(config), { mode: 0o600 });
    return stateDir;
  }

  /** Starts it and logs in as soon as that works. Returns the milliseconds from spawn to hello-ok. */
  static async start(stateDir, allowedOrigin = '', program = [at('bin', 'openclaw')], env = {}) {
    const port = await freePort();
    const spawned = performance.now();
    const child = spawn(process.execPath, [...program, 'gateway', 'run'], {
      env: { ...environment(stateDir, port), OPENCLAW_ALLOW_PRIVATE_ORIGINS: allowedOrigin, ...env },
      stdio: 'ignore',
    });
    for (;;) {
      const client = await WireClient.connect(port, TOKEN).catch(() => undefined);
      if (client) {
        const gateway = new BenchGateway(child, port, stateDir);
        gateway.startMs = performance.now() - spawned;
        client.close();
        return gateway;
      }
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  /** Resident memory in MiB. */
  get residentMiB() {
    const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'));
    return Number(kib) / 1024;
  }

  /** Processor time used so far, in milliseconds. */
  get cpuMs() {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop() {
    await kill(this.child, 'SIGTERM');
  }

  remove() {
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

/** Runs a program to its end. Returns milliseconds and, where asked for, most memory in MiB. */
export async function timed(args, { env = process.env, memory = false } = {}) {
  const preload = memory ? ['--require', at('bench', 'programs', 'report-memory.cjs')] : [];
  const start = performance.now();
  const child = spawn(process.execPath, [...preload, ...args], { env, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  let reported = '';
  child.stdio[3].on('data', (chunk) => (reported += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { ms: performance.now() - start, memoryMiB: Number(reported) / 1024 };
}

export const environment = (stateDir, port) => ({
  ...process.env,
  OPENCLAW_STATE_DIR: stateDir,
  OPENCLAW_GATEWAY_PORT: String(port),
  OPENCLAW_UI_PORT: '0',
  OPENCLAW_SKIP_UPDATE_CHECK: '1',
  NO_COLOR: '1',
});

/** Resolves when something answers HTTP on a port. */
export async function answers(port) {
  for (;;) {
    const done = await fetch(`http://127.0.0.1:${port}/health`).then(
      () => true,
      () => false,
    );
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function kill(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return gone;
}

export function changeConfig(stateDir, edit) {
  const file = join(stateDir, 'openclaw.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  edit(config);
  writeFileSync(file, JSON.stringify(config));
}

/** Runs a command of ours to its end. */
export const cli = (stateDir, ...args) =>
  execFileSync(process.execPath, [at('bin', 'openclaw'), ...args], { env: environment(stateDir, 0), stdio: 'ignore' });
