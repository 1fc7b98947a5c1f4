import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type GatewayOptions, type JsonOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { logRecordOf } from '../../common/log-record';
import { CallingCommand } from '../../config/calling-command';
import { ChannelCallingCommand } from '../../config/channel-calling-command';
import { Environment } from '../../config/environment';
import { resolveStateDir } from '../../config/state-paths';

interface Capability {
  id: string;
  edits: boolean;
  groups: boolean;
  files: boolean;
  findsNames: boolean;
  actions: string[];
}

interface Account {
  accountId: string;
  configured: boolean;
  enabled: boolean;
}

/** What a channel can do, once for each of its accounts. */
function capabilityRows(capability: Capability, accounts: readonly Account[] = []): object[] {
  const { id, edits, groups, files } = capability;
  const support = { chatTypes: groups ? ['direct', 'group'] : ['direct'], edit: edits, media: files };
  const row = { ...capability, channel: id, support };
  if (accounts.length === 0) return [{ ...row, accountId: null, configured: false, enabled: false }];
  return accounts.map(({ accountId, configured, enabled }) => ({ ...row, accountId, configured, enabled }));
}

@SubCommand({ name: 'capabilities', arguments: '[channel]', description: 'what each channel can do' })
export class ChannelsCapabilitiesCommand extends CallingCommand {
  async run([channel]: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<{ channels: Capability[] }>(options, 'channels.capabilities', { channel });
    if (options.json) {
      const { channelAccounts } = await this.call<{ channelAccounts: Record<string, Account[]> }>(
        options,
        'channels.status',
      );
      const rows = answer.channels.flatMap((each) => capabilityRows(each, channelAccounts[each.id]));
      return printJson({ channels: rows });
    }
    const word = (has: boolean): string => (has ? 'yes' : 'no');
    printTable(answer.channels, [
      { title: 'Channel', value: ({ id }) => id },
      { title: 'Edits', value: ({ edits }) => word(edits) },
      { title: 'Groups', value: ({ groups }) => word(groups) },
      { title: 'Files', value: ({ files }) => word(files) },
      { title: 'Names', value: ({ findsNames }) => word(findsNames) },
      { title: 'Actions', value: ({ actions }) => actions.join(', ') },
    ]);
  }
}

interface Resolved {
  name: string;
  id?: string;
  error?: string;
}

const resolvedView = ({ name, id, error }: Resolved): object => ({
  input: name,
  resolved: id !== undefined,
  ...(id === undefined ? {} : { id }),
  ...(error === undefined ? {} : { note: error }),
});

interface ResolveOptions extends GatewayOptions {
  channel?: string;
  account?: string;
  kind?: string;
}

@SubCommand({
  name: 'resolve',
  arguments: '<names...>',
  description: 'ids that names of channels (#name) and people (@name) stand for',
})
export class ChannelsResolveCommand extends ChannelCallingCommand {
  @Option({ flags: '--kind <kind>', description: 'what names without # and @ are', choices: ['auto', 'user', 'group'] })
  parseKind(value: string): string {
    return value;
  }

  async run(words: string[], { channel, account, kind = 'auto', ...options }: ResolveOptions): Promise<void> {
    const sign = { auto: '', user: '@', group: '#' }[kind] ?? '';
    const names = words.map((word) => (/^[#@]/.test(word) ? word : `${sign}${word}`));
    const answer = await this.call<{ results: Resolved[] }>(options, 'channels.resolve', {
      channel,
      accountId: account,
      names,
    });
    if (options.json) printJson(answer.results.map(resolvedView));
    else
      printTable(answer.results, [
        { title: 'Name', value: ({ name }) => name },
        { title: 'Id', value: ({ id }) => id, keep: true },
        { title: 'Problem', value: ({ error }) => error, tint: () => 'bad' },
      ]);
    if (answer.results.some(({ error }) => error !== undefined)) process.exitCode = ExitCode.failed;
  }
}

const MAX_BYTES = 1_000_000;
const DEFAULT_LINES = 100;

@SubCommand({ name: 'logs', description: 'what the log of this machine says about channels' })
export class ChannelsLogsCommand extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  @Option({ flags: '--channel <name>', description: 'only this one' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--lines <n>', description: `newest lines, ${DEFAULT_LINES} by default` })
  parseLines(value: string): number {
    return parseWholeNumber('--lines', value, 1, 5000);
  }

  async run(_: string[], options: JsonOptions & { channel?: string; lines?: number }): Promise<void> {
    const channel = options.channel?.toLowerCase();
    if (channel?.includes('/')) throw new UsageError(`--channel must be a name such as telegram, got "${channel}"`);
    const { readNewestLog } = await import('../../operations/diagnostics/read-newest-log');
    const { formatForConsole } = await import('../../logging/console-format');
    const { file, lines } = await readNewestLog(resolveStateDir(this.env), {
      limit: Number.MAX_SAFE_INTEGER,
      maxBytes: MAX_BYTES,
    });
    const wanted = channel === undefined ? 'channels' : `channels/${channel}`;
    const found = lines.flatMap((line) => {
      const record = logRecordOf(line);
      const about = String(record?.['subsystem'] ?? '');
      return record && (about === wanted || about.startsWith(`${wanted}/`)) ? [{ line, record }] : [];
    });
    const newest = found.slice(-(options.lines ?? DEFAULT_LINES));
    if (options.json)
      return printJson({
        file,
        channel: channel ?? 'all',
        truncated: newest.length < found.length,
        lines: newest.map(({ line, record }) => ({ ...record, message: record['msg'], raw: line })),
      });
    if (newest.length === 0) printLine(`nothing about ${channel ?? 'channels'} in ${file}`);
    for (const { line } of newest) printLine(formatForConsole(line, 'compact', false).trimEnd());
  }
}

export const CHANNELS_LOOK_LEAVES = [ChannelsCapabilitiesCommand, ChannelsResolveCommand, ChannelsLogsCommand] as const;
