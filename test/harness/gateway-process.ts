import { ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { canShareProcess, handBack, takeProcess } from './gateway-pool';

export const OPENCLAW = resolve(__dirname, '../../bin/openclaw');
/** What gateways run; `npm run coverage` has them run the program as it measures it. */
const ENTRY = process.env['TEST_PROGRAM'] ? join(process.env['TEST_PROGRAM'], 'main.js') : OPENCLAW;
export const TEST_TOKEN = 'test-token-that-is-long-enough-to-be-unguessable';
/** A program whose coverage is measured starts in several times the time. */
const READY_MS = process.env['TEST_COVERAGE'] ? 300_000 : 60_000;

export interface GatewayProcessOptions {
  /** Merged over a minimal configuration. */
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** Kept and reused when given; else a temporary one that `stop` removes. */
  stateDir?: string;
  port?: number;
  args?: string[];
  /** Arguments of Node itself, before the program. */
  nodeArgs?: string[];
  /** Program to run instead of `bin/openclaw`. */
  entry?: string;
  /** Command line that it is run by, which ends with the program: a sandbox, a limit. */
  runBy?: readonly [string, ...string[]];
  /** Folder that it is started in. */
  cwd?: string;
  /** Don't wait for `/ready`. */
  dontWait?: boolean;
  /** Its process has run no other gateway before, and runs none after it; also where it is not waited for, by default. */
  ownProcess?: boolean;
}

/**
 * A real gateway: a process, a real port, a state directory of its own. One that {@link close} or {@link stop} ends hands its process to the
 * next, which finds the program loaded; a signal ends the process.
 */
export class GatewayProcess {
  readonly output: string[] = [];
  /** Another gateway may run in the process by now. */
  private isHandedBack = false;
  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
    readonly stateDir: string,
    private readonly ownsStateDir: boolean,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => this.output.push(chunk.toString('utf8').replaceAll('\0', '')));
    atWork().add(child);
    child.once('exit', () => atWork().delete(child));
  }

  static async start(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
    const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'openclaw-test-'));
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const port = options.port ?? (await freePort());
    if (options.config !== undefined || !options.stateDir) writeConfig(stateDir, options.config ?? {});
    const env = cleanEnvironment({
      OPENCLAW_STATE_DIR: stateDir,
      OPENCLAW_GATEWAY_PORT: String(port),
      OPENCLAW_UI_PORT: '0',
      ...options.env,
    });
    const child = isOrdinary(options) ? takeProcess(env) : GatewayProcess.spawn(options, env);
    const gateway = new GatewayProcess(child, port, stateDir, options.stateDir === undefined);
    if (!options.dontWait) await gateway.ready();
    return gateway;
  }

  private static spawn(options: GatewayProcessOptions, env: Record<string, string>): ChildProcess {
    const [program, ...args] = [
      ...(options.runBy ?? []),
      process.execPath,
      ...(options.nodeArgs ?? []),
      options.entry ?? ENTRY,
      'gateway',
      'run',
      ...(options.args ?? []),
    ] as [string, ...string[]];
    return spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.output.join('');
  }

  get exited(): boolean {
    return this.isHandedBack || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when `/ready` says so. */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (this.exited)
        throw new Error(`the gateway ended with ${this.child.exitCode ?? this.child.signalCode}:\n${this.log}`);
      const ready = await fetch(`${this.http}/ready`, { signal: AbortSignal.timeout(1000) }).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await pause(deadline - READY_MS);
    }
    await this.signal('SIGKILL');
    throw new Error(`the gateway did not become ready:\n${this.log}`);
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async end(): Promise<number | string> {
    if (!this.exited) await new Promise((resolve) => this.child.once('exit', resolve));
    return this.isHandedBack ? 0 : (this.child.exitCode ?? this.child.signalCode ?? 'unknown');
  }

  async signal(signal: NodeJS.Signals): Promise<number | string> {
    if (!this.exited) this.child.kill(signal);
    return this.end();
  }

  /** Ends it in good order, and leaves its state. */
  async close(): Promise<void> {
    if (!this.exited) this.isHandedBack = await handBack(this.child);
    if (this.isHandedBack) atWork().delete(this.child);
    await this.signal('SIGTERM');
  }

  /** Ends it, and removes a temporary state directory. */
  async stop(): Promise<void> {
    await this.close();
    if (this.ownsStateDir) rmSync(this.stateDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Processes that run a gateway now; the environment of the tests ends those that a failed test file leaves. */
const atWork = (): Set<ChildProcess> =>
  ((ChildProcess as unknown as { gatewaysAtWork?: Set<ChildProcess> }).gatewaysAtWork ??= new Set());

/** What can't be said to a process that runs already stands in none of the options. */
const isOrdinary = ({ args, nodeArgs, entry, runBy, cwd, dontWait, ownProcess }: GatewayProcessOptions): boolean =>
  [args, nodeArgs, entry, runBy, cwd, process.env['TEST_PROGRAM'], process.env['TEST_COVERAGE']].every(
    (each) => each === undefined,
  ) &&
  !(ownProcess ?? dontWait) &&
  canShareProcess();

export function writeConfig(stateDir: string, config: Record<string, unknown>): void {
  const { gateway, ...rest } = config as { gateway?: Record<string, unknown> };
  const whole = { gateway: { mode: 'local', auth: { mode: 'token', token: TEST_TOKEN }, ...gateway }, ...rest };
  writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(whole, null, 2), { mode: 0o600 });
}

/** A folder whose `openclaw` leads here, as after an installation: advice then says `openclaw`. */
function folderOfLink(): string {
  const folder = join(tmpdir(), `openclaw-test-path-${createHash('sha1').update(OPENCLAW).digest('hex').slice(0, 12)}`);
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(OPENCLAW, join(folder, 'openclaw'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return folder;
}

/** The environment without anything that configures a gateway or a model. */
export function cleanEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !name.startsWith('OPENCLAW_') && !/_(API_KEY|TOKEN)$/.test(name),
  );
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    NO_COLOR: '1',
    ...(process.env['TEST_COVERAGE'] ? { NODE_V8_COVERAGE: process.env['TEST_COVERAGE'] } : {}),
    OPENCLAW_SKIP_UPDATE_CHECK: '1',
    PATH: `${folderOfLink()}${delimiter}${process.env['PATH'] ?? ''}`,
    ...more,
  };
}

/** Where no system takes ports from for connections: one of these would be taken again before it is used. */
const PORTS = { from: 20_000, to: 32_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Waits until a condition holds; the error names what was waited for. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await pause(deadline - timeoutMs);
  }
}

/** Longer the longer something has been waited for: looking takes work of the program that is waited for as well. */
const pause = (since: number): Promise<void> =>
  new Promise((next) => setTimeout(next, Math.min(15 + (Date.now() - since) / 20, 75)));
