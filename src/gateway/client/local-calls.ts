import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { lastWordsOf } from '../../common/last-words';
import { OpenclawError } from '../../common/openclaw-error';
import { type CallOptions, GatewayCallError, type GatewayCalls, callTimedOut } from './gateway-client';
import { LOCAL_METHODS, type LocalAnswer, type LocalCall, type LocalReady } from './local-methods';

const START_MS = 30_000;
const MAX_SAID = 4000;

interface Waiting {
  resolve(answer: LocalAnswer): void;
  reject(error: OpenclawError): void;
}

/**
 * Calls that are answered from what is on the disk, by a process of this program that opens everything and starts nothing: no
 * chat, no job, no turn. It ends with the command.
 */
export class LocalCalls implements GatewayCalls {
  private child: Promise<ChildProcess> | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  /**
   * @param unreachable why no gateway has answered, which is what is wrong with a call that needs one
   * @param onStart tells that what follows is from the disk
   * @param timeoutMs for each call
   */
  constructor(
    private readonly unreachable: OpenclawError,
    private readonly onStart: () => void,
    private readonly timeoutMs: number = START_MS,
  ) {}

  /** @throws OpenclawError GATEWAY_UNREACHABLE, GATEWAY_TIMEOUT, or GatewayCallError for an error answer */
  async call<T>(method: string, params: unknown = {}, { timeoutMs = this.timeoutMs }: CallOptions = {}): Promise<T> {
    if (!LOCAL_METHODS.has(method)) throw this.unreachable;
    this.child ??= this.start();
    const child = await this.child;
    const id = ++this.next;
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<LocalAnswer>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        timer = setTimeout(() => reject(callTimedOut(method, timeoutMs)), timeoutMs);
        child.send({ id, method, params } satisfies LocalCall);
      });
      if (answer.ok) return JSON.parse(answer.json) as T;
      throw new GatewayCallError(method, answer.error);
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  /** Resolves when everything is closed again, so that a gateway may start. */
  async close(): Promise<void> {
    const child = await this.child?.catch(() => undefined);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await ended;
  }

  private start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(appRoot(), 'bin', 'openclaw'), 'gateway', 'local'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const said = lastWordsOf(child.stderr, MAX_SAID);
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        clearTimeout(timer);
        child.kill('SIGKILL');
        reject(this.because(/^error: (.+)$/m.exec(said())?.[1]));
      };
      const timer = setTimeout(fail, START_MS);
      child.once('error', fail);
      // Its last words may come after its end.
      child.once('close', () => {
        fail();
        for (const each of this.waiting.values()) each.reject(this.unreachable);
      });
      child.on('message', (answer: LocalAnswer | LocalReady) => {
        if (!('ready' in answer)) return this.waiting.get(answer.id)?.resolve(answer);
        clearTimeout(timer);
        this.onStart();
        resolve(child);
      });
    });
  }

  private because(why: string | undefined): OpenclawError {
    const { code, message, exitCode } = this.unreachable;
    if (why === undefined) return this.unreachable;
    return new OpenclawError(code, `${message}; what is on the disk can't be read either: ${why}`, {
      ...(exitCode === undefined ? {} : { exitCode }),
    });
  }
}
