import { Injectable } from '@nestjs/common';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { PresenceService } from './connection/presence.service';
import type { PresenceEntry } from './protocol/hello';

@Injectable()
export class PresenceRpc {
  constructor(private readonly presence: PresenceService) {}

  @RpcMethod({
    name: 'system-presence',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Connected clients and the gateway itself.',
  })
  list(): PresenceEntry[] {
    return this.presence.list();
  }
}
