import { randomBytes } from 'node:crypto';
import { type Socket, connect } from 'node:net';
import { seededRandom } from '../fakes/fault-plan';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';

interface FrameSpec {
  fin?: boolean;
  rsv?: number;
  opcode: number;
  payload?: Buffer | string;
  masked?: boolean;
  /** Length that the header announces, whatever follows. */
  announced?: number;
  /** Bytes of the length field: 7-bit, 2 or 8 bytes; the shortest when left out. */
  lengthBytes?: 0 | 2 | 8;
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

function frame({
  fin = true,
  rsv = 0,
  opcode,
  payload = '',
  masked = true,
  announced,
  lengthBytes,
}: FrameSpec): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const length = announced ?? body.length;
  const bytes = lengthBytes ?? (length < 126 ? 0 : length < 65_536 ? 2 : 8);
  const head = Buffer.alloc(2 + bytes + (masked ? 4 : 0));
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (bytes === 0 ? length : bytes === 2 ? 126 : 127);
  if (bytes === 2) head.writeUInt16BE(length, 2);
  if (bytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  mask.copy(head, head.length - 4);
  return Buffer.concat([head, Buffer.from(body.map((byte, index) => byte ^ (mask[index % 4] as number)))]);
}

const closeFrame = (code: number, reason: string | Buffer = ''): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame({ opcode: CLOSE, payload: Buffer.concat([head, Buffer.from(reason)]) });
};

/** A TCP connection that has been upgraded; writes any bytes and reads frames itself. */
class RawSocket {
  readonly texts: string[] = [];
  closeCode: number | undefined;
  ended = false;
  pongs = 0;
  private buffer = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => (this.ended = true));
    socket.on('error', () => undefined);
  }

  static async open(port: number, headers = ''): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
    );
    await new Promise<void>((resolve, reject) => {
      let head = '';
      const onData = (chunk: Buffer): void => {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', onData);
        if (head.startsWith('HTTP/1.1 101')) {
          socket.pause();
          socket.unshift(Buffer.from(head.slice(end + 4), 'latin1'));
          resolve();
        } else reject(new Error(head.split('\r\n')[0]));
      };
      socket.on('data', onData);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
    const raw = new RawSocket(socket);
    socket.resume();
    await until('the challenge', () => raw.texts.length > 0 || raw.ended);
    return raw;
  }

  /** Past the JSON-RPC handshake. */
  static async connected(port: number): Promise<RawSocket> {
    const raw = await RawSocket.open(port);
    raw.write(
      frame({ opcode: TEXT, payload: JSON.stringify(request('hello', 'connect', { auth: { token: TEST_TOKEN } })) }),
    );
    await until('hello', () => raw.texts.some((text) => text.includes('hello-ok')));
    return raw;
  }

  write(...parts: Buffer[]): void {
    if (!this.ended) this.socket.write(Buffer.concat(parts));
  }

  /** The close code that the server sent; undefined where the connection just ended. */
  async closing(): Promise<number | undefined> {
    await until('the end', () => this.ended || this.closeCode !== undefined);
    return this.closeCode;
  }

  private read(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      if (this.buffer.length < 2) return;
      const opcode = (this.buffer[0] as number) & 0x0f;
      let length = (this.buffer[1] as number) & 0x7f;
      let offset = 2;
      if (length === 126) {
        if (this.buffer.length < 4) return;
        length = this.buffer.readUInt16BE(2);
        offset = 4;
      } else if (length === 127) {
        if (this.buffer.length < 10) return;
        length = Number(this.buffer.readBigUInt64BE(2));
        offset = 10;
      }
      if (this.buffer.length < offset + length) return;
      const body = this.buffer.subarray(offset, offset + length);
      if (opcode === TEXT) this.texts.push(body.toString('utf8'));
      if (opcode === PONG) this.pongs++;
      if (opcode === CLOSE) this.closeCode = body.length >= 2 ? body.readUInt16BE(0) : 1005;
      this.buffer = this.buffer.subarray(offset + length);
    }
  }
}

const request = (id: string, method = 'health', params?: unknown): Record<string, unknown> => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params === undefined ? {} : { params }),
});
const health = (id = 'ok'): string => JSON.stringify(request(id));
const text = (payload: Buffer | string, more: Partial<FrameSpec> = {}): Buffer =>
  frame({ opcode: TEXT, payload, ...more });
const bytes = (...values: number[]): Buffer => Buffer.from(values);

