import { Command, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../common/cli/cli-error';
import { idByPrefix } from '../../common/cli/id-by-prefix';
import { CommandGroup, type GatewayOptions } from '../../common/cli/cli-command';
import { WatchingCommand } from '../../common/cli/watching';
import { printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { GatewayClient } from '../client/gateway-client';
import { withGatewayOrDisk } from '../client/with-gateway';
import { resolveStateDir } from '../../config/state-paths';
import { OpenclawError } from '../../common/openclaw-error';
import { loadDeviceIdentity } from '../client/device-identity-file';
import { CallingCommand } from '../../config/calling-command';
import type { DevicePairRequest } from './device-record';
import { type ListedDevice, type ListedDevices, devicesView } from './device-view';
import type { PairedNode } from './paired-node';

const nameOf = (device: DevicePairRequest | ListedDevice): string | undefined =>
  ('operatorLabel' in device ? device.operatorLabel : undefined) ?? device.displayName ?? device.clientId;

/** A device or request may be named by the beginning of its id. */
abstract class DevicesCommandBase extends CallingCommand {
  protected async device(typed: string, options: GatewayOptions): Promise<string> {
    const { paired } = await this.call<ListedDevices>(options, 'device.pair.list');
    const known = paired.map(({ deviceId, displayName, operatorLabel = displayName }) => ({
      id: deviceId,
      ...(operatorLabel ? { name: operatorLabel } : {}),
    }));
    return idByPrefix(typed, known, 'device');
  }

  protected async request(typed: string, options: GatewayOptions): Promise<string> {
    const { pending } = await this.call<ListedDevices>(options, 'device.pair.list');
    return idByPrefix(
      typed,
      pending.map(({ requestId }) => ({ id: requestId })),
      'request',
    );
  }
}

@SubCommand({ name: 'list', description: 'paired devices and requests' })
export class DevicesListCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const { answer, nodes, present } = await withGatewayOrDisk(
      resolveGatewayTarget(this.env, options),
      async (client) => ({
        answer: await client.call<ListedDevices>('device.pair.list'),
        nodes: options.json ? (await client.call<{ paired: PairedNode[] }>('node.pair.list')).paired : [],
        // Nobody is connected where no gateway runs.
        present: client instanceof GatewayClient ? client.hello.snapshot.presence : [],
      }),
    );
    if (options.json) {
      printJson(devicesView(answer, nodes, present));
      return;
    }
    const rows = [
      ...answer.pending.map((request) => ({
        state: 'pending',
        id: request.requestId,
        device: request,
        at: request.ts,
      })),
      ...answer.paired.map((device) => ({ state: 'paired', id: device.deviceId, device, at: device.approvedAtMs })),
    ];
    if (rows.length === 0) printLine('no devices');
    else
      printTable(rows, [
        { title: 'State', value: (row) => row.state, tint: (row) => (row.state === 'pending' ? 'warn' : undefined) },
        { title: 'Id', value: (row) => row.id, keep: true },
        { title: 'Client', value: ({ device }) => nameOf(device) },
        { title: 'Role', value: (row) => (row.device.roles ?? []).join(', ') },
        { title: 'Since', value: (row) => timeText(row.at) },
      ]);
  }
}

@SubCommand({ name: 'approve', arguments: '<requestId>', description: 'approve a pairing request' })
export class DevicesApproveCommand extends DevicesCommandBase {
  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'device.pair.approve', {
      requestId: await this.request(requestId, options),
    });
    if (options.json) printJson(answer);
    else printLine('the device is paired');
  }
}

@SubCommand({ name: 'reject', arguments: '<requestId>', description: 'reject a pairing request' })
export class DevicesRejectCommand extends DevicesCommandBase {
  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'device.pair.reject', {
      requestId: await this.request(requestId, options),
    });
    if (options.json) printJson(answer);
    else printLine('the request is rejected');
  }
}

