import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../common/openclaw-error';
import { RpcMethod } from '../rpc/rpc-method';
import { invalidRequest } from '../rpc/rpc-error';
import { PairingService } from './access/pairing.service';
import { ChannelManager } from './channel-manager.service';
import { ChannelsStatusParams, PairingDecisionParams, PairingListParams } from './channels.dto';

const DEFAULT_TIMEOUT_MS = 10_000;
const MIN_TIMEOUT_MS = 1000;

@Injectable()
export class ChannelsRpc {
  constructor(
    private readonly manager: ChannelManager,
    private readonly pairing: PairingService,
  ) {}

  @RpcMethod({
    name: 'channels.status',
    scope: 'operator.read',
    params: ChannelsStatusParams,
    summary: 'Channels and their accounts; with probe, the platforms are asked.',
  })
  status(params: ChannelsStatusParams): Promise<unknown> {
    return this.manager.status(params.probe === true, Math.max(MIN_TIMEOUT_MS, params.timeoutMs ?? DEFAULT_TIMEOUT_MS));
  }

  @RpcMethod({
    name: 'channels.pairing.list',
    scope: 'operator.pairing',
    params: PairingListParams,
    summary: 'People who ask to be let in.',
  })
  async pairingList(params: PairingListParams): Promise<unknown> {
    return { requests: await this.pairing.list(params.channel) };
  }

  @RpcMethod({
    name: 'channels.pairing.approve',
    scope: 'operator.pairing',
    params: PairingDecisionParams,
    summary: 'Lets somebody in by pairing code.',
  })
  async approve(params: PairingDecisionParams): Promise<unknown> {
    try {
      const request = await this.pairing.approve(params.channel.toLowerCase(), params.code, params.accountId);
      return { ok: true, channel: request.channel, accountId: request.account, senderId: request.senderId };
    } catch (error) {
      if (error instanceof OpenclawError && error.code === 'PAIRING_CODE_UNKNOWN') throw invalidRequest(error.message);
      throw error;
    }
  }

  @RpcMethod({
    name: 'channels.pairing.dismiss',
    scope: 'operator.pairing',
    params: PairingDecisionParams,
    summary: 'Turns a pairing request down.',
  })
  async dismiss(params: PairingDecisionParams): Promise<unknown> {
    return { ok: true, dismissed: await this.pairing.reject(params.channel.toLowerCase(), params.code) };
  }
}