/** Vectors of RFC 6455 sections 5 to 7: what is sent, and the close code that must come. */
const REFUSED: [string, Buffer[], number][] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv): [string, Buffer[], number] => [
    `reserved bits ${rsv.toString(2).padStart(3, '0')}`,
    [text(health(), { rsv })],
    1002,
  ]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer[], number] => [
    `reserved opcode ${opcode}`,
    [frame({ opcode, payload: 'x' })],
    1002,
  ]),
  ['a frame without a mask', [text(health(), { masked: false })], 1002],
  ['an empty frame without a mask', [text('', { masked: false })], 1002],
  ['a ping without a mask', [frame({ opcode: PING, masked: false })], 1002],
  ['a continuation of nothing', [frame({ opcode: 0, payload: 'x' })], 1002],
  ['an unfinished continuation of nothing', [frame({ opcode: 0, payload: 'x', fin: false })], 1002],
  ['a new text inside a fragmented one', [text('a', { fin: false }), text('b')], 1002],
  ['a binary inside a fragmented text', [text('a', { fin: false }), frame({ opcode: BINARY, payload: 'b' })], 1002],
  [
    'a continuation after the end',
    [text('"a"', { fin: false }), frame({ opcode: 0, payload: '' }), frame({ opcode: 0, payload: 'x' })],
    1002,
  ],
  ['a reserved bit on a continuation', [text('a', { fin: false }), frame({ opcode: 0, payload: 'b', rsv: 4 })], 1002],
  ['a fragmented ping', [frame({ opcode: PING, fin: false })], 1002],
  ['a fragmented pong', [frame({ opcode: PONG, fin: false })], 1002],
  ['a fragmented close', [frame({ opcode: CLOSE, fin: false })], 1002],
  ['a ping of 126 bytes', [frame({ opcode: PING, payload: 'x'.repeat(126) })], 1002],
  ['a pong of 126 bytes', [frame({ opcode: PONG, payload: 'x'.repeat(126) })], 1002],
  ['a close of 126 bytes', [frame({ opcode: CLOSE, payload: 'x'.repeat(126) })], 1002],
  ['a ping with a reserved bit', [frame({ opcode: PING, rsv: 1 })], 1002],
  ['a close with a reserved bit', [frame({ opcode: CLOSE, rsv: 2 })], 1002],
  ['a close of one byte', [frame({ opcode: CLOSE, payload: bytes(3) })], 1002],
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code): [string, Buffer[], number] => [`close code ${code}`, [closeFrame(code)], 1002],
  ),
  ['a close reason that is no UTF-8', [closeFrame(1000, bytes(0xff, 0xfe))], 1007],
  ['a close reason cut in a character', [closeFrame(1000, bytes(0xe2, 0x82))], 1007],
  ...(
    [
      ['a lone continuation byte', bytes(0x80)],
      ['a byte that never occurs', bytes(0x22, 0xff, 0x22)],
      ['0xfe', bytes(0xfe)],
      ['an overlong slash', bytes(0xc0, 0xaf)],
      ['an overlong NUL', bytes(0xc0, 0x80)],
      ['an overlong three-byte form', bytes(0xe0, 0x80, 0xaf)],
      ['an overlong four-byte form', bytes(0xf0, 0x80, 0x80, 0xaf)],
      ['a surrogate', bytes(0xed, 0xa0, 0x80)],
      ['the last surrogate', bytes(0xed, 0xbf, 0xbf)],
      ['a character beyond Unicode', bytes(0xf4, 0x90, 0x80, 0x80)],
      ['a five-byte form', bytes(0xf8, 0x88, 0x80, 0x80, 0x80)],
      ['a cut two-byte form', bytes(0xc3)],
      ['a cut three-byte form', bytes(0xe2, 0x82)],
      ['a cut four-byte form', bytes(0xf0, 0x9f, 0x92)],
      ['a wrong second byte', bytes(0xc3, 0x28)],
    ] as [string, Buffer][]
  ).map(([what, payload]): [string, Buffer[], number] => [`text with ${what}`, [text(payload)], 1007]),
  [
    'a character cut by fragments and never completed',
    [text(bytes(0xe2, 0x82), { fin: false }), frame({ opcode: 0, payload: bytes(0x28) })],
    1007,
  ],
  ['a header that announces 4 GiB', [text('', { announced: 2 ** 32 })], 1009],
  ['a header that announces more than can be counted', [text('', { announced: Number.MAX_SAFE_INTEGER + 1 })], 1009],
  ['a frame over the limit', [text('', { announced: 26_214_401 })], 1009],
  [
    'fragments that are too large together',
    [text('x'.repeat(60_000), { fin: false }), frame({ opcode: 0, announced: 26_200_000 })],
    1009,
  ],
  ['a binary frame', [frame({ opcode: BINARY, payload: health() })], 1003],
  ['an empty binary frame', [frame({ opcode: BINARY })], 1003],
];

