import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service';
import { RpcMethod } from '../rpc/rpc-method';
import { canonicalSessionKey } from '../sessions/session-key';
import { RunsListParams } from './diagnostics.dto';
import { type RunSummary, RunsService } from './runs.service';

const DEFAULT_LIMIT = 20;

@Injectable()
export class RunsRpc {
  constructor(
    private readonly runs: RunsService,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'runs.list',
    scope: 'operator.read',
    params: RunsListParams,
    summary: 'The latest runs, newest first: where each came from, its state, times and error.',
  })
  async list({ limit = DEFAULT_LIMIT, sessionKey, state }: RunsListParams): Promise<{ runs: RunSummary[] }> {
    return {
      runs: await this.runs.list({
        limit,
        ...(sessionKey === undefined ? {} : { sessionKey: canonicalSessionKey(this.config.config, sessionKey) }),
        ...(state === undefined ? {} : { state }),
      }),
    };
  }
}
