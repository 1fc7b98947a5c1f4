import { type IncomingMessage, Server, request as ask } from 'node:http';
import { duplexPair } from './duplex-pair';
import type { Handler } from './openclaw-api';

export interface RouteRequest {
  method: string;
  /** Path with its query. */
  url: string;
  headers: Record<string, string>;
  base64: string;
}

export interface RouteAnswer {
  status: number;
  /** Those of the connection included. */
  headers: Record<string, string[]>;
  base64: string;
}

/** Hands a request to a handler of Node's HTTP server. The connection is a pair of streams: there is no network here. */
export function askRoute(handler: Handler, { method, url, headers, base64 }: RouteRequest): Promise<RouteAnswer> {
  const [near, far] = duplexPair();
  return new Promise((resolve, reject) => {
    const server = new Server((request, response) => {
      Promise.resolve(handler(request as never, response as never)).then((taken) => {
        // A handler of all paths says so when a request is not its own.
        if (taken === false && !response.headersSent) response.writeHead(404).end();
      }, reject);
    });
    server.emit('connection', far);
    const asked = ask({
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
      createConnection: () => near as never,
    });
    asked.once('error', reject);
    asked.once('response', (answer: IncomingMessage) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', reject);
      answer.once('end', () => {
        near.destroy();
        far.destroy();
        resolve({
          status: answer.statusCode ?? 500,
          headers: answer.headersDistinct as RouteAnswer['headers'],
          base64: Buffer.concat(pieces).toString('base64'),
        });
      });
    });
    asked.end(Buffer.from(base64, 'base64'));
  });
}
