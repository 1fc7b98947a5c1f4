import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { WebSocket } from 'ws';
import { TEST_TOKEN, until } from './gateway-process';

export interface Frame {
  type?: string;
  id?: string;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: {
    code: string | number;
    message: string;
    details?: Record<string, unknown>;
    data?: Record<string, unknown>;
    retryable?: boolean;
    retryAfterMs?: number;
  };
  seq?: number;
  jsonrpc?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
}

/** A socket to the gateway that keeps every frame; knows nothing of the product's own client. */
export class WireClient {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | undefined;
  private nextId = 1;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString('utf8')) as Frame));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString('utf8') }));
    socket.on('error', () => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<WireClient> {
    const client = new WireClient(new WebSocket(url, { headers, perMessageDeflate: false }));
    await until('a challenge', () => client.frames.length > 0 || client.closed !== undefined);
    return client;
  }

  /** A socket that is past its handshake. */
  static async connected(url: string, params: Record<string, unknown> = {}): Promise<WireClient> {
    const client = await WireClient.open(url);
    const answer = await client.call('connect', connectParams(params));
    if (!answer.ok) throw new Error(`connect refused: ${JSON.stringify(answer.error)}`);
    return client;
  }

  /** A JSON-RPC socket that is past its handshake. */
  static async jsonRpc(url: string): Promise<WireClient> {
    const client = await WireClient.open(url);
    client.send({ jsonrpc: '2.0', id: 'hello', method: 'connect', params: { auth: { token: TEST_TOKEN } } });
    await until('hello', () => client.frames.some((frame) => frame.id === 'hello'));
    return client;
  }

  get nonce(): string {
    return String(this.frames.find((frame) => frame.event === 'connect.challenge')?.payload?.['nonce']);
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends a request and returns its answer. */
  async call(method: string, params?: unknown): Promise<Frame> {
    const id = String(this.nextId++);
    this.send({ type: 'req', id, method, ...(params === undefined ? {} : { params }) });
    return this.answerTo(id);
  }

  /** Sends a request and returns what it was answered with. @throws Error when it was refused */
  async done<T = Record<string, unknown>>(method: string, params: unknown = {}): Promise<T> {
    const answer = await this.call(method, params);
    if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return (answer.payload ?? {}) as T;
  }

  async answerTo(id: string | number | null, nth = 1): Promise<Frame> {
    const answers = (): Frame[] => this.frames.filter((frame) => frame.type !== 'event' && frame.id === id);
    await until(`answer ${nth} to ${id}`, () => answers().length >= nth || this.closed !== undefined);
    const answer = answers()[nth - 1];
    if (!answer) throw new Error(`closed without an answer: ${JSON.stringify(this.closed)}`);
    return answer;
  }

  async event(name: string, matches: (payload: Record<string, unknown>) => boolean = () => true): Promise<Frame> {
    const find = (): Frame | undefined =>
      this.frames.find((frame) => frame.event === name && matches(frame.payload ?? {}));
    await until(`event ${name}`, () => find() !== undefined);
    return find() as Frame;
  }

  /** Frames that came in answer to everything sent so far: a ping goes the same way as they do. */
  async settled(): Promise<Frame[]> {
    await new Promise<void>((resolve) => {
      this.socket.once('pong', () => resolve());
      this.socket.ping();
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return this.frames;
  }

  async closing(): Promise<{ code: number; reason: string }> {
    await until('the close', () => this.closed !== undefined);
    return this.closed as { code: number; reason: string };
  }

  close(): void {
    this.socket.terminate();
  }
}

export function connectParams(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    minProtocol: 3,
    maxProtocol: 4,
    client: { id: 'test', version: '1.0.0', platform: 'linux', mode: 'test' },
    role: 'operator',
    scopes: ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'],
    auth: { token: TEST_TOKEN },
    ...more,
  };
}

/** A device with its own key, which signs as clients of either revision do. */
export class TestDevice {
  readonly id: string;
  readonly publicKey: string;
  private readonly key: KeyObject;

  constructor() {
    const pair = generateKeyPairSync('ed25519');
    this.key = pair.privateKey;
    const raw = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    this.id = createHash('sha256').update(raw).digest('hex');
    this.publicKey = raw.toString('base64url');
  }

  /** `connect` params with a signed device block. */
  sign(
    form: 'v1' | 'v2' | 'v3',
    nonce: string,
    params: Record<string, unknown>,
    { signedAt = Date.now() } = {},
  ): Record<string, unknown> {
    const client = params['client'] as Record<string, string>;
    const auth = (params['auth'] ?? {}) as Record<string, string>;
    const fields = [
      form,
      this.id,
      client['id'],
      client['mode'],
      params['role'],
      (params['scopes'] as string[]).join(','),
      signedAt,
      auth['token'] ?? auth['deviceToken'] ?? auth['bootstrapToken'] ?? '',
      ...(form === 'v1' ? [] : [nonce]),
      ...(form === 'v3' ? [client['platform'] ?? '', client['deviceFamily'] ?? ''] : []),
    ];
    const signature = sign(null, Buffer.from(fields.join('|')), this.key).toString('base64url');
    const device = { id: this.id, publicKey: this.publicKey, signature, signedAt };
    return { ...params, device: form === 'v1' ? device : { ...device, nonce } };
  }
}
