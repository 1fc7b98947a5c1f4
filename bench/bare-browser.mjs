// A browser that nobody debugs. What Playwright listens to (scripts, network) makes the browser note where each line of
// a script stands, which it otherwise never does and which is the longest task of all; so loads are measured without.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Where the browser notes the tasks of its threads, with the processor time of each. */
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
const SIZE = { width: 1200, height: 800, deviceScaleFactor: 1, mobile: false };

export class BareBrowser {
  #answers = new Map();
  #listeners = new Set();
  #lastId = 0;

  constructor(child, socket, profile) {
    this.child = child;
    this.socket = socket;
    this.profile = profile;
    socket.on('message', (text) => this.#take(JSON.parse(text)));
  }

  static async start(executablePath) {
    const profile = mkdtempSync(join(tmpdir(), 'openclaw-bench-browser-'));
    const child = spawn(
      executablePath,
      [
        '--headless',
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--lang=en-US',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      // A group of its own: what starts the browser may be a script.
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    const address = await new Promise((resolve, reject) => {
      let said = '';
      child.once('exit', (code) => reject(new Error(`the browser ended with ${code}: ${said}`)));
      child.stderr.on('data', (chunk) => {
        said += chunk;
        const [found] = /ws:\/\/\S+/.exec(said) ?? [];
        if (found) resolve(found);
      });
    });
    const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 2 ** 30 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new BareBrowser(child, socket, profile);
  }

  /**
   * A page of a profile of its own.
   * @param watch a script that runs before the page's own
   * @param slowDown how many times slower its processor is than this one
   */
  async open(watch, slowDown) {
    const { browserContextId } = await this.send('Target.createBrowserContext');
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const send = (method, params) => this.send(method, params, sessionId);
    await send('Page.enable');
    await send('Emulation.setDeviceMetricsOverride', SIZE);
    await send('Page.addScriptToEvaluateOnNewDocument', { source: watch });
    await send('Emulation.setCPUThrottlingRate', { rate: slowDown });
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    return {
      evaluate,
      goTo: (url) => send('Page.navigate', { url }),
      /** Resolves when a short expression is true. */
      until: async (expression) => {
        const end = performance.now() + TIMEOUT_MS;
        while ((await evaluate(expression)) !== true) {
          if (performance.now() > end) throw new Error(`the page never got so far: ${expression}`);
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
      },
      /** Types one letter. */
      press: async (letter) => {
        const key = {
          key: letter,
          code: `Key${letter.toUpperCase()}`,
          windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0),
        };
        await send('Input.dispatchKeyEvent', { type: 'keyDown', text: letter, ...key });
        await send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
      },
      /** A browser without a screen shows its frames to nobody and so never says when one was shown, unless somebody looks. */
      showFrames: async () => {
        this.#listeners.add(({ method, params, sessionId: from }) => {
          if (method === 'Page.screencastFrame' && from === sessionId)
            send('Page.screencastFrameAck', { sessionId: params.sessionId }).catch(() => undefined);
        });
        await send('Page.startScreencast', { format: 'jpeg', quality: 1, maxWidth: 100, maxHeight: 100 });
      },
      heapBytes: async () => {
        await send('HeapProfiler.collectGarbage');
        return (await send('Runtime.getHeapUsage')).usedSize;
      },
      close: () => this.send('Target.disposeBrowserContext', { browserContextId }),
    };
  }

  /**
   * Processor time of the tasks of the page's thread while something is done, in milliseconds. Unlike the time that
   * passes it does not grow when others use the machine.
   */
  async taskTimes(action) {
    const events = [];
    let listen;
    const ended = new Promise((resolve) => {
      listen = ({ method, params }) => {
        if (method === 'Tracing.dataCollected') events.push(...params.value);
        if (method === 'Tracing.tracingComplete') resolve();
      };
    });
    this.#listeners.add(listen);
    const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ['*'] };
    await this.send('Tracing.start', { traceConfig, transferMode: 'ReportEvents' });
    await action();
    await this.send('Tracing.end');
    await ended;
    this.#listeners.delete(listen);
    const threads = new Map();
    const threadOf = ({ pid, tid }) => `${pid}:${tid}`;
    for (const event of events)
      if (event.name === 'thread_name' && event.args.name === 'CrRendererMain') threads.set(threadOf(event), []);
    for (const event of events)
      if (event.name === 'RunTask') threads.get(threadOf(event))?.push((event.tdur ?? 0) / 1000);
    const sum = (times) => times.reduce((total, time) => total + time, 0);
    const [busiest = []] = [...threads.values()].sort((a, b) => sum(b) - sum(a));
    if (busiest.length === 0) throw new Error('the browser noted no tasks');
    return { all: sum(busiest), longest: Math.max(...busiest) };
  }

  send(method, params = {}, sessionId = undefined) {
    return new Promise((resolve, reject) => {
      this.#answers.set(++this.#lastId, { method, resolve, reject });
      this.socket.send(JSON.stringify({ id: this.#lastId, method, params, sessionId }));
    });
  }

  async stop() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.socket.terminate();
    process.kill(-this.child.pid, 'SIGKILL');
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #take(message) {
    if (message.id === undefined) return this.#listeners.forEach((listen) => listen(message));
    const { method, resolve, reject } = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    if (message.error) reject(new Error(`${method}: ${message.error.message}`));
    else resolve(message.result);
  }
}
