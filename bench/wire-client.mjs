import { WebSocket } from 'ws';

/** The least client that can log in, call methods and hear events. */
export class WireClient {
  constructor(socket) {
    this.socket = socket;
    this.nextId = 1;
    this.waiting = new Map();
    this.listeners = new Set();
    socket.on('message', (data) => this.receive(JSON.parse(data.toString())));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('closed'));
    });
  }

  static async connect(port, token) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    const client = new WireClient(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    await client.call('connect', {
      minProtocol: 4,
      maxProtocol: 4,
      client: { id: 'test', version: '1', platform: 'bench', mode: 'test' },
      role: 'operator',
      scopes: ['operator.admin', 'operator.read', 'operator.write'],
      auth: { token },
    });
    return client;
  }

  call(method, params) {
    const id = String(this.nextId++);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ type: 'req', id, method, ...(params ? { params } : {}) }));
    });
  }

  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close() {
    this.socket.terminate();
  }

  receive(frame) {
    if (frame.type === 'event') {
      for (const listener of this.listeners) listener(frame);
      return;
    }
    const call = this.waiting.get(frame.id);
    this.waiting.delete(frame.id);
    if (frame.ok) call?.resolve(frame.payload);
    else call?.reject(new Error(frame.error?.message));
  }
}
