import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { SilentLoggerFactory } from '../../src/common/logger';
import { Redactor } from '../../src/common/redactor';
import { EventBus } from '../../src/events/event-bus';
import { Broadcaster } from '../../src/gateway/connection/broadcaster';
import { Connection } from '../../src/gateway/connection/connection';
import { ConnectionRegistry } from '../../src/gateway/connection/connection-registry';
import { EventMemory } from '../../src/gateway/connection/event-trail';
import { FrameRouter } from '../../src/gateway/connection/frame-router';
import { ResumeService } from '../../src/gateway/connection/resume.service';
import type { ConnectParams } from '../../src/gateway/protocol/connect.dto';
import type { HelloResume } from '../../src/gateway/protocol/hello';

const KIB = 1024;

/** The same numbers between 0 and 1 for the same beginning (a linear congruential generator). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
const ADDRESS = { address: '127.0.0.1', source: '127.0.0.1', local: true };

/** The gateway's own sockets without the rest of it: everybody is let in as whom they say they are. */
class Wire {
  readonly connections = new ConnectionRegistry();
  readonly broadcaster = new Broadcaster(this.connections, new EventBus(new SilentLoggerFactory()));
  /** Number of the last event, which its words hold. */
  said = 0;

  private constructor(
    private readonly server: WebSocketServer,
    most: number,
  ) {
    const router = new FrameRouter(
      {
        judge: ({ params }: { params: ConnectParams }) =>
          Promise.resolve({ protocol: params.maxProtocol, role: 'operator', scopes: params.scopes, method: 'token' }),
      } as never,
      { build: (_id: string, _grant: unknown, resume?: HelloResume) => JSON.stringify({ resume }) } as never,
      {} as never,
      {} as never,
      { connected: () => undefined } as never,
      this.connections,
      { isReady: true } as never,
      new ResumeService(this.connections, new EventMemory(most)),
      new Redactor(),
      new EventBus(new SilentLoggerFactory()),
      new SilentLoggerFactory(),
    );
    server.on('connection', (socket, request) => {
      const connection = new Connection(socket, request.socket, ADDRESS, undefined);
      this.connections.add(connection);
      socket.on('message', (data: Buffer) => router.receive(connection, data));
      socket.on('close', () => {
        this.connections.remove(connection);
        connection.closed();
      });
    });
  }

  static async open(most = 1024 * KIB): Promise<Wire> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Wire(server, most);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  say(bytes = 0, event: 'chat' | 'presence' = 'chat'): void {
    this.broadcaster.send({ event, payload: { number: ++this.said, filler: 'x'.repeat(bytes) } });
  }

  close(): void {
    for (const connection of this.connections.all()) connection.terminate();
    this.server.close();
  }
}

/** A client that goes on where it was cut, and holds what it is told against what was said. */
class Comer {
  socket!: WebSocket;
  epoch: string | undefined;
  seq = 0;
  /** Number that the last event had in its words. */
  last = 0;
  resyncs = 0;
  resumed = 0;
  /** Events whose number in the words or on the frame did not follow the one before. */
  readonly faults: string[] = [];

  constructor(
    private readonly wire: Wire,
    private readonly protocol: 3 | 4,
    private readonly scopes = ['operator.read'],
  ) {}

  async connect(more: Record<string, unknown> = {}): Promise<HelloResume | undefined> {
    const socket = new WebSocket(this.wire.url);
    this.socket = socket;
    await once(socket, 'open');
    return new Promise((resolve) => {
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as {
          type: string;
          seq?: number;
          payload: { resume?: HelloResume; number: number };
        };
        if (frame.type === 'res') resolve(this.greeted(frame.payload.resume));
        else if (this.socket === socket) this.told(frame.seq ?? 0, frame.payload.number);
      });
      const params = {
        minProtocol: this.protocol,
        maxProtocol: this.protocol,
        client: { id: 'test', version: '1', platform: 'linux', mode: 'test' },
        scopes: this.scopes,
        caps: ['resume'],
        ...(this.epoch === undefined ? {} : { resume: { epoch: this.epoch, seq: this.seq } }),
        ...more,
      };
      socket.send(JSON.stringify({ type: 'req', id: '1', method: 'connect', params }));
    });
  }

  /** As a network does it: nobody says goodbye. */
  cut(): void {
    this.socket.removeAllListeners('message');
    this.socket.terminate();
  }

  private greeted(resume: HelloResume | undefined): HelloResume | undefined {
    if (!resume) return undefined;
    if (resume.state === 'resumed') this.resumed++;
    else {
      if (resume.state === 'resync') this.resyncs++;
      // It reads everything anew.
      this.last = this.wire.said;
    }
    this.epoch = resume.epoch;
    this.seq = resume.seq;
    return resume;
  }

  private told(seq: number, number: number): void {
    if (seq !== this.seq + 1 || number !== this.last + 1)
      this.faults.push(`${this.seq}/${this.last} was followed by ${seq}/${number}`);
    this.seq = seq;
    this.last = number;
  }
}

