import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { printJson, printLine, printTable } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';

interface AccountRow {
  accountId: string;
  state: string;
  lastError?: string;
  probe?: { ok: boolean; error?: string; elapsedMs: number };
}

interface ChannelsPayload {
  channelLabels: Record<string, string>;
  channelAccounts: Record<string, AccountRow[]>;
}

@SubCommand({ name: 'list', description: 'configured channels and their state' })
export class ChannelsListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--probe', description: 'ask the platforms' })
  parseProbe(): boolean {
    return true;
  }

  async run(_: string[], options: GatewayOptions & { probe?: boolean }): Promise<void> {
    const params = { probe: options.probe === true };
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<ChannelsPayload>('channels.status', params),
    );
    if (options.json) {
      printJson(answer);
      return;
    }
    const rows = Object.entries(answer.channelAccounts).flatMap(([id, accounts]) =>
      accounts.map((account) => ({ channel: answer.channelLabels[id] ?? id, ...account })),
    );
    if (rows.length === 0) {
      printLine('no channel is configured');
      return;
    }
    printTable(rows, [
      { title: 'Channel', value: (row) => row.channel },
      { title: 'Account', value: (row) => row.accountId },
      { title: 'State', value: (row) => row.state },
      {
        title: 'Probe',
        value: (row) => (row.probe ? (row.probe.ok ? `ok (${row.probe.elapsedMs} ms)` : row.probe.error) : ''),
      },
      { title: 'Error', value: (row) => row.lastError },
    ]);
  }
}

@Command({ name: 'channels', description: 'chat platforms', subCommands: [ChannelsListCommand] })
export class ChannelsCommand extends CommandGroup {}
