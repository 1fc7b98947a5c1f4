import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { type RpcContext, callerKey } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ConnectionRegistry } from '../connection/connection-registry';
import {
  DevicePairDecisionParams,
  DeviceIdParams,
  DeviceRenameParams,
  DeviceTokenParams,
  DeviceTokenRotateParams,
} from './device.dto';
import { DevicePairingService } from './device-pairing.service';
import { PairingCodes } from './pairing-codes';
import { notAbove, refuseMoreThanCaller } from './device-rights';
import type { PairedDevice } from './device-record';
import { scopesOfNode } from './paired-node';

@Injectable()
export class DeviceRpc {
  constructor(
    private readonly pairing: DevicePairingService,
    private readonly codes: PairingCodes,
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
    if (request) refuseMoreThanCaller([...(request.scopes ?? []), ...scopesOfNode(request.node)], context);
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
    name: 'device.pair.code',
    scope: 'operator.pairing',
    params: NoParams,
    summary:
      'A code that lets one device in once, within five minutes, with at most the rights of the caller; the one before ends.',
  })
  code(_: NoParams, { caller }: RpcContext): { code: string; expiresAtMs: number } {
    return this.codes.make(callerKey(caller), [...caller.scopes]);
  }

  @RpcMethod({
    name: 'device.pair.code.cancel',
    scope: 'operator.pairing',
    params: NoParams,
    summary: 'Ends the code that the caller had made.',
  })
  cancelCode(_: NoParams, { caller }: RpcContext): { ok: true } {
    this.codes.forget(callerKey(caller));
    return { ok: true };
  }

  @RpcMethod({
    name: 'device.pair.remove',
    scope: 'operator.pairing',
    params: DeviceIdParams,
    summary: 'Forgets a device and closes its connections.',
  })
  async remove(params: DeviceIdParams, context: RpcContext): Promise<unknown> {
    if (!(await this.pairing.remove(params.deviceId, notAbove(context)))) throw invalidRequest('unknown deviceId');
    this.shutOut(params.deviceId);
    return { deviceId: params.deviceId, removed: true };
  }

  @RpcMethod({
    name: 'device.pair.rename',
    scope: 'operator.pairing',
    params: DeviceRenameParams,
    summary: 'Gives a paired device a name of your own.',
  })
  async rename({ deviceId, label }: DeviceRenameParams, context: RpcContext): Promise<unknown> {
    const operatorLabel = label.trim();
    if (operatorLabel === '') throw invalidRequest('label must not be empty');
    const allow = notAbove(context);
    const device = await this.pairing.change(deviceId, (stored) => {
      allow(stored);
      return { ...stored, operatorLabel };
    });
    if (!device) throw invalidRequest('unknown deviceId');
    return { deviceId, label: operatorLabel };
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
    this.shutOut(params.deviceId, params.role);
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
    this.shutOut(params.deviceId, params.role);
    return { deviceId: params.deviceId, role: params.role, revokedAtMs: token.revokedAtMs };
  }

  /** What it had opened or handed out ends with its right. */
  private shutOut(deviceId: string, role?: string): void {
    this.codes.forget(`device:${deviceId}`);
    this.connections.closeDevice(deviceId, role);
  }
}

function withoutSecrets(device: PairedDevice): unknown {
  const { tokens, node: _node, nodeRequest: _request, nodeName: _name, ...rest } = device;
  return { ...rest, tokens: Object.values(tokens ?? {}).map(({ token: _, ...facts }) => facts) };
}
