import { Injectable } from '@nestjs/common';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { TraceParams } from './diagnostics.dto';
import type { Trace } from './trace-facts';
import { TraceService } from './trace.service';

@Injectable()
export class TraceRpc {
  constructor(private readonly traces: TraceService) {}

  @RpcMethod({
    name: 'system.trace',
    scope: 'operator.read',
    params: TraceParams,
    summary: 'Every hop of one message, run or delivery, with times.',
  })
  async get(params: TraceParams): Promise<Trace> {
    const trace = (await this.traces.find(params.id)) ?? (await this.byBeginning(params.id));
    if (!trace) throw invalidRequest(`nothing is known of "${params.id}"; use a message, run or delivery id`);
    return trace;
  }

  /** @throws RpcError INVALID_REQUEST naming the ids where there are several */
  private async byBeginning(typed: string): Promise<Trace | undefined> {
    const [only, ...others] = await this.traces.beginningWith(typed);
    if (only === undefined) return undefined;
    if (others.length > 0)
      throw invalidRequest(`"${typed}" may be any of these: ${[only, ...others].join(', ')}; write more of the id`);
    return this.traces.find(only);
  }
}
