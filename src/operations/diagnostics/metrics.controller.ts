import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpAuthPort } from '../../events/http-auth-port';
import { MetricsService } from './metrics.service';

/** Figures for Prometheus, for whoever holds the gateway's token or password. */
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly httpAuthPort: HttpAuthPort,
  ) {}

  @Get(['metrics', 'api/diagnostics/prometheus'])
  async read(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!(await this.httpAuthPort.admit(request, response))) return;
    response.type('text/plain; version=0.0.4').send(await this.metrics.text());
  }
}
