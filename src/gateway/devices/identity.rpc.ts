import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { loadDeviceIdentity } from '../client/device-identity-file';

/** By which a gateway is known again, whatever its address. */
@Injectable()
export class IdentityRpc {
  constructor(private readonly config: ConfigService) {}

  @RpcMethod({
    name: 'gateway.identity.get',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Device id and public key of the gateway.',
  })
  get(): { deviceId: string; publicKey: string } {
    const { id, publicKey } = loadDeviceIdentity(this.config.stateDir);
    return { deviceId: id, publicKey };
  }
}
