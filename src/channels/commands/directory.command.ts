import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, parseWholeNumber } from '../../common/cli/cli-command';
import { printFacts, printJson, printLine, printNote, printTable, timeText } from '../../common/cli/output';
import { UsageError } from '../../common/cli/cli-error';
import { ChannelCallingCommand, type ChannelOptions } from '../../config/channel-calling-command';

interface DirectoryOptions extends ChannelOptions {
  query?: string;
  limit?: number;
}

interface DirectorySelf {
  channel: string;
  accountId: string;
  bot?: { id?: string | number; username?: string; name?: string };
}

/** Who the assistant is, for programs. */
const selfView = ({ bot, ...where }: DirectorySelf): object => ({
  ...where,
  status: bot ? 'available' : 'unavailable',
  ...(bot
    ? { kind: 'user', id: bot.id === undefined ? null : String(bot.id), name: bot.name ?? bot.username, bot }
    : {}),
  ...(bot ? {} : { reason: 'the platform was not asked yet who the assistant is' }),
});

abstract class DirectoryCommandBase extends ChannelCallingCommand {
  protected look<T>(method: string, options: DirectoryOptions): Promise<T> {
    const { channel, account: accountId, query, limit } = options;
    return this.call<T>(options, method, { channel, accountId, query, limit });
  }
}

abstract class DirectoryListCommand extends DirectoryCommandBase {
  @Option({ flags: '--query <text>', description: 'part of an id or name' })
  parseQuery(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'most entries, 50 by default' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 500);
  }
}

@SubCommand({ name: 'self', description: 'who the assistant is on a platform' })
export class DirectorySelfCommand extends DirectoryCommandBase {
  async run(_: string[], options: DirectoryOptions): Promise<void> {
    const self = await this.look<DirectorySelf>('directory.self', options);
    if (options.json) printJson(selfView(self));
    else printFacts({ ...self });
  }
}

@SubCommand({ name: 'list', description: 'people that this gateway knows on an account' })
export class DirectoryPeersListCommand extends DirectoryListCommand {
  async run(_: string[], options: DirectoryOptions): Promise<void> {
    const answer = await this.look<{ peers: { id: string; name?: string; role?: string; from: string }[] }>(
      'directory.peers',
      options,
    );
    if (options.json) printJson(answer.peers.map((peer) => ({ kind: 'user', ...peer })));
    else if (answer.peers.length === 0) printLine('nobody');
    else
      printTable(answer.peers, [
        { title: 'Id', value: ({ id }) => id },
        { title: 'Name', value: ({ name }) => name },
        { title: 'Role', value: ({ role }) => role },
        { title: 'Known from', value: ({ from }) => from },
      ]);
  }
}

@SubCommand({ name: 'peers', description: 'people', subCommands: [DirectoryPeersListCommand] })
export class DirectoryPeersCommand extends CommandGroup {}

@SubCommand({ name: 'list', description: 'groups and channels in which there is a conversation' })
export class DirectoryGroupsListCommand extends DirectoryListCommand {
  async run(_: string[], options: DirectoryOptions): Promise<void> {
    const answer = await this.look<{
      groups: { id: string; name?: string; kind: string; sessionKey: string; lastAt: number }[];
    }>('directory.groups', options);
    if (options.json) printJson(answer.groups);
    else if (answer.groups.length === 0) printLine('none');
    else
      printTable(answer.groups, [
        { title: 'Id', value: ({ id }) => id },
        { title: 'Name', value: ({ name }) => name },
        { title: 'Kind', value: ({ kind }) => kind },
        { title: 'Session', value: ({ sessionKey }) => sessionKey, keep: true },
        { title: 'Last message', value: ({ lastAt }) => timeText(lastAt) },
      ]);
  }
}

@SubCommand({
  name: 'members',
  arguments: '[group]',
  description: 'who is in a group or channel, as the platform tells it',
})
export class DirectoryGroupsMembersCommand extends DirectoryListCommand {
  @Option({ flags: '--group-id <id>', description: 'the group, instead of the argument' })
  parseGroupId(value: string): string {
    return value;
  }

  async run([named]: string[], options: DirectoryOptions & { groupId?: string }): Promise<void> {
    const groupId = named ?? options.groupId;
    if (groupId === undefined) throw new UsageError('which group? "openclaw directory groups list" shows them');
    const { channel, account: accountId, query, limit } = options;
    const answer = await this.call<{ members: { id: string; name?: string; role?: string }[]; without?: string }>(
      options,
      'directory.members',
      { channel, accountId, groupId, query, limit },
    );
    if (options.json) printJson(answer.members.map((member) => ({ kind: 'user', ...member })));
    else if (answer.members.length === 0) printLine('nobody');
    else
      printTable(answer.members, [
        { title: 'Id', value: ({ id }) => id },
        { title: 'Name', value: ({ name }) => name },
        { title: 'Role', value: ({ role }) => role },
      ]);
    if (answer.without !== undefined) printNote(`not all: ${answer.without}`);
  }
}

@SubCommand({
  name: 'groups',
  description: 'groups and channels',
  subCommands: [DirectoryGroupsListCommand, DirectoryGroupsMembersCommand],
})
export class DirectoryGroupsCommand extends CommandGroup {}

const TOP = [DirectorySelfCommand, DirectoryPeersCommand, DirectoryGroupsCommand];

@Command({ name: 'directory', description: 'whom and which groups this gateway knows on a platform', subCommands: TOP })
export class DirectoryCommand extends CommandGroup {}

export const DIRECTORY_COMMANDS = [
  DirectoryCommand,
  ...TOP,
  DirectoryPeersListCommand,
  DirectoryGroupsListCommand,
  DirectoryGroupsMembersCommand,
] as const;
