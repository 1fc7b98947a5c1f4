import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpDoor } from '../events/http-door';
import { isLoopbackAddress } from '../common/net/address';
import { MetricsService } from './metrics.service';

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** Figures for Prometheus; from other machines, and through a proxy, with the gateway's token only. */
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly door: HttpDoor,
  ) {}

  @Get('metrics')
  async read(@Req() request: Request, @Res() response: Response): Promise<void> {
    const isNear =
      isLoopbackAddress(request.socket.remoteAddress ?? '') &&
      FORWARDED.every((name) => request.headers[name] === undefined);
    if (!isNear && !this.door.admit(request, response)) return;
    response.type('text/plain; version=0.0.4').send(await this.metrics.text());
  }
}
