import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { OpenclawError } from '../../common/openclaw-error';
import { cutText } from '../../common/cut-text';
import { GatewayCallError, type CallOptions, type GatewayCalls } from './gateway-client';
import { LOCAL_METHODS, type LocalAnswer, type LocalCall, type LocalReady } from './local-methods';

const START_MS = 30_000;
const MAX_SAID = 2000;

/**
 * Calls that are answered from what is on the disk, by a process of this program that opens everything and starts nothing: no
 * chat, no job, no turn. It ends with the command.
 */
export class LocalCalls implements GatewayCalls {
  private child: Promise<ChildProcess> | undefined;
  private readonly waiting = new Map<number, (answer: LocalAnswer) => void>();
  private next = 0;

  /**
   * @param unreachable why no gateway has answered, which is what is wrong with a call that needs one
   * @param onStart tells that what follows is from the disk
   */
  constructor(
    private readonly unreachable: OpenclawError,
    private readonly onStart: () => void,
  ) {}

  async call<T>(method: string, params: unknown = {}, { timeoutMs }: CallOptions = {}): Promise<T> {
    if (!LOCAL_METHODS.has(method)) throw this.unreachable;
    this.child ??= this.start();
    const child = await this.child;
    const id = ++this.next;
    const answer = await new Promise<LocalAnswer>((resolve, reject) => {
      this.waiting.set(id, resolve);
      child.once('exit', () => reject(this.unreachable));
      if (timeoutMs !== undefined) setTimeout(() => reject(this.unreachable), timeoutMs).unref();
      child.send({ id, method, params } satisfies LocalCall);
    });
    this.waiting.delete(id);
    if (answer.ok) return JSON.parse(answer.json) as T;
    throw new GatewayCallError(method, answer.error);
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
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = cutText(said + text, MAX_SAID);
    });
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        clearTimeout(timer);
        child.kill('SIGKILL');
        const why = /^error: (.+)$/m.exec(said)?.[1] ?? '';
        reject(
          why === ''
            ? this.unreachable
            : new OpenclawError(
                this.unreachable.code,
                `${this.unreachable.message}; what is on the disk can't be read either: ${why}`,
                { ...(this.unreachable.exitCode === undefined ? {} : { exitCode: this.unreachable.exitCode }) },
              ),
        );
      };
      const timer = setTimeout(fail, START_MS);
      child.once('error', fail);
      child.once('exit', fail);
      child.on('message', (answer: LocalAnswer | LocalReady) => {
        if (!('ready' in answer)) return void this.waiting.get(answer.id)?.(answer);
        clearTimeout(timer);
        child.off('exit', fail);
        this.onStart();
        resolve(child);
      });
    });
  }
}
