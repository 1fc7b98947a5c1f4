// Connections to mail servers: encrypted from the beginning, or before anything secret is said.
import net from 'node:net';
import tls from 'node:tls';

const WAIT_MS = 30_000;
const MOST_BYTES = 60 * 1024 * 1024;

/** @param kind "imap" or "smtp" */
export function parseServer(text, kind, variable) {
  const url = URL.canParse(text ?? '') ? new URL(text) : undefined;
  const secure = url?.protocol === `${kind}s:`;
  if (!url || (!secure && url.protocol !== `${kind}:`) || url.hostname === '')
    throw new Error(`${variable} must be an address such as ${kind}s://${kind}.example.org`);
  const standard = { imaps: 993, imap: 143, smtps: 465, smtp: 587 }[url.protocol.slice(0, -1)];
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || standard), secure };
}

export class Connection {
  waiting;
  buffer = Buffer.alloc(0);
  ended;

  constructor(server) {
    this.server = server;
  }

  async open() {
    const { host, port, secure } = this.server;
    const socket = secure ? tls.connect({ host, port, ...nameFor(host) }) : net.connect({ host, port });
    await this.ready(socket, secure ? 'secureConnect' : 'connect');
    this.listen(socket);
  }

  /** Goes on encrypted. */
  async secure() {
    const plain = this.socket;
    plain.removeAllListeners();
    // What came in clear before the handshake may be somebody else's.
    if (this.buffer.length > 0) throw new Error('the server said something before it was encrypted; not trusted');
    const socket = tls.connect({ socket: plain, ...nameFor(this.server.host) });
    await this.ready(socket, 'secureConnect');
    this.listen(socket);
  }

  ready(socket, event) {
    this.socket = socket;
    socket.setTimeout(WAIT_MS, () =>
      socket.destroy(new Error(`${this.server.host} did not answer within ${WAIT_MS / 1000} s`)),
    );
    return new Promise((resolve, reject) => {
      socket.once(event, resolve);
      socket.once('error', (error) => reject(new Error(`${this.server.host}:${this.server.port}: ${error.message}`)));
    });
  }

  listen(socket) {
    socket.removeAllListeners('error');
    socket.on('data', (chunk) => {
      this.buffer = Buffer.concat([this.buffer, chunk]);
      if (this.buffer.length > MOST_BYTES) socket.destroy(new Error(`more than ${MOST_BYTES} bytes at once`));
      this.waiting?.();
    });
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(new Error(`${this.server.host} hung up`)));
  }

  end(error) {
    this.ended ??= error;
    this.waiting?.();
  }

  async more() {
    if (this.ended) throw this.ended;
    await new Promise((resolve) => (this.waiting = resolve));
    this.waiting = undefined;
    if (this.ended && this.buffer.length === 0) throw this.ended;
  }

  async line() {
    let end;
    while ((end = this.buffer.indexOf('\r\n')) < 0) await this.more();
    const line = this.buffer.toString('utf8', 0, end);
    this.buffer = this.buffer.subarray(end + 2);
    return line;
  }

  async bytes(count) {
    while (this.buffer.length < count) await this.more();
    const bytes = this.buffer.subarray(0, count);
    this.buffer = this.buffer.subarray(count);
    return bytes;
  }

  write(text) {
    this.socket.write(text);
  }

  close() {
    this.socket?.destroy();
  }
}

/** Names are asked for by certificates; addresses are not. */
const nameFor = (host) => (net.isIP(host) ? {} : { servername: host });

/** Passwords go over encrypted connections only; on the machine itself there is nobody between. */
export function checkPrivate({ host }, isEncrypted) {
  if (!isEncrypted && !['127.0.0.1', '::1', 'localhost'].includes(host))
    throw new Error(`${host} offers no encryption; the password is not sent`);
}
