import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { WatchingCommand } from '../../common/cli/watching';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { tintOfState } from '../../common/cli/terminal-style';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import { type ToldChannel, accountView, channelView, mapped } from '../channel-view';
import { CHANNELS_LOOK_LEAVES } from './channels-look.command';
import { CHANNELS_SETUP_LEAVES } from './channels-setup.command';
import { DeadLettersCommand } from './dead-letters.command';
import { commandLine } from '../../common/cli/own-commands';

interface AccountRow {
  accountId: string;
  state: string;
  lastError?: string;
  botPauses?: { chat: string; title?: string; bot?: { name: string } }[];
  probe?: { ok: boolean; error?: string; elapsedMs: number };
}

interface ChannelsPayload {
  channelLabels: Record<string, string>;
  channels: Record<string, ToldChannel>;
  channelAccounts: Record<string, AccountRow[]>;
}

abstract class ChannelsViewCommand extends WatchingCommand<GatewayOptions & { probe?: boolean }> {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--probe', description: 'ask the platforms' })
  parseProbe(): boolean {
    return true;
  }

  /** The answer for programs. */
  protected view(answer: ChannelsPayload): object {
    return {
      ...answer,
      channels: mapped(answer.channels, channelView),
      channelAccounts: mapped(answer.channelAccounts, (accounts) => accounts.map(accountView)),
    };
  }

  protected async once(options: GatewayOptions & { probe?: boolean }): Promise<void> {
    const params = { probe: options.probe === true };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<ChannelsPayload>('channels.status', params),
    );
    if (options.json) {
      printJson(this.view(answer));
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
      { title: 'State', value: (row) => row.state, tint: (row) => tintOfState(row.state) },
      {
        title: 'Probe',
        value: (row) => (row.probe ? (row.probe.ok ? `ok (${row.probe.elapsedMs} ms)` : row.probe.error) : ''),
      },
      { title: 'Error', value: (row) => row.lastError },
    ]);
    for (const { channel, accountId, botPauses = [] } of rows)
      for (const { chat, title, bot } of botPauses)
        printLine(
          `${channel}/${accountId}: ${bot ? `the bot "${bot.name}" is` : 'bots are'} paused in ${title ?? chat}; a message of a person there ends that`,
        );
  }
}

@SubCommand({ name: 'list', description: 'configured channels and their state' })
export class ChannelsListCommand extends ChannelsViewCommand {
  constructor(env: Environment) {
    super(env);
  }

  protected override view(answer: ChannelsPayload): object {
    const chat = Object.entries(answer.channelAccounts).map(([id, accounts]) => [
      id,
      {
        accounts: accounts.map(({ accountId }) => accountId),
        label: answer.channelLabels[id] ?? id,
        installed: true,
        origin: 'configured',
      },
    ]);
    return { ...super.view(answer), chat: Object.fromEntries(chat) };
  }
}

@SubCommand({ name: 'status', description: 'configured channels and their state' })
export class ChannelsStatusCommand extends ChannelsViewCommand {
  constructor(env: Environment) {
    super(env);
  }
}

/** A command that does something to one account or all accounts of a channel. */
@Injectable()
abstract class AccountCommand extends GatewayCommandBase {
  protected abstract readonly method: string;

  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--account <id>', description: 'one account of the channel' })
  parseAccount(value: string): string {
    return value;
  }

  async run([channel = '']: string[], options: GatewayOptions & { account?: string }): Promise<void> {
    const params = { channel, ...(options.account ? { accountId: options.account } : {}) };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<Record<string, unknown>>(this.method, params),
    );
    if (options.json) printJson(answer);
    else printLine(this.tell(answer));
  }

  protected abstract tell(answer: Record<string, unknown>): string;
}

const names = (answer: Record<string, unknown>): string =>
  (answer['accounts'] as { channel: string; account: string }[])
    .map(({ channel, account }) => `${channel}/${account}`)
    .join(', ');

@SubCommand({ name: 'start', arguments: '<channel>', description: 'start a channel or one account' })
export class ChannelsStartCommand extends AccountCommand {
  protected readonly method = 'channels.start';

  protected tell(answer: Record<string, unknown>): string {
    return `starting ${names(answer)}; "${commandLine('channels status')}" shows how it goes`;
  }
}

@SubCommand({ name: 'stop', arguments: '<channel>', description: 'stop a channel or one account' })
export class ChannelsStopCommand extends AccountCommand {
  protected readonly method = 'channels.stop';

  protected tell(answer: Record<string, unknown>): string {
    return `stopped ${names(answer)}`;
  }
}

@SubCommand({ name: 'logout', arguments: '<channel>', description: 'stop an account and forget its credentials' })
export class ChannelsLogoutCommand extends AccountCommand {
  protected readonly method = 'channels.logout';

  protected tell(answer: Record<string, unknown>): string {
    const name = `${String(answer['channel'])}/${String(answer['accountId'])}`;
    return answer['cleared'] === true
      ? `${name} is logged out; its credentials are no longer in the configuration`
      : `${name} is stopped; its credentials do not come from the configuration, so they are still there`;
  }
}

export const CHANNELS_LEAVES = [
  ChannelsListCommand,
  ChannelsStatusCommand,
  ChannelsStartCommand,
  ChannelsStopCommand,
  ChannelsLogoutCommand,
  ...CHANNELS_SETUP_LEAVES,
  ...CHANNELS_LOOK_LEAVES,
  DeadLettersCommand,
] as const;

@Command({ name: 'channels', description: 'chat platforms', subCommands: [...CHANNELS_LEAVES] })
export class ChannelsCommand extends CommandGroup {}
