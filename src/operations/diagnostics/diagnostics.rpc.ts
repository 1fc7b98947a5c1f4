import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { PreparedJson } from '../../rpc/rpc-context';
import { RpcMethod } from '../../rpc/rpc-method';
import { DiagnosticsBundle } from './diagnostics-bundle.service';
import { HealthParams, LogsTailParams } from './diagnostics.dto';
import { HealthService } from './health.service';
import { LogTailService } from './log-tail.service';

/** A cached summary younger than this is answered as it is. */
const FRESH_MS = 60_000;

@Injectable()
export class DiagnosticsRpc {
  constructor(
    private readonly health: HealthService,
    private readonly logs: LogTailService,
    private readonly bundle: DiagnosticsBundle,
  ) {}

  @RpcMethod({
    name: 'health',
    scope: 'operator.read',
    params: HealthParams,
    summary: 'State of the gateway, its channels, agents and sessions.',
  })
  check(params: HealthParams): PreparedJson | Promise<PreparedJson> {
    const { json, ageMs } = this.health.cached();
    if (!params.probe && ageMs < FRESH_MS) return new PreparedJson(json);
    return this.health.refresh(params.probe === true).then(() => new PreparedJson(this.health.cached().json));
  }

  @RpcMethod({
    name: 'status',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Sessions, heartbeat and channels at a glance.',
  })
  status(): Promise<unknown> {
    return this.health.status();
  }

  @RpcMethod({
    name: 'diagnostics.export',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'State, configuration, figures and log for somebody who helps; no secrets, nothing that was said.',
  })
  export(): Promise<unknown> {
    return this.bundle.make();
  }

  @RpcMethod({
    name: 'logs.tail',
    scope: 'operator.read',
    params: LogsTailParams,
    summary: 'New lines of the log file since a byte offset.',
  })
  tail(params: LogsTailParams): Promise<unknown> {
    return this.logs.tail(params);
  }
}
