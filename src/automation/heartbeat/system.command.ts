import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { commandLine } from '../../common/cli/own-commands';
import { WatchingCommand } from '../../common/cli/watching';
import { CallingCommand, callGateway } from '../../config/calling-command';
import { Environment } from '../../config/environment';
import type { PresenceEntry } from '../../gateway/protocol/hello';
import type { HeartbeatOutcome } from './heartbeat.store';

@SubCommand({ name: 'event', description: 'tell the assistant something' })
export class SystemEventCommand extends CallingCommand {
  @Option({ flags: '--text <text>', description: 'what happened' })
  parseText(value: string): string {
    return value;
  }

  @Option({ flags: '--mode <mode>', description: 'next-heartbeat by default', choices: ['now', 'next-heartbeat'] })
  parseMode(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { text?: string; mode?: string }): Promise<void> {
    if (!options.text?.trim()) throw new UsageError('what happened? give it with --text');
    const mode = options.mode ?? 'next-heartbeat';
    const answer = await this.call<{ ok: boolean }>(options, 'wake', { text: options.text, mode });
    if (options.json) printJson(answer);
    else printLine(mode === 'now' ? 'the assistant is told now' : 'the assistant is told with the next heartbeat');
  }
}

@SubCommand({ name: 'presence', description: 'who is connected' })
export class SystemPresenceCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const entries = await callGateway<PresenceEntry[]>(this.env, options, 'system-presence');
    if (options.json) return printJson(entries);
    printTable(entries, [
      { title: 'Host', value: (row) => row.host ?? '' },
      { title: 'Mode', value: (row) => row.mode ?? '' },
      { title: 'Version', value: (row) => row.version ?? '' },
      { title: 'Platform', value: (row) => row.platform ?? '' },
      { title: 'Since', value: (row) => timeText(row.ts) },
    ]);
  }
}

@SubCommand({ name: 'last', description: 'what the last heartbeat came to' })
export class HeartbeatLastCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const last = await this.call<HeartbeatOutcome | null>(options, 'last-heartbeat', {});
    if (options.json) return printJson(last);
    if (!last) return printLine('there was none yet');
    const where = last.channel ? ` to ${last.channel}:${last.to ?? ''}` : '';
    const more = last.reason ? `: ${last.reason}` : last.preview ? `: ${last.preview}` : '';
    printLine(`${timeText(last.ts)} agent ${last.agentId}: ${last.status}${where}${more}`);
  }
}

@SubCommand({ name: 'enable', description: 'heartbeats at intervals, until the gateway starts again' })
export class HeartbeatEnableCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'set-heartbeats', { enabled: true });
    if (options.json) printJson(answer);
    else printLine('heartbeats are on');
  }
}

@SubCommand({ name: 'disable', description: 'no heartbeats at intervals, until the gateway starts again' })
export class HeartbeatDisableCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'set-heartbeats', { enabled: false });
    if (options.json) printJson(answer);
    else
      printLine(
        'heartbeats are off until the gateway starts again; agents.defaults.heartbeat.every "0m" keeps them off',
      );
  }
}

@SubCommand({ name: 'now', description: 'have a heartbeat at once' })
export class HeartbeatNowCommand extends CallingCommand {
  @Option({ flags: '--text <text>', description: 'what the assistant is told beside it' })
  parseText(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { text?: string }): Promise<void> {
    const text = options.text ?? 'The owner asked for a heartbeat.';
    const answer = await this.call(options, 'wake', { mode: 'now', text });
    if (options.json) printJson(answer);
    else printLine(`a heartbeat is on its way; "${commandLine('system heartbeat last')}" tells what comes of it`);
  }
}

const HEARTBEAT_LEAVES = [HeartbeatLastCommand, HeartbeatEnableCommand, HeartbeatDisableCommand, HeartbeatNowCommand];

@SubCommand({ name: 'heartbeat', description: 'heartbeats', subCommands: HEARTBEAT_LEAVES })
export class HeartbeatCommand extends CommandGroup {}

@Command({
  name: 'system',
  description: 'events, presence and heartbeats',
  subCommands: [SystemEventCommand, SystemPresenceCommand, HeartbeatCommand],
})
export class SystemCommand extends CommandGroup {}

export const SYSTEM_COMMANDS = [
  SystemCommand,
  SystemEventCommand,
  SystemPresenceCommand,
  HeartbeatCommand,
  ...HEARTBEAT_LEAVES,
] as const;
