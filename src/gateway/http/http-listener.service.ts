import { type IncomingMessage, type RequestListener, type Server, createServer } from 'node:http';
import { Server as TlsServer, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Logger, LoggerFactory } from '../../common/logger';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { familyOf } from '../../common/net/address';
import { refuseOrigin } from '../../common/net/request-source';
import { OpenclawGateway } from '../openclaw.gateway';
import { RuntimeSettingsService } from '../runtime-settings.service';
import { listenersOn } from './port-owner';

const MAX_HEADER_BYTES = 16_384;
const HEADERS_TIMEOUT_MS = 10_000;
/** For a whole request, its body included: whoever sends it drop by drop is told 408. */
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 2000;
const TLS_TIMEOUT_MS = 10_000;
const RENEWAL_MS = 86_400_000;
const NO_SNIFFING = 'X-Content-Type-Options';

/** The TCP side: one HTTP handler and one upgrade handler on every address and port the gateway serves. */
@Injectable()
export class HttpListenerService {
  private readonly log: Logger;
  private readonly servers: Server[] = [];
  private renewal: NodeJS.Timeout | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly gateway: OpenclawGateway,
    private readonly settings: RuntimeSettingsService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('gateway/http');
  }

  /**
   * Listens on the first address, which must work, and on the others as aliases, which may fail.
   * @returns the real port (also when 0 was asked for) and the addresses that listen.
   * @throws OpenclawError PORT_IN_USE naming the process that holds the port.
   */
  async listen(port: number, hosts: readonly string[]): Promise<{ port: number; hosts: string[] }> {
    this.renewal ??= setInterval(() => this.renew(), RENEWAL_MS).unref();
    const [first = '127.0.0.1', ...aliases] = hosts;
    const actual = await this.open(port, first);
    const listening = [first];
    for (const host of aliases) {
      try {
        await this.open(actual, host);
        listening.push(host);
      } catch (error) {
        this.log.debug({ host, port: actual, reason: messageOf(error) }, 'address alias not available');
      }
    }
    return { port: actual, hosts: listening };
  }

  /** Stops accepting; idle connections are closed at once, the rest when they are done or `graceMs` have passed. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.renewal);
    const closing = this.servers.splice(0).map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    );
    const force = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy();
    }, graceMs);
    await Promise.all(closing);
    clearTimeout(force);
  }

  /** Whoever connects from now on is shown a certificate that was made anew. */
  private renew(): void {
    try {
      const tls = this.settings.renewedTls();
      if (tls) for (const server of this.servers) if (server instanceof TlsServer) server.setSecureContext(tls);
    } catch (error) {
      this.log.error({ error }, 'the certificate could not be renewed');
    }
  }

  private async open(port: number, host: string): Promise<number> {
    const server = this.createServer();
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(describeListenError(error, host, port)));
      server.listen({ port, host, ipv6Only: familyOf(host) === 6 }, resolve);
    });
    server.on('error', (error) => this.log.error({ error }, 'listener failed'));
    this.servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  private createServer(): Server {
    const answer = this.adapterHost.httpAdapter.getInstance<RequestListener>();
    const handler: RequestListener = (request, response) => {
      response.setHeader(NO_SNIFFING, 'nosniff');
      answer(request, response);
    };
    const { tls } = this.settings.current;
    const options = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    };
    if (!tls) return createServer(options, handler);
    try {
      return createTlsServer({ ...options, handshakeTimeout: TLS_TIMEOUT_MS, ...tls }, handler);
    } catch (cause) {
      throw new OpenclawError('GATEWAY_TLS', `gateway.tls: certificate or key is unusable: ${messageOf(cause)}`, {
        cause,
        exitCode: 78,
      });
    }
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const reason = refuseOrigin(request, this.settings.current.net);
    if (reason !== undefined) {
      this.log.warn({ origin: request.headers.origin, host: request.headers.host }, 'refused a web page');
      rejectUpgrade(socket, 403, 'Forbidden', { code: 'CONTROL_UI_ORIGIN_NOT_ALLOWED', message: reason });
      return;
    }
    const { sockets } = this.gateway;
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  }
}

function rejectUpgrade(socket: Duplex, status: number, text: string, error: { code: string; message: string }): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nContent-Type: application/json\r\n${NO_SNIFFING}: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function describeListenError(error: NodeJS.ErrnoException, host: string, port: number): OpenclawError {
  if (error.code === 'EADDRINUSE') {
    const owners = listenersOn(port).map(
      (owner) => `process ${owner.pid}${owner.command ? ` (${owner.command})` : ''}`,
    );
    const who = owners.length > 0 ? owners.join(', ') : 'another process';
    return new OpenclawError(
      'PORT_IN_USE',
      `port ${port} on ${host} is in use by ${who}; stop it, choose another with --port, or take it over with --force`,
      { cause: error, exitCode: 1 },
    );
  }
  return new OpenclawError('LISTEN_FAILED', `can't listen on ${host}:${port}: ${error.message}`, {
    cause: error,
    exitCode: 1,
  });
}
