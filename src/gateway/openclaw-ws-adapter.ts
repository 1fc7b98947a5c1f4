import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { CloseCode } from './protocol/close-codes';
import { PRE_AUTH_MAX_PAYLOAD } from './protocol/limits';

interface BoundHandler {
  message: unknown;
  callback: (...args: unknown[]) => unknown;
}

/** Name of the one message handler of the gateway class: every frame goes to it. */
export const FRAME = 'frame';

/**
 * Nest's WebSocket adapter without its own message format: frames go to the gateway as they arrive, and the sockets
 * are upgraded by our own HTTP listeners.
 */
export class OpenclawWsAdapter extends WsAdapter {
  constructor(app: INestApplicationContext) {
    super(app);
  }

  override create(): WebSocketServer {
    const server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: PRE_AUTH_MAX_PAYLOAD,
      clientTracking: true,
    });
    // A broken frame closes its socket; that is no fault of ours to report.
    server.on('connection', (socket: WebSocket) => socket.on('error', () => undefined));
    return server;
  }

  override bindMessageHandlers(socket: WebSocket, handlers: BoundHandler[]): void {
    const handler = handlers.find((candidate) => candidate.message === FRAME);
    if (!handler) return;
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(CloseCode.unsupportedData, 'text frames only');
      else void handler.callback(data);
    });
  }
}
