import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpDoor } from '../events/http-door';
import { MetricsService } from './metrics.service';

/** Figures for Prometheus, for whoever holds the gateway's token or password. */
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly door: HttpDoor,
  ) {}

  @Get(['metrics', 'api/diagnostics/prometheus'])
  async read(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!(await this.door.admit(request, response))) return;
    response.type('text/plain; version=0.0.4').send(await this.metrics.text());
  }
}
