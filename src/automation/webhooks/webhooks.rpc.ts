import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { transformStates } from '../hooks/handlers/transform-files';
import { WebhookOutbound } from './webhook-outbound.service';

export class WebhooksTestParams {
  /** `id` of an entry of `hooks.outbound`. */
  @Text({ max: 64 }) id!: string;
}

@Injectable()
export class WebhooksRpc {
  constructor(
    private readonly outbound: WebhookOutbound,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'webhooks.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Webhooks in both directions, with what waits and what could not be delivered. No secrets.',
  })
  async list(): Promise<unknown> {
    const { hooks } = this.config.config;
    const states = transformStates(this.config);
    const counts = await this.outbound.counts();
    const count = (id: string, state: string) => counts.find((each) => each.target === id && each.state === state);
    return {
      inbound: {
        enabled: hooks?.enabled === true,
        path: hooks?.path ?? '/hooks',
        mappings: (hooks?.mappings ?? []).map(({ id, match, action, signature, transform }) => ({
          ...(id ? { id } : {}),
          path: match?.path ?? '*',
          ...(match?.source ? { source: match.source } : {}),
          action: action ?? 'agent',
          signed: signature !== undefined,
          ...(transform ? { transform: states.find(({ module }) => module === transform.module) } : {}),
        })),
      },
      outbound: (hooks?.outbound ?? []).map(({ id, url, events, enabled }) => ({
        id,
        url,
        events,
        enabled: enabled !== false,
        pending: count(id, 'pending')?.count ?? 0,
        failed: count(id, 'failed')?.count ?? 0,
        ...(count(id, 'pending')?.error ? { lastError: count(id, 'pending')?.error } : {}),
      })),
    };
  }

  @RpcMethod({
    name: 'webhooks.test',
    scope: 'operator.admin',
    params: WebhooksTestParams,
    summary: 'Sends a test event to an outbound webhook and tells what came back.',
  })
  async test({ id }: WebhooksTestParams): Promise<unknown> {
    try {
      return { ok: true, ms: await this.outbound.test(id) };
    } catch (error) {
      if (error instanceof OpenclawError && error.code === 'WEBHOOK_UNKNOWN') throw invalidRequest(error.message);
      if (error instanceof OpenclawError) throw unavailable(error.message);
      throw error;
    }
  }
}
