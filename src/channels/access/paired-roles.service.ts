import { Injectable } from '@nestjs/common';
import { EVERYBODY, isHandle } from '../../common/sender-identity';
import { ConfigService } from '../../config/config.service';
import { ChannelDirectory } from '../../events/channel-directory';
import type { PairedRole } from './access-gate';
import { PairingService } from './pairing.service';

/** As what people are let in who ask for it. */
@Injectable()
export class PairedRoles {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly pairing: PairingService,
  ) {}

  /** Whoever sets a gateway up pairs first: an account without an owner gets one, everybody after that is a guest. */
  async next(channel: string, account: string): Promise<PairedRole> {
    return (await this.hasOwner(channel, account)) ? 'guest' : 'owner';
  }

  async hasOwner(channel: string, account: string): Promise<boolean> {
    const { ownerAllowFrom } = this.config.config.commands ?? {};
    // Who is an owner is written down, on whatever channel.
    if (ownerAllowFrom) return true;
    const listed = this.directory
      .find(channel)
      ?.adapter.accounts()
      .find(({ id }) => id === account)?.allowFrom;
    if (listed?.some((entry) => entry !== EVERYBODY && !isHandle(entry))) return true;
    return [...(await this.pairing.approvedSenders(channel, account)).values()].includes('owner');
  }
}
