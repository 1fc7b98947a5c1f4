import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import type { GatewayProblem } from './gateway-problem';
import { ProblemsService } from './problems.service';

@Injectable()
export class ProblemsRpc {
  constructor(private readonly problems: ProblemsService) {}

  @RpcMethod({
    name: 'system.problems',
    scope: 'operator.read',
    params: NoParams,
    unlisted: true,
    summary:
      'What does not work: storage, disk, configuration, models, channels, plugins, and messages without an answer.',
  })
  async list(): Promise<{ problems: GatewayProblem[] }> {
    return { problems: await this.problems.list() };
  }
}
