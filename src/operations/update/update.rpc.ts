import { Injectable } from '@nestjs/common';
import type { UpdateAnswer } from '../../events/update-port';
import { RestartSentinel } from '../../config/restart-sentinel';
import { ConfigService } from '../../config/config.service';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { UpdateRunParams } from './update.dto';
import { UpdateService } from './update.service';

@Injectable()
export class UpdateRpc {
  constructor(
    private readonly updates: UpdateService,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'update.status',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'What the last look for a new release found.',
  })
  status(): unknown {
    const known = this.updates.known();
    return {
      sentinel: new RestartSentinel(this.config.stateDir).read() ?? null,
      updateAvailable: known?.available ?? null,
      effectiveChannel: this.updates.channel,
      schedule: { channel: this.updates.channel, autoEnabled: false },
      checkedAt: known?.checkedAt ?? null,
      ...(known?.reason ? { reason: known.reason } : {}),
    };
  }

  @RpcMethod({
    name: 'update.run',
    scope: 'operator.admin',
    params: UpdateRunParams,
    summary: 'Brings the new release here, tries it out and starts it in the place of this process.',
  })
  run(params: UpdateRunParams): Promise<UpdateAnswer> {
    return this.updates.run(params);
  }
}
