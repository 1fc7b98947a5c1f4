import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { RpcCaller } from '../rpc/rpc-context';

/** Checks who asks; answers the request itself and returns undefined where it is refused. */
export type HttpAuthenticator = (request: Request, response: Response) => Promise<RpcCaller | undefined>;

/** Where HTTP routes of features let the gateway check their callers; the gateway opens it. */
@Injectable()
export class HttpAuthPort {
  private authenticator: HttpAuthenticator | undefined;

  open(authenticator: HttpAuthenticator): void {
    this.authenticator = authenticator;
  }

  admit(request: Request, response: Response): Promise<RpcCaller | undefined> {
    if (this.authenticator) return this.authenticator(request, response);
    response.status(503).json({ error: { message: 'the gateway is starting', type: 'unavailable' } });
    return Promise.resolve(undefined);
  }
}

/** Body of a request as text; undefined when it is larger than allowed. */
export async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
