import { Injectable } from '@nestjs/common';
import { idsOn } from '../../common/sender-identity';
import { ConfigService } from '../../config/config.service';
import type { KnownPeople } from './access-gate';
import { PairingService } from './pairing.service';

/** Who is known on an account beside its own lists: people let in by code, and the gateway's owners. */
@Injectable()
export class KnownPeopleList {
  constructor(
    private readonly config: ConfigService,
    private readonly pairing: PairingService,
  ) {}

  async of(channel: string, account: string): Promise<KnownPeople> {
    const { ownerAllowFrom } = this.config.config.commands ?? {};
    const known = await this.pairing.namedSenders(channel, account);
    return ownerAllowFrom ? { ...known, owners: idsOn(channel, ownerAllowFrom) } : known;
  }
}