/** A change after which the connections of a device end: also this one, when the device is this machine. */
abstract class DeviceChangeCommand extends DevicesCommandBase {
  protected async unlessOurs<T>(deviceId: string, change: Promise<T>): Promise<T | { deviceId: string }> {
    try {
      return await change;
    } catch (error) {
      const isEnd = error instanceof OpenclawError && error.code === 'GATEWAY_CLOSED';
      if (isEnd && loadDeviceIdentity(resolveStateDir(this.env)).id === deviceId) return { deviceId };
      throw error;
    }
  }
}

@SubCommand({ name: 'remove', arguments: '<deviceId>', description: 'forget a device; its connections end' })
export class DevicesRemoveCommand extends DeviceChangeCommand {
  async run([typed = '']: string[], options: GatewayOptions): Promise<void> {
    const deviceId = await this.device(typed, options);
    const answer = await this.unlessOurs(deviceId, this.call(options, 'device.pair.remove', { deviceId }));
    if (options.json) printJson(answer);
    else printLine('the device is forgotten');
  }
}

@SubCommand({ name: 'rename', description: 'give a paired device a name of your own' })
export class DevicesRenameCommand extends DevicesCommandBase {
  @Option({ flags: '--device <id>', description: 'device, as "devices list" names it' })
  parseDevice(value: string): string {
    return value;
  }

  @Option({ flags: '--name <label>', description: 'at most 64 characters' })
  parseName(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { device?: string; name?: string }): Promise<void> {
    const { device, name } = options;
    if (device === undefined) throw new UsageError('which device? --device <id>');
    if (name === undefined) throw new UsageError('what is it to be called? --name <label>');
    const answer = await this.call<{ label: string }>(options, 'device.pair.rename', {
      deviceId: await this.device(device, options),
      label: name,
    });
    if (options.json) printJson(answer);
    else printLine(`the device is called ${answer.label} from now on`);
  }
}

interface TokenOptions extends GatewayOptions {
  device?: string;
  role?: string;
  scope?: string[];
}

abstract class DeviceTokenCommand extends DeviceChangeCommand {
  @Option({ flags: '--device <id>', description: 'device, as "devices list" names it' })
  parseDevice(value: string): string {
    return value;
  }

  @Option({ flags: '--role <role>', description: 'operator by default', choices: ['operator', 'node'] })
  parseRole(value: string): string {
    return value;
  }

  protected async paramsOf(options: TokenOptions): Promise<{ deviceId: string; role: string }> {
    const { device, role = 'operator' } = options;
    if (device === undefined) throw new UsageError('which device? --device <id>');
    return { deviceId: await this.device(device, options), role };
  }
}

@SubCommand({ name: 'rotate', description: 'give a device a new token; the old one is worth nothing from then on' })
export class DevicesRotateCommand extends DeviceTokenCommand {
  @Option({ flags: '--scope <scope>', description: 'scope of the new token; repeat it. Without: those of the old one' })
  parseScope(value: string, before: string[] = []): string[] {
    return [...before, value];
  }

  async run(_: string[], options: TokenOptions): Promise<void> {
    const params = await this.paramsOf(options);
    const change = this.call(options, 'device.token.rotate', { ...params, scopes: options.scope });
    const answer = await this.unlessOurs(params.deviceId, change);
    if (options.json) printJson(answer);
    else printLine('the device has a new token; it is handed over when the device connects next');
  }
}

@SubCommand({ name: 'revoke', description: 'take the token of a device away; its connections end' })
export class DevicesRevokeCommand extends DeviceTokenCommand {
  async run(_: string[], options: TokenOptions): Promise<void> {
    const params = await this.paramsOf(options);
    const answer = await this.unlessOurs(params.deviceId, this.call(options, 'device.token.revoke', params));
    if (options.json) printJson(answer);
    else printLine('the token is revoked');
  }
}

export const DEVICE_LEAVES = [
  DevicesListCommand,
  DevicesApproveCommand,
  DevicesRejectCommand,
  DevicesRemoveCommand,
  DevicesRenameCommand,
  DevicesRotateCommand,
  DevicesRevokeCommand,
] as const;

@Command({
  name: 'devices',
  description: 'clients that may connect',
  subCommands: [...DEVICE_LEAVES],
})
export class DevicesCommand extends CommandGroup {}
