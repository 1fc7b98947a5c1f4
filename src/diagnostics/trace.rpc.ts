import { Injectable } from '@nestjs/common';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
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
    const trace = await this.traces.find(params.id);
    if (!trace) throw invalidRequest(`nothing is known of "${params.id}"; use a message, run or delivery id`);
    return trace;
  }
}
