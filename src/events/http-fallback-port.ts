import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';

/** Answers a request that nothing of the gateway's own is meant by. @returns whether it was its own */
export type HttpFallback = (request: Request, response: Response) => Promise<boolean>;

/** What stands behind all addresses of the gateway; nothing here can take one of them away. */
@Injectable()
export class HttpFallbackPort {
  private fallback: HttpFallback | undefined;

  open(fallback: HttpFallback): void {
    this.fallback = fallback;
  }

  async answers(request: Request, response: Response): Promise<boolean> {
    return (await this.fallback?.(request, response)) ?? false;
  }
}
