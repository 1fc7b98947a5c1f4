import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printLine, printTable, relativeTime } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import type { PairingRequest } from './pairing.service';

@SubCommand({ name: 'list', arguments: '[channel]', description: 'people who ask to be let in' })
export class PairingListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([channel]: string[], options: GatewayOptions): Promise<void> {
    const params = channel ? { channel } : {};
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ requests: PairingRequest[] }>('channels.pairing.list', params),
    );
    if (options.json) printJson(answer);
    else if (answer.requests.length === 0) printLine('nobody is waiting');
    else
      printTable(answer.requests, [
        { title: 'Channel', value: (request) => request.channel },
        { title: 'Account', value: (request) => request.account },
        { title: 'Code', value: (request) => request.code },
        { title: 'Sender', value: (request) => request.senderId },
        { title: 'Name', value: (request) => request.name },
        { title: 'Asked', value: (request) => relativeTime(request.createdAt) },
      ]);
  }
}

@SubCommand({ name: 'approve', arguments: '<channel> <code>', description: 'let somebody in' })
export class PairingApproveCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([channel = '', code = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ senderId: string }>('channels.pairing.approve', { channel, code }),
    );
    if (options.json) printJson(answer);
    else printLine(`${answer.senderId} may now write to the assistant on ${channel}`);
  }
}

@SubCommand({ name: 'reject', arguments: '<channel> <code>', description: 'turn a request down' })
export class PairingRejectCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([channel = '', code = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ dismissed: boolean }>('channels.pairing.dismiss', { channel, code }),
    );
    if (options.json) printJson(answer);
    else printLine(answer.dismissed ? 'turned down' : `there is no pending request with code ${code} on ${channel}`);
    if (!answer.dismissed) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({ name: 'revoke', arguments: '<channel> <sender>', description: 'shut somebody out again' })
export class PairingRevokeCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--account <id>', description: 'account of the channel (default)' })
  parseAccount(value: string): string {
    return value;
  }

  async run([channel = '', senderId = '']: string[], options: GatewayOptions & { account?: string }): Promise<void> {
    const params = { channel, senderId, ...(options.account ? { accountId: options.account } : {}) };
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ revoked: boolean }>('channels.pairing.revoke', params),
    );
    if (options.json) printJson(answer);
    else printLine(answer.revoked ? `${senderId} may no longer write` : `${senderId} was not paired on ${channel}`);
    if (!answer.revoked) process.exitCode = ExitCode.failed;
  }
}

export const PAIRING_LEAVES = [
  PairingListCommand,
  PairingApproveCommand,
  PairingRejectCommand,
  PairingRevokeCommand,
] as const;

@Command({
  name: 'pairing',
  description: 'people who ask to write to the assistant',
  subCommands: [...PAIRING_LEAVES],
})
export class PairingCommand extends CommandGroup {}
