import { Injectable } from '@nestjs/common';
import { ChannelDirectory } from '../../events/channel-directory';
import { PairedRoles } from './paired-roles.service';
import { MAX_PENDING, PAIRING_TTL_MS, type PairingRequest, PairingService } from './pairing.service';

/** An account at which people can ask to be let in. */
interface PairingAccount {
  channel: string;
  channelLabel: string;
  accountId: string;
  notifySupported: boolean;
}

/** Who asks to be let in and who was, as clients see it. Times as texts of ISO 8601. */
@Injectable()
export class ShownPairing {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly pairing: PairingService,
    private readonly roles: PairedRoles,
  ) {}

  async list(channel?: string, accountId?: string): Promise<Record<string, unknown>> {
    const accounts = this.accounts().filter(
      (each) => (channel ?? each.channel) === each.channel && (accountId ?? each.accountId) === each.accountId,
    );
    const isHere = ({ account }: { account: string }): boolean => accountId === undefined || account === accountId;
    const requests = (await this.pairing.list(channel)).filter(isHere);
    const owned = await Promise.all(accounts.map((each) => this.roles.hasOwner(each.channel, each.accountId)));
    return {
      accounts,
      requests: await Promise.all(requests.map((request) => this.shown(request))),
      approved: (await this.pairing.approved(channel)).filter(isHere),
      commandOwnerConfigured: owned.every(Boolean),
      limits: { pendingPerAccount: MAX_PENDING, ttlMs: PAIRING_TTL_MS },
    };
  }

  private accounts(): PairingAccount[] {
    return this.directory.all().flatMap(({ declaration, adapter }) =>
      adapter
        .accounts()
        .filter(({ enabled, notConfigured }) => enabled && notConfigured === undefined)
        .map(({ id }) => ({
          channel: declaration.id,
          channelLabel: declaration.label,
          accountId: id,
          notifySupported: true,
        })),
    );
  }

  private async shown(request: PairingRequest): Promise<Record<string, unknown>> {
    const { createdAt, lastSeenAt, route, ...facts } = request;
    const { channel, account, senderId, name, code } = request;
    return {
      ...facts,
      // What whoever approves it makes of them without a word about it.
      role: await this.roles.next(channel, account),
      requestId: code,
      channelLabel: this.directory.find(channel)?.declaration.label ?? channel,
      accountId: account,
      senderLabel: name ?? senderId,
      createdAt: new Date(createdAt).toISOString(),
      lastSeenAt: new Date(lastSeenAt).toISOString(),
      expiresAt: new Date(createdAt + PAIRING_TTL_MS).toISOString(),
      notifySupported: route !== undefined,
    };
  }
}
