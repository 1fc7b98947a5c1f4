import { Injectable } from '@nestjs/common';

export interface ListeningAddress {
  port: number;
  hosts: string[];
  secure: boolean;
  purpose: 'gateway' | 'control-ui';
}

/** Where the gateway really listens, for the banner, status and login links. */
@Injectable()
export class ListeningState {
  private readonly addresses: ListeningAddress[] = [];

  add(address: ListeningAddress): void {
    this.addresses.push(address);
  }

  list(): readonly ListeningAddress[] {
    return this.addresses;
  }

  /** Port of the gateway, 0 before it listens. */
  get gatewayPort(): number {
    return this.addresses.find((address) => address.purpose === 'gateway')?.port ?? 0;
  }
}
