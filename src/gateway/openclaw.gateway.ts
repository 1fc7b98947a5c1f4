import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import {
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer as InjectServer,
} from '@nestjs/websockets';
import type { WebSocket, WebSocketServer } from 'ws';
import { requestSource } from '../common/net/request-source';
import { Connection } from './connection/connection';
import { ConnectionRegistry } from './connection/connection-registry';
import { FrameRouter } from './connection/frame-router';
import { FRAME } from './openclaw-ws-adapter';
import { CloseCode } from './protocol/close-codes';
import { HANDSHAKE_TIMEOUT_MS } from './protocol/limits';
import { RuntimeSettingsService } from './runtime-settings.service';

/** The gateway's socket: OpenClaw frames and JSON-RPC 2.0. Exposes every `@RpcMethod` through the frame router. */
@Injectable()
@WebSocketGateway()
export class OpenclawGateway implements OnGatewayConnection, OnGatewayDisconnect {
  @InjectServer() private readonly server!: WebSocketServer;
  private readonly bySocket = new WeakMap<WebSocket, Connection>();

  constructor(
    private readonly router: FrameRouter,
    private readonly connections: ConnectionRegistry,
    private readonly settings: RuntimeSettingsService,
  ) {}

  /** The server that upgraded sockets are handed to. */
  get sockets(): WebSocketServer {
    return this.server;
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const address = requestSource(request, this.settings.current.net);
    const connection = new Connection(socket, request.socket, address, request.headers['user-agent']);
    if (!this.connections.add(connection)) {
      socket.close(CloseCode.tryLater, 'too many connections wait for their handshake');
      return;
    }
    this.bySocket.set(socket, connection);
    const challenge = {
      type: 'event',
      event: 'connect.challenge',
      payload: { nonce: connection.nonce, ts: Date.now() },
    };
    socket.send(JSON.stringify(challenge));
    const timer = setTimeout(() => {
      if (!connection.caller) connection.close(CloseCode.normal);
    }, HANDSHAKE_TIMEOUT_MS);
    socket.on('close', () => clearTimeout(timer));
    socket.on('pong', () => (connection.missedPings = 0));
  }

  handleDisconnect(socket: WebSocket): void {
    const connection = this.bySocket.get(socket);
    if (!connection) return;
    this.connections.remove(connection);
    connection.closed();
  }

  @SubscribeMessage(FRAME)
  receive(socket: WebSocket, data: Buffer): void {
    const connection = this.bySocket.get(socket);
    if (connection) this.router.receive(connection, data);
  }
}
