import { statfs } from 'node:fs/promises';
import { cpus, freemem, homedir, loadavg, totalmem } from 'node:os';
import { backoffDelay } from '../../common/backoff';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { aborted, sleep } from '../../common/sleep';
import { GatewayCallError, GatewayClient, type GatewayClientOptions } from '../../gateway/client/gateway-client';
import type { EventFrame } from '../../gateway/protocol/frames';
import { HostError } from './host-error';
import type { HostCommands } from './host-commands';

const STATS_MS = 60_000;
/** Until somebody has approved the pairing, and while the gateway is away. */
const RETRY = { initialMs: 1000, maxMs: 30_000, factor: 2, jitter: 0.2 };

export interface NodeHostOptions {
  client: Omit<GatewayClientOptions, 'node' | 'scopes' | 'capabilities' | 'clientId' | 'clientMode'>;
  displayName: string;
  commands: HostCommands;
  deviceToken?: string;
  /** For people: what happens. */
  note(text: string): void;
  /** The gateway has given the device another token. */
  keepToken(token: string): void;
}

interface InvokeRequest {
  id: string;
  nodeId: string;
  command: string;
  paramsJSON?: string | null;
}

/** This machine as a node of a gateway: stays connected, and does what it is asked as far as its own rules let it. */
export class NodeHost {
  private token: string | undefined;

  constructor(private readonly options: NodeHostOptions) {
    this.token = options.deviceToken;
  }

  /** Runs until stopped. @throws OpenclawError where the gateway will never let it in like this */
  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const client = this.newClient();
      try {
        const { auth } = await client.connect();
        attempt = -1;
        this.options.note(`connected to ${this.options.client.url} as "${this.options.displayName}"`);
        if (auth.deviceToken && auth.deviceToken !== this.token) this.keep(auth.deviceToken);
        await this.serve(client, signal);
        if (!signal.aborted) this.options.note('the connection is gone; trying again');
      } catch (error) {
        if (isFinal(error)) throw error;
        this.options.note(`${messageOf(error)}${adviceOf(error)}`);
      } finally {
        client.close();
      }
      await Promise.race([sleep(backoffDelay(RETRY, Math.max(0, attempt)), signal), aborted(signal)]);
    }
  }

  private newClient(): GatewayClient {
    const { client, commands, displayName } = this.options;
    return new GatewayClient({
      ...client,
      clientId: 'node-host',
      clientMode: 'node',
      scopes: [],
      capabilities: ['system'],
      node: { commands: commands.names(), displayName, ...(this.token ? { deviceToken: this.token } : {}) },
    });
  }

  private keep(token: string): void {
    this.token = token;
    this.options.keepToken(token);
  }

  private async serve(client: GatewayClient, signal: AbortSignal): Promise<void> {
    const calls = new Map<string, AbortController>();
    const unsubscribe = client.onEvent((frame) => this.heard(client, calls, frame));
    const tell = (): void => void this.tellStats(client).catch(() => undefined);
    tell();
    const timer = setInterval(tell, STATS_MS);
    try {
      await Promise.race([client.closed(), aborted(signal)]);
    } finally {
      clearInterval(timer);
      unsubscribe();
      // Nobody hears of what they come to.
      for (const call of calls.values()) call.abort();
    }
  }

  private heard(client: GatewayClient, calls: Map<string, AbortController>, { event, payload }: EventFrame): void {
    if (!isPlainObject(payload)) return;
    if (event === 'node.invoke.cancel') calls.get(String(payload['invokeId'] ?? payload['id']))?.abort();
    if (event !== 'node.invoke.request') return;
    const request = payload as unknown as InvokeRequest;
    const control = new AbortController();
    calls.set(request.id, control);
    void this.answer(client, request, control.signal).finally(() => calls.delete(request.id));
  }

  private async answer(client: GatewayClient, request: InvokeRequest, signal: AbortSignal): Promise<void> {
    const { id, nodeId, command, paramsJSON } = request;
    const result = await this.carryOut(client, command, paramsJSON, signal);
    await client.call('node.invoke.result', { id, nodeId, ...result }).catch(() => undefined);
  }

  private async carryOut(
    client: GatewayClient,
    command: string,
    paramsJSON: string | null | undefined,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    try {
      const params: unknown = paramsJSON ? JSON.parse(paramsJSON) : {};
      const tell = async (event: string, payload: unknown): Promise<void> => {
        await client.call('node.event', { event, payload }).catch(() => undefined);
      };
      const payload = await this.options.commands.run(command, params, { signal, tell });
      return { ok: true, payloadJSON: JSON.stringify(payload) };
    } catch (error) {
      const code = error instanceof OpenclawError ? error.code : 'UNAVAILABLE';
      if (!(error instanceof HostError)) this.options.note(`${command}: ${messageOf(error)}`);
      return { ok: false, error: { code, message: messageOf(error) } };
    }
  }

  private async tellStats(client: GatewayClient): Promise<void> {
    const disk = await statfs(homedir()).catch(() => undefined);
    const loadAverage = loadavg();
    const payload = {
      cpuCount: Math.max(1, cpus().length),
      ...(loadAverage.some((load) => load > 0) ? { loadAverage } : {}),
      memoryTotalBytes: totalmem(),
      memoryFreeBytes: freemem(),
      ...(disk ? { diskTotalBytes: disk.blocks * disk.bsize, diskAvailableBytes: disk.bavail * disk.bsize } : {}),
    };
    await client.call('node.event', { event: 'node.host.stats', payload });
  }
}

/** What does not get better by trying again. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof GatewayCallError)) return false;
  const code = error.details?.['code'];
  return typeof code === 'string' && code.startsWith('AUTH_') && code !== 'AUTH_RATE_LIMITED';
}

function adviceOf(error: unknown): string {
  if (!(error instanceof GatewayCallError)) return '';
  const advice = error.details?.['approveWith'];
  return typeof advice === 'string' ? `; on the gateway: ${advice}` : '';
}
