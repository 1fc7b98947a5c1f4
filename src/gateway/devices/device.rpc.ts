import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest, missingScope } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { type OperatorScope, satisfies } from '../../rpc/scopes';
import { ConnectionRegistry } from '../connection/connection-registry';
import { CloseCode } from '../protocol/close-codes';
import { DevicePairDecisionParams, DeviceIdParams, DeviceTokenParams, DeviceTokenRotateParams } from './device.dto';
import { type Allow, DevicePairingService } from './device-pairing.service';
import { type PairedDevice, scopesOf } from './device-record';

@Injectable()
export class DeviceRpc {
  constructor(
    private readonly pairing: DevicePairingService,
    private readonly connections: ConnectionRegistry,
  ) {}

  @RpcMethod({
    name: 'device.pair.list',
    scope: 'operator.pairing',
    params: NoParams,
    summary: 'Pending pairing requests and paired devices.',
  })
  async list(): Promise<unknown> {
    const { pending, paired } = await this.pairing.list();
    return { pending, paired: paired.map(withoutSecrets) };
  }

  @RpcMethod({
    name: 'device.pair.approve',
    scope: 'operator.pairing',
    params: DevicePairDecisionParams,
    summary: 'Approves a pairing request.',
  })
  async approve(params: DevicePairDecisionParams, context: RpcContext): Promise<unknown> {
    const { pending } = await this.pairing.list();
    const request = pending.find((entry) => entry.requestId === params.requestId);
    if (request) refuseMoreThanCaller(request.scopes ?? [], context);
    const device = await this.pairing.approve(params.requestId);
    return { requestId: params.requestId, device: withoutSecrets(device) };
  }

  @RpcMethod({
    name: 'device.pair.reject',
    scope: 'operator.pairing',
    params: DevicePairDecisionParams,
    summary: 'Rejects a pairing request.',
  })
  reject(params: DevicePairDecisionParams): Promise<unknown> {
    return this.pairing.reject(params.requestId);
  }

  @RpcMethod({
    name: 'device.pair.remove',
    scope: 'operator.pairing',
    params: DeviceIdParams,
    summary: 'Forgets a device and closes its connections.',
  })
  async remove(params: DeviceIdParams, context: RpcContext): Promise<unknown> {
    if (!(await this.pairing.remove(params.deviceId, notAbove(context)))) throw invalidRequest('unknown deviceId');
    this.disconnect(params.deviceId);
    return { deviceId: params.deviceId, removed: true };
  }

  @RpcMethod({
    name: 'device.token.rotate',
    scope: 'operator.pairing',
    params: DeviceTokenRotateParams,
    summary: 'Gives a device a new token for a role; the old one stops working.',
  })
  async rotate(params: DeviceTokenRotateParams, context: RpcContext): Promise<unknown> {
    refuseMoreThanCaller(params.scopes ?? [], context);
    const token = await this.pairing.rotateToken(params.deviceId, params.role, notAbove(context), params.scopes);
    this.disconnect(params.deviceId, params.role);
    return {
      deviceId: params.deviceId,
      role: params.role,
      token: token.token,
      scopes: token.scopes,
      rotatedAtMs: token.rotatedAtMs,
    };
  }

  @RpcMethod({
    name: 'device.token.revoke',
    scope: 'operator.pairing',
    params: DeviceTokenParams,
    summary: "Revokes a device's token for a role.",
  })
  async revoke(params: DeviceTokenParams, context: RpcContext): Promise<unknown> {
    const token = await this.pairing.revokeToken(params.deviceId, params.role, notAbove(context));
    this.disconnect(params.deviceId, params.role);
    return { deviceId: params.deviceId, role: params.role, revokedAtMs: token.revokedAtMs };
  }

  private disconnect(deviceId: string, role?: string): void {
    for (const connection of this.connections.all()) {
      if (connection.caller?.deviceId !== deviceId || (role !== undefined && connection.caller.role !== role)) continue;
      connection.close(CloseCode.credentialsChanged, 'credentials changed');
    }
  }
}

/** Nobody may change what may do more than they may themselves. */
const notAbove =
  (context: RpcContext): Allow =>
  (device) =>
    refuseMoreThanCaller(scopesOf(device), context);

/** Nobody may hand out more than they hold. */
function refuseMoreThanCaller(scopes: readonly string[], context: RpcContext): void {
  const { caller } = context;
  const beyond = scopes.find((scope) => !satisfies(caller.scopes, scope as OperatorScope));
  if (beyond !== undefined) throw missingScope(caller, beyond);
}

function withoutSecrets(device: PairedDevice): unknown {
  const { tokens, ...rest } = device;
  return { ...rest, tokens: Object.values(tokens ?? {}).map(({ token: _, ...facts }) => facts) };
}
