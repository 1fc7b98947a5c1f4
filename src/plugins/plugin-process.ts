import type { ChildProcess } from 'node:child_process';
import { cutText } from '../common/cut-text';
import { OpenclawError } from '../common/openclaw-error';
import { settlesWithin } from '../common/sleep';
import { watchTree } from '../tools/sandbox/tree-watch';
import { startPlan } from '../tools/sandbox/start-plan';
import type { Brings } from './catalog/brings';
import type { SpawnPlan } from '../tools/sandbox/sandbox';

export type CallKind = 'tools' | 'methods' | 'hooks' | 'channels' | 'commands' | 'routes';

/** Names of a program's functions. */
export interface ProgramParts extends Record<'tools' | 'methods' | 'hooks' | 'channels', string[]> {
  /** Of a plugin made for OpenClaw: what it registered. */
  brings?: Brings;
}

export interface PluginCall {
  kind: CallKind;
  name: string;
  /** Function of a channel. */
  action?: string;
  input?: unknown;
  /** Undefined: for as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What the plugin asks of the gateway. The value goes back through JSON. */
export type PluginAsk = (call: string, args: Record<string, unknown>) => Promise<unknown>;

/** Failure of a plugin's function, with what it says of the fault. */
export class PluginCallError extends OpenclawError {
  constructor(
    message: string,
    readonly failure?: string,
    retryAfterMs?: number,
  ) {
    super('PLUGIN_CALL_FAILED', message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}

const LOAD_MS = 15_000;
const STOP_MS = 2000;
const PING_MS = 1000;
/** Pings in a row that nobody answers: then it hangs. */
const MAX_UNANSWERED = 4;
const MAX_LINE = 4 * 1024 * 1024;
/** What Node says of it before it ends. */
const OUT_OF_MEMORY = 'JavaScript heap out of memory';
const MAX_LOG_LINE = 2000;
const MAX_ASKS = 100;

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A plugin that runs. It ends by itself, or is ended: when it hangs, takes too much memory or says too much. */
export class PluginProcess {
  /** Why it is no longer there. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private readonly calls = new Map<number, Pending>();
  private readonly unwatch: () => void;
  private readonly timer: NodeJS.Timeout;
  private loading: Pending | undefined;
  private fault: string | undefined;
  private isLoaded = false;
  private isOver = false;
  private unanswered = 0;
  private lastId = 0;
  private asks = 0;
  private rest = '';
  private lastWords = '';
  private isOutOfMemory = false;

  constructor(
    plan: SpawnPlan,
    private readonly ask: PluginAsk,
    private readonly log: (text: string, level: string) => void,
  ) {
    this.child = startPlan(plan);
    const { child } = this;
    child.stdin?.on('error', () => undefined);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.note(text));
    this.unwatch =
      plan.limits && child.pid !== undefined
        ? watchTree(child.pid, plan.limits, (reason) => this.kill(`it took ${reason}`))
        : () => undefined;
    this.timer = setInterval(() => this.ping(), PING_MS);
    this.timer.unref();
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(this.over(`it can't be started: ${error.message}`)));
      child.once('close', (code, signal) => resolve(this.over(this.fault ?? this.ownEnd(signal ?? `code ${code}`))));
    });
  }

  /** @returns the functions that it has @throws OpenclawError PLUGIN_FAILED */
  async load(file: string, facts: object, readyMs = LOAD_MS): Promise<ProgramParts> {
    const loaded = new Promise<unknown>((resolve, reject) => (this.loading = { resolve, reject }));
    this.write({ op: 'load', file, facts });
    if (
      !(await settlesWithin(
        loaded.catch(() => undefined),
        readyMs,
      ))
    )
      this.kill(`it was not ready within ${readyMs} ms`);
    return (await loaded) as ProgramParts;
  }

  /** @throws PluginCallError, OpenclawError PLUGIN_TIMEOUT, PLUGIN_ENDED */
  async call({ timeoutMs, signal, ...what }: PluginCall): Promise<unknown> {
    if (this.isOver) throw new OpenclawError('PLUGIN_ENDED', await this.ended);
    const id = ++this.lastId;
    const abort = (): void => this.write({ op: 'abort', id });
    const done = new Promise<unknown>((resolve, reject) => this.calls.set(id, { resolve, reject }));
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            abort();
            this.settle(id, new OpenclawError('PLUGIN_TIMEOUT', `it took longer than ${timeoutMs} ms`));
          }, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    this.write({ op: 'call', id, ...what });
    try {
      return await done;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  async stop(): Promise<void> {
    this.fault ??= 'it was stopped';
    this.write({ op: 'stop' });
    if (!(await settlesWithin(this.ended, STOP_MS))) this.kill('it was stopped');
    await this.ended;
  }

  kill(reason: string): void {
    this.fault ??= reason;
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }

  private over(reason: string): string {
    this.isOver = true;
    clearInterval(this.timer);
    this.unwatch();
    this.loading?.reject(new OpenclawError('PLUGIN_FAILED', reason));
    for (const { reject } of this.calls.values()) reject(new OpenclawError('PLUGIN_ENDED', reason));
    this.calls.clear();
    return reason;
  }

  /** Not while it starts, which has a limit of its own: on a busy machine that takes its time. */
  private ping(): void {
    if (!this.isLoaded) return;
    if (++this.unanswered > MAX_UNANSWERED) this.kill(`it did not answer for ${MAX_UNANSWERED} seconds`);
    else this.write({ op: 'ping' });
  }

  private read(text: string): void {
    this.rest += text;
    for (let end = this.rest.indexOf('\n'); end >= 0; end = this.rest.indexOf('\n')) {
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + 1);
      if (line.startsWith('\x1e')) this.take(line.slice(1));
      else this.note(line);
    }
    if (this.rest.length > MAX_LINE) this.kill(`it said more than ${MAX_LINE} bytes at once`);
  }

  private take(line: string): void {
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(line) as Record<string, unknown>;
    } catch {
      this.kill('it said something that is not JSON');
      return;
    }
    const error = message['error'] as { message: string; failure?: string; retryAfterMs?: number } | undefined;
    switch (message['op']) {
      case 'pong':
        this.unanswered = 0;
        break;
      case 'loaded':
        this.isLoaded = true;
        this.loading?.resolve(message['has']);
        break;
      case 'failed':
        this.kill(`it could not be loaded: ${String(message['message'])}`);
        break;
      case 'done':
        this.settle(
          Number(message['id']),
          error && new PluginCallError(error.message, error.failure, error.retryAfterMs),
          message['value'],
        );
        break;
      case 'log':
        this.log(String(message['text']), String(message['level']));
        break;
      case 'ask':
        void this.answer(Number(message['id']), String(message['call']), message['args'] as Record<string, unknown>);
    }
  }

  private settle(id: number, error: Error | undefined, value?: unknown): void {
    const pending = this.calls.get(id);
    this.calls.delete(id);
    if (error) pending?.reject(error);
    else pending?.resolve(value);
  }

  private async answer(id: number, call: string, args: Record<string, unknown>): Promise<void> {
    if (this.asks >= MAX_ASKS) {
      this.kill(`it asked for more than ${MAX_ASKS} things at once`);
      return;
    }
    this.asks++;
    try {
      this.write({ op: 'answer', id, value: (await this.ask(call, args)) ?? null });
    } catch (error) {
      this.write({ op: 'answer', id, error: (error as Error).message });
    } finally {
      this.asks--;
    }
  }

  private write(message: object): void {
    if (!this.isOver) this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  private note(text: string): void {
    if (text.trim() === '') return;
    this.isOutOfMemory ||= text.includes(OUT_OF_MEMORY);
    this.lastWords = cutText(text, MAX_LOG_LINE, { keep: 'end' });
    this.log(cutText(text.trimEnd(), MAX_LOG_LINE), 'debug');
  }

  /** Why it ended where nobody ended it. */
  private ownEnd(how: string): string {
    if (this.isOutOfMemory) return `it needed more memory than it is given (${how})`;
    return `it ended by itself (${how})${this.said()}`;
  }

  private said(): string {
    return this.lastWords === '' ? '' : `; it said: ${cutText(this.lastWords.trim(), 500, { keep: 'end' })}`;
  }
}
