import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../common/openclaw-error';
import { EventBus } from '../events/event-bus';
import { OutboundPort } from '../events/outbound-port';
import type { RpcContext } from '../rpc/rpc-context';
import { RpcMethod } from '../rpc/rpc-method';
import { invalidRequest } from '../rpc/rpc-error';
import { PairingService } from './access/pairing.service';
import { PairedRoles } from './access/paired-roles.service';
import { ShownPairing } from './access/shown-pairing.service';
import { ChannelManager } from './channel-manager.service';
import { ChannelStatus } from './channel-status.service';
import {
  ChannelAccountParams,
  ChannelsStatusParams,
  PairingAdmitParams,
  PairingApproveParams,
  PairingDecisionParams,
  PairingListParams,
  PairingRevokeParams,
} from './channels.dto';

const DEFAULT_TIMEOUT_MS = 10_000;
const MIN_TIMEOUT_MS = 1000;

@Injectable()
export class ChannelsRpc {
  constructor(
    private readonly manager: ChannelManager,
    private readonly channels: ChannelStatus,
    private readonly pairing: PairingService,
    private readonly roles: PairedRoles,
    private readonly shownPairing: ShownPairing,
    private readonly outbound: OutboundPort,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'channels.status',
    scope: 'operator.read',
    params: ChannelsStatusParams,
    summary: 'Channels and their accounts; with probe, the platforms are asked.',
  })
  status(params: ChannelsStatusParams): Promise<unknown> {
    return this.channels.status(
      params.probe === true,
      Math.max(MIN_TIMEOUT_MS, params.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    );
  }

  @RpcMethod({
    name: 'channels.start',
    scope: 'operator.admin',
    params: ChannelAccountParams,
    summary: 'Starts an account, or all of a channel; one that rests after failures tries again at once.',
  })
  start(params: ChannelAccountParams): unknown {
    return refusals(() => ({ ok: true, accounts: this.manager.start(idOf(params), params.accountId) }));
  }

  @RpcMethod({
    name: 'channels.stop',
    scope: 'operator.admin',
    params: ChannelAccountParams,
    summary: 'Stops an account, or all of a channel, until it is started again.',
  })
  stop(params: ChannelAccountParams): Promise<unknown> {
    return refusals(async () => ({ ok: true, accounts: await this.manager.stop(idOf(params), params.accountId) }));
  }

  @RpcMethod({
    name: 'channels.logout',
    scope: 'operator.admin',
    params: ChannelAccountParams,
    summary: 'Stops an account and removes its credentials from the configuration.',
  })
  logout(params: ChannelAccountParams): Promise<unknown> {
    return refusals(async () => {
      const { channel, account, cleared } = await this.manager.logout(idOf(params), params.accountId);
      return { channel, accountId: account, cleared, loggedOut: true };
    });
  }

  @RpcMethod({
    name: 'channels.pairing.list',
    scope: 'operator.pairing',
    params: PairingListParams,
    summary: 'People who ask to be let in, and those who were.',
  })
  pairingList({ channel, accountId }: PairingListParams): Promise<unknown> {
    return this.shownPairing.list(channel?.toLowerCase(), accountId);
  }

  @RpcMethod({
    name: 'channels.pairing.approve',
    scope: 'operator.pairing',
    params: PairingApproveParams,
    summary: 'Lets somebody in by pairing code, and tells them where that is wished.',
  })
  async approve(params: PairingApproveParams, context: RpcContext): Promise<unknown> {
    const isAdmin = context.caller.scopes.has('operator.admin');
    if (params.role === 'owner' && !isAdmin) throw invalidRequest('role: only an administrator makes owners');
    const wanted = params.role ?? (params.bootstrapCommandOwner && isAdmin ? 'owner' : undefined);
    return refusals(async () => {
      let announce: (() => void) | undefined;
      const { channel, account, senderId, role, route } = await this.pairing.approve(
        idOf(params),
        params.code,
        params.accountId,
        async (request) => wanted ?? (isAdmin ? this.roles.next(request.channel, request.account) : 'guest'),
        async (transaction, request) => {
          if (!params.notify || !request.route) return;
          const runId = `paired:${request.channel}:${request.account}:${request.senderId}:${request.code}`;
          announce = await this.outbound.enqueueIn(transaction, { runId, route: request.route, texts: [LET_IN] });
        },
      );
      announce?.();
      this.resolved(channel, account, senderId, 'approved');
      return {
        ok: true,
        ...{ channel, accountId: account, senderId, role, requestId: params.code },
        notification: params.notify ? (route ? 'sent' : 'unsupported') : 'not-requested',
        commandOwnerBootstrap: params.bootstrapCommandOwner
          ? role === 'owner'
            ? 'configured'
            : 'unavailable'
          : 'not-requested',
      };
    });
  }

  @RpcMethod({
    name: 'channels.pairing.dismiss',
    scope: 'operator.pairing',
    params: PairingDecisionParams,
    summary: 'Turns a pairing request down.',
  })
  async dismiss(params: PairingDecisionParams): Promise<unknown> {
    const { code: requestId } = params;
    const dismissed = await this.pairing.reject(idOf(params), requestId);
    if (dismissed) this.resolved(idOf(params), dismissed.account, dismissed.senderId, 'dismissed');
    return { ok: true, dismissed: dismissed !== undefined, requestId, senderId: dismissed?.senderId };
  }

  @RpcMethod({
    name: 'channels.pairing.revoke',
    scope: 'operator.pairing',
    params: PairingRevokeParams,
    summary: 'Shuts somebody out again who was let in by pairing.',
  })
  async revoke(params: PairingRevokeParams): Promise<unknown> {
    const { accountId = 'default', senderId } = params;
    const revoked = await this.pairing.revoke(idOf(params), accountId, senderId);
    if (revoked) this.resolved(idOf(params), accountId, senderId, 'revoked');
    return { ok: true, revoked };
  }

  @RpcMethod({
    name: 'channels.pairing.admit',
    scope: 'operator.admin',
    params: PairingAdmitParams,
    summary:
      'Lets somebody in without a code, such as people whom another gateway knew, or changes between owner and guest.',
  })
  async admit(params: PairingAdmitParams): Promise<unknown> {
    const { accountId = 'default', senderId } = params;
    const channel = idOf(params);
    const known = (await this.pairing.approvedSenders(channel, accountId)).get(senderId);
    if (known !== undefined && (params.role ?? known) === known) return { ok: true, added: false };
    const { role = known ?? 'guest', name } = params;
    await this.pairing.admit({ channel, account: accountId, senderId, role, ...(name ? { name } : {}) });
    this.resolved(channel, accountId, senderId, 'approved');
    return { ok: true, added: true };
  }

  private resolved(channel: string, accountId: string, senderId: string, decision: string): void {
    const payload = { channel, accountId, senderId, decision };
    this.events.emit('wire.event', { event: 'channels.pairing.resolved', payload });
  }
}

const LET_IN = 'You are connected to this assistant now: write to it.';

const idOf = ({ channel }: { channel: string }): string => channel.toLowerCase();

const REFUSALS = new Set(['CHANNEL_UNKNOWN', 'CHANNEL_NOT_CONFIGURED', 'PAIRING_CODE_UNKNOWN', 'CONFIG_READ_ONLY']);

/** Errors about what was asked for, in the words of the wire. */
async function refusals<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OpenclawError && REFUSALS.has(error.code)) throw invalidRequest(error.message);
    throw error;
  }
}