/** What is legal, however unusual: the connection goes on and answers. */
const ACCEPTED: [string, (id: string) => Buffer[]][] = [
  ['a text in one frame', (id) => [text(health(id))]],
  ['a length in two bytes that fits seven bits', (id) => [text(health(id), { lengthBytes: 2 })]],
  ['a length in eight bytes that fits seven bits', (id) => [text(health(id), { lengthBytes: 8 })]],
  [
    'a text in single bytes',
    (id) =>
      [...health(id)].map((char, index, all) =>
        frame({ opcode: index === 0 ? TEXT : 0, payload: char, fin: index === all.length - 1 }),
      ),
  ],
  [
    'empty fragments',
    (id) => [
      text('', { fin: false }),
      frame({ opcode: 0, payload: '', fin: false }),
      frame({ opcode: 0, payload: health(id) }),
    ],
  ],
  [
    'a ping between fragments',
    (id) => [
      text(health(id).slice(0, 5), { fin: false }),
      frame({ opcode: PING, payload: 'p' }),
      frame({ opcode: 0, payload: health(id).slice(5) }),
    ],
  ],
  ['a ping of 125 bytes', (id) => [frame({ opcode: PING, payload: 'x'.repeat(125) }), text(health(id))]],
  ['a pong that nobody asked for', (id) => [frame({ opcode: PONG, payload: 'x' }), text(health(id))]],
  ['ten pings', (id) => [...Array.from({ length: 10 }, () => frame({ opcode: PING })), text(health(id))]],
  [
    'a mask of zeroes',
    (id) => [Buffer.concat([bytes(0x81, 0x80 | health(id).length), Buffer.alloc(4), Buffer.from(health(id))])],
  ],
  [
    'a character that is cut by fragments',
    (id) => {
      const all = Buffer.from(JSON.stringify(request(id, 'health', {})).replace('{}', '{ }') + ' '.repeat(2));
      return [text(all.subarray(0, 9), { fin: false }), frame({ opcode: 0, payload: all.subarray(9) })];
    },
  ],
  ['characters of all lengths', (id) => [text(JSON.stringify(request('ä€💚')).replace('"ä€💚"', JSON.stringify(id)))]],
  ['text that is not JSON', (id) => [text('not json'), text(health(id))]],
];

describe('raw frames', () => {
  let gateway: GatewayProcess;
  const sockets: RawSocket[] = [];

  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    for (const raw of sockets.splice(0)) raw.socket.destroy();
  });
  const connected = async (): Promise<RawSocket> => {
    const raw = await RawSocket.connected(gateway.port);
    sockets.push(raw);
    return raw;
  };

  it('has at least 80 vectors', () => {
    expect(REFUSED.length + ACCEPTED.length + 8).toBeGreaterThanOrEqual(80);
  });

  it.each(REFUSED)('%s: closed with the code of the protocol', async (_, parts, code) => {
    const raw = await connected();
    raw.write(...parts);
    expect(await raw.closing()).toBe(code);
  });

  it.each(ACCEPTED)('%s: goes on', async (_, parts) => {
    const raw = await connected();
    raw.write(...parts('legal'));
    await until('the answer', () => raw.texts.some((entry) => entry.includes('"id":"legal"')));
    expect(raw.closeCode).toBeUndefined();
  });

  it.each([1000, 1001, 1003, 1007, 1011, 3000, 4000, 4999])(
    'a close with %i is answered with the same',
    async (code) => {
      const raw = await connected();
      raw.write(closeFrame(code, 'bye'));
      expect(await raw.closing()).toBe(code);
    },
  );

  it('before the handshake a frame over 64 KiB is refused at its header', async () => {
    const raw = await RawSocket.open(gateway.port);
    sockets.push(raw);
    raw.write(text('', { announced: 65_537 }));
    expect(await raw.closing()).toBe(1009);
  });

  it('compression is not offered, so nobody can make the gateway unpack', async () => {
    const raw = await RawSocket.open(gateway.port, 'Sec-WebSocket-Extensions: permessage-deflate\r\n');
    sockets.push(raw);
    raw.write(text('x', { rsv: 4 }));
    expect(await raw.closing()).toBe(1002);
  });

  it('survives 10,000 mutated frames and leaves no socket behind', async () => {
    const random = seededRandom(6455);
    const original = Buffer.concat([text(health('m')), frame({ opcode: PING, payload: 'p' })]);
    let raw = await connected();
    for (let count = 0; count < 10_000; count++) {
      const mutated = Buffer.from(original);
      for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
        mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
      }
      if (raw.ended || raw.closeCode !== undefined || count % 50 === 0) {
        raw.socket.destroy();
        raw = await RawSocket.connected(gateway.port);
      }
      raw.write(mutated);
      if (count % 25 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    raw.socket.destroy();
    const survivor = await connected();
    survivor.write(text(health('still')));
    await until('an answer', () => survivor.texts.some((entry) => entry.includes('"id":"still"')));
    survivor.write(text(JSON.stringify(request('presence', 'system-presence'))));
    await until('presence', () => survivor.texts.some((entry) => entry.includes('"id":"presence"')));
    expect(gateway.exited).toBe(false);
    expect(gateway.log).not.toMatch(/unhandled|uncaught/i);
  });
});
