import { Command, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printLine, printTable, relativeTime } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../client/with-gateway';
import type { DevicePairRequest, PairedDevice } from './device-record';

interface DevicesPayload {
  pending: DevicePairRequest[];
  paired: PairedDevice[];
}

@SubCommand({ name: 'list', description: 'paired devices and requests' })
export class DevicesListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<DevicesPayload>('device.pair.list'),
    );
    if (options.json) {
      printJson(answer);
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
        { title: 'State', value: (row) => row.state },
        { title: 'Id', value: (row) => row.id },
        { title: 'Client', value: (row) => row.device.displayName ?? row.device.clientId },
        { title: 'Role', value: (row) => (row.device.roles ?? []).join(', ') },
        { title: 'Since', value: (row) => relativeTime(row.at) },
      ]);
  }
}

@SubCommand({ name: 'approve', arguments: '<requestId>', description: 'approve a pairing request' })
export class DevicesApproveCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call('device.pair.approve', { requestId }),
    );
    if (options.json) printJson(answer);
    else printLine('the device is paired');
  }
}

@SubCommand({ name: 'reject', arguments: '<requestId>', description: 'reject a pairing request' })
export class DevicesRejectCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call('device.pair.reject', { requestId }),
    );
    if (options.json) printJson(answer);
    else printLine('the request is rejected');
  }
}

@Command({
  name: 'devices',
  description: 'clients that may connect',
  subCommands: [DevicesListCommand, DevicesApproveCommand, DevicesRejectCommand],
})
export class DevicesCommand extends CommandGroup {}
