import { Injectable } from '@nestjs/common';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { BootReport } from './boot-report.service';

@Injectable()
export class BootReportRpc {
  constructor(private readonly report: BootReport) {}

  @RpcMethod({
    name: 'system.boot',
    scope: 'operator.read',
    params: NoParams,
    summary: 'What each boot step did: state, reason and time.',
  })
  boot(): unknown {
    return {
      totalMs: this.report.totalMs,
      errors: this.report.count('failed'),
      degraded: this.report.count('degraded'),
      steps: this.report.steps(),
    };
  }
}
