import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ReadinessService } from '../readiness.service';

/** Liveness and readiness for supervisors; open to everybody, tells no secrets. */
@Controller()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get(['health', 'healthz'])
  live(): { ok: true; status: 'live' } {
    return { ok: true, status: 'live' };
  }

  @Get(['ready', 'readyz', 'startup', 'startupz'])
  async ready(@Res() response: Response): Promise<void> {
    const report = await this.readiness.report();
    response.status(report.ready ? 200 : 503).json(report);
  }
}
