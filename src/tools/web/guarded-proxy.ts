import { randomBytes } from 'node:crypto';
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { familyOf } from '../../common/net/address';
import { hostOf, parseHost } from '../../common/net/host';
import { secretsEqual } from '../../common/secrets-equal';
import { messageOf } from '../../common/openclaw-error';

/** Where a host is reached: the address to connect to, or the connection itself. */
export type Upstream = string | Duplex;
/** Checks a host and says where it is reached. @throws when it may not be reached */
export type HostGuard = (host: string, port: number) => Promise<Upstream>;
/** A guard that leaves connecting to the proxy. */
export type AddressGuard = (host: string, port: number) => Promise<string>;

/**
 * The only way out for a program that must not connect by itself: a proxy that looks every host up, checks it and
 * connects to what it checked. For the browser it listens on loopback and wants a password; for a sandboxed command on
 * a socket that only that command finds.
 */
export class GuardedProxy {
  readonly password = randomBytes(18).toString('base64url');
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    private readonly guard: HostGuard,
    private readonly isOpen: boolean,
  ) {}

  /** @param socketPath where to listen instead of loopback; whoever can open it needs no password */
  static async start(guard: HostGuard, socketPath?: string): Promise<GuardedProxy> {
    const server = createServer();
    const proxy = new GuardedProxy(server, guard, socketPath !== undefined);
    server.on('connection', (socket: Socket) => proxy.remember(socket));
    server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      proxy.tunnel(request, socket, head).catch(() => socket.destroy());
    });
    server.on('request', (request, response) => {
      proxy.forward(request, response).catch((error: unknown) => refuse(response, 502, messageOf(error)));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
      else server.listen(socketPath, resolve);
    });
    server.unref();
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    if (!this.isAuthorised(request)) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="browser"\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    const target = request.url ?? '';
    const host = parseHost(target);
    let found: Upstream;
    let port: number;
    try {
      if (!host) throw new Error('no host');
      port = Number(new URL(`tcp://${target}`).port || 443);
      found = await this.guard(host.name, port);
    } catch {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const begin = (): void => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    };
    const upstream = typeof found === 'string' ? connect({ host: found, port, family: familyOf(found) }, begin) : found;
    this.remember(upstream);
    if (upstream === found) begin();
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.isAuthorised(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="browser"' }).end();
      return;
    }
    const url = new URL(request.url ?? '');
    const port = Number(url.port || 80);
    let found: Upstream;
    try {
      found = await this.guard(hostOf(url).name, port);
    } catch (error) {
      refuse(response, 403, messageOf(error));
      return;
    }
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    delete headers['proxy-connection'];
    const upstream = httpRequest(
      {
        ...(typeof found === 'string' ? { host: found, port } : { createConnection: () => found }),
        method: request.method,
        path: url.pathname + url.search,
        headers: { ...headers, host: url.host },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', (error) => refuse(response, 502, error.message));
    request.pipe(upstream);
  }

  private isAuthorised(request: IncomingMessage): boolean {
    if (this.isOpen) return true;
    const offered = /^Basic (.+)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    return secretsEqual(Buffer.from(offered, 'base64').toString('utf8'), `browser:${this.password}`);
  }

  private remember(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) response.destroy();
  else
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`Blocked by the gateway: ${text}`);
}
