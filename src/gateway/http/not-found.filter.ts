import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { HttpFallbackPort } from '../../events/http-fallback-port';

/** What is at no address: in words, as clients of OpenClaw know it. */
@Catch(NotFoundException)
export class NotFoundFilter implements ExceptionFilter {
  constructor(private readonly fallback: HttpFallbackPort) {}

  async catch(_: NotFoundException, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (await this.fallback.answers(http.getRequest<Request>(), response)) return;
    response.status(404).type('text/plain').send('Not Found');
  }
}
