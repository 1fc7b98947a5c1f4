import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { RunsAgainParams, RunsListParams } from './diagnostics.dto';
import { RunAgain } from './run-again.service';
import { RunsService } from './runs.service';
import type { RunSummary } from './trace-facts';

const DEFAULT_LIMIT = 20;

@Injectable()
export class RunsRpc {
  constructor(
    private readonly runs: RunsService,
    private readonly config: ConfigService,
    private readonly runAgain: RunAgain,
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

  @RpcMethod({
    name: 'runs.again',
    scope: 'operator.admin',
    params: RunsAgainParams,
    unlisted: true,
    summary: 'Has the messages of a run that failed tried again, with the same words and for the same people.',
  })
  async again({ id }: RunsAgainParams): Promise<{ runs: string[] }> {
    return { runs: await this.runAgain.start(id) };
  }
}