const whole = async (comer: Comer, wire: Wire): Promise<void> => {
  while (comer.last < wire.said && comer.faults.length === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('clients that come back', () => {
  let wire: Wire;
  afterEach(() => wire.close());

  it('miss nothing without knowing it, over a thousand cuts', async () => {
    wire = await Wire.open(64 * KIB);
    const random = seededRandom(20_261_129);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    const comers = ([3, 4, 4, 3, 4] as const).map((protocol) => new Comer(wire, protocol));
    for (const comer of comers) await comer.connect();
    for (let cut = 0; cut < 1000; cut++) {
      const comer = comers[upTo(comers.length - 1)] as Comer;
      for (let count = upTo(4); count > 0; count--) wire.say(upTo(200), random() < 0.5 ? 'chat' : 'presence');
      // Some cuts are noticed here first, some there, and some only when the client is back.
      const way = random();
      if (way < 0.4) comer.cut();
      else if (way < 0.7) for (const connection of [...wire.connections.all()].slice(0, 1)) connection.terminate();
      else comer.socket.removeAllListeners('message');
      if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
      // Now and then more is said than is remembered.
      for (let count = upTo(4); count > 0; count--) wire.say(random() < 0.02 ? 70 * KIB : upTo(200));
      for (const each of comers) if (each === comer || each.socket.readyState !== WebSocket.OPEN) await each.connect();
    }
    for (const comer of comers) {
      // A cut that it has not noticed yet.
      if (comer.socket.readyState !== WebSocket.OPEN) await comer.connect();
      await whole(comer, wire);
      expect(comer.faults).toEqual([]);
      expect(comer.last).toBe(wire.said);
    }
    const sum = (of: (comer: Comer) => number): number => comers.reduce((all, comer) => all + of(comer), 0);
    expect(sum(({ resumed }) => resumed)).toBeGreaterThan(900);
    expect(sum(({ resyncs }) => resyncs)).toBeGreaterThan(5);
  }, 60_000);

  it('are told what was left out for them because they read too slowly', async () => {
    wire = await Wire.open(8 * 1024 * KIB);
    const comer = new Comer(wire, 4);
    await comer.connect();
    comer.socket.pause();
    while (wire.said < 60) wire.say(64 * KIB);
    comer.cut();
    expect(await comer.connect()).toMatchObject({ state: 'resumed', missed: 60 });
    await whole(comer, wire);
    expect(comer.faults).toEqual([]);
  });

  it('have to read anew what others, or clients with other rights, have begun', async () => {
    wire = await Wire.open();
    const comer = new Comer(wire, 4, ['operator.read', 'operator.approvals']);
    const epoch = (await comer.connect())?.epoch;
    wire.say();
    await whole(comer, wire);
    const other = new Comer(wire, 4, ['operator.read']);
    expect(await other.connect({ resume: { epoch, seq: 0 } })).toMatchObject({ state: 'resync', seq: 0 });
    const third = new Comer(wire, 3, ['operator.read', 'operator.approvals']);
    expect(await third.connect({ resume: { epoch, seq: 0 } })).toMatchObject({ state: 'resync' });
    const stranger = { id: 'cli', version: '1', platform: 'linux', mode: 'cli' };
    const cli = new Comer(wire, 4, ['operator.admin']);
    expect(await cli.connect({ client: stranger, resume: { epoch, seq: 0 } })).toMatchObject({ state: 'resync' });
    expect(await cli.connect({ resume: { epoch: 'none', seq: 0 } })).toMatchObject({ state: 'resync' });
    // Numbers that were never reached.
    comer.seq = 99;
    expect(await comer.connect()).toMatchObject({ state: 'resync' });
  });

  it('are waited for so long, and devices that are no longer trusted not at all', async () => {
    wire = await Wire.open();
    const comer = new Comer(wire, 4);
    await comer.connect();
    const [connection] = [...wire.connections.all()];
    const lasting = connection?.lasting;
    comer.cut();
    while (wire.connections.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(connection?.signal.aborted).toBe(true);
    wire.connections.forgetAway();
    expect(lasting?.aborted).toBe(false);
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 200_000);
    wire.connections.forgetAway();
    now.mockRestore();
    expect(lasting?.aborted).toBe(true);
    expect(wire.connections.hasRecipients).toBe(false);
    expect(await comer.connect()).toMatchObject({ state: 'resync' });

    const [trusted] = [...wire.connections.all()];
    if (trusted?.caller) trusted.caller.deviceId = 'd1';
    comer.cut();
    while (wire.connections.size > 0) await new Promise((resolve) => setImmediate(resolve));
    wire.connections.closeDevice('d1');
    expect(wire.connections.hasRecipients).toBe(false);
  });

  it('cost nothing where they do not ask for it', async () => {
    wire = await Wire.open();
    const comer = new Comer(wire, 4);
    expect(await comer.connect({ caps: [] })).toBeUndefined();
    expect([...wire.connections.all()][0]?.trail).toBeUndefined();
  });
});
