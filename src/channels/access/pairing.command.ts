import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { WatchingCommand } from '../../common/cli/watching';
import { printJson, printLine, printNote, printTable, timeText } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayCalls } from '../../gateway/client/gateway-client';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { PairedRole } from './access-gate';
import type { PairingRequest } from './pairing.service';

type ListedRequest = Omit<PairingRequest, 'createdAt'> & { createdAt: string };

@SubCommand({ name: 'list', arguments: '[channel]', description: 'people who ask to be let in' })
export class PairingListCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions, [channel]: readonly string[]): Promise<void> {
    const params = channel ? { channel } : {};
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ requests: ListedRequest[] }>('channels.pairing.list', params),
    );
    if (options.json) printJson({ ...params, ...answer });
    else if (answer.requests.length === 0) printLine('no pending requests');
    else
      printTable(answer.requests, [
        { title: 'Channel', value: (request) => request.channel },
        { title: 'Account', value: (request) => request.account },
        { title: 'Code', value: (request) => request.code },
        { title: 'Sender', value: (request) => request.senderId },
        { title: 'Name', value: (request) => request.name },
        { title: 'Asked', value: (request) => timeText(Date.parse(request.createdAt)) },
      ]);
  }
}

interface Approved {
  channel: string;
  senderId: string;
  role: PairedRole;
  notification: string;
}

/** @throws OpenclawError PAIRING_CODE_UNKNOWN where nobody asks with that code */
async function channelOfCode(client: GatewayCalls, code: string): Promise<string> {
  const { requests } = await client.call<{ requests: ListedRequest[] }>('channels.pairing.list', {});
  const found = requests.find((request) => request.code === code.trim().toUpperCase());
  if (found) return found.channel;
  throw new OpenclawError(
    'PAIRING_CODE_UNKNOWN',
    `nobody waits with code ${JSON.stringify(code)}; openclaw pairing list shows who does`,
  );
}

type RoleOptions = GatewayOptions & { owner?: boolean; guest?: boolean };

/** Commands that let somebody in, as an owner or as a guest. */
abstract class AdmittingCommand extends GatewayCommandBase {
  @Option({ flags: '--owner', description: 'shares conversations, files and memory: one of your own accounts' })
  parseOwner(): boolean {
    return true;
  }

  @Option({ flags: '--guest', description: 'has a conversation, a folder and a few tools apart from yours' })
  parseGuest(): boolean {
    return true;
  }

  protected roleOf({ owner, guest }: RoleOptions): { role?: PairedRole } {
    if (owner && guest) throw new UsageError('--owner and --guest exclude each other');
    return owner ? { role: 'owner' } : guest ? { role: 'guest' } : {};
  }

  protected said(channel: string, senderId: string, role: PairedRole): void {
    const guest = ', as a guest; for an account of your own: openclaw pairing admit';
    printLine(
      `${senderId} may now write to the assistant on ${channel}${role === 'guest' ? `${guest} ${channel} ${senderId} --owner` : ''}`,
    );
  }
}

@SubCommand({
  name: 'approve',
  arguments: '<channel> [code]',
  description: 'let somebody in; a code alone is looked for on every channel',
})
export class PairingApproveCommand extends AdmittingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--notify', description: 'tell them that they may write now' })
  parseNotify(): boolean {
    return true;
  }

  async run([first = '', second]: string[], options: RoleOptions & { notify?: boolean }): Promise<void> {
    const params = { ...this.roleOf(options), ...(options.notify ? { notify: true } : {}) };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), async (client) => {
      const code = second ?? first;
      const channel = second === undefined ? await channelOfCode(client, code) : first;
      return client.call<Approved>('channels.pairing.approve', { channel, code, ...params });
    });
    if (options.json) return printJson(answer);
    this.said(answer.channel, answer.senderId, answer.role);
    if (answer.notification === 'unsupported') printNote('they were not told: where they asked is not known any more');
  }
}

@SubCommand({
  name: 'admit',
  arguments: '<channel> <sender>',
  description: 'let somebody in by id, or make a guest an owner and back',
})
export class PairingAdmitCommand extends AdmittingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--account <id>', description: 'account of the channel (default)' })
  parseAccount(value: string): string {
    return value;
  }

  async run([channel = '', senderId = '']: string[], options: RoleOptions & { account?: string }): Promise<void> {
    const { role = 'guest' } = this.roleOf(options);
    const params = { channel, senderId, role, ...(options.account ? { accountId: options.account } : {}) };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call('channels.pairing.admit', params),
    );
    if (options.json) printJson(answer);
    else this.said(channel, senderId, role);
  }
}

@SubCommand({ name: 'reject', arguments: '<channel> <code>', description: 'turn a request down' })
export class PairingRejectCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([channel = '', code = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ dismissed: boolean }>('channels.pairing.dismiss', { channel, code }),
    );
    if (options.json) printJson(answer);
    else printLine(answer.dismissed ? 'turned down' : `there is no pending request with code ${code} on ${channel}`);
    if (!answer.dismissed) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({
  name: 'revoke',
  arguments: '<channel> <sender>',
  description: 'revoke the access of somebody who was paired',
})
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
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
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
  PairingAdmitCommand,
  PairingRejectCommand,
  PairingRevokeCommand,
] as const;

@Command({
  name: 'pairing',
  description: 'people who ask to write to the assistant',
  subCommands: [...PAIRING_LEAVES],
})
export class PairingCommand extends CommandGroup {}
