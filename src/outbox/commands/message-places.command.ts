import { Option, SubCommand } from 'nest-commander';
import { CommandGroup, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { MessageCommandBase, type MessageOptions } from './message-base.command';

interface PlaceOptions extends MessageOptions {
  message?: string;
  messageId?: string;
  name?: string;
  limit?: number;
  userId?: string;
  roleId?: string;
  durationMin?: number;
}

const MOST_MINUTES = 40_320;

@SubCommand({ name: 'create', description: 'begin a thread or topic' })
export class MessageThreadCreateCommand extends MessageCommandBase {
  @Option({ flags: '--name <name>', description: 'its name' })
  parseName(value: string): string {
    return value;
  }

  @Option({ flags: '--message-id <id>', description: 'message that it begins with' })
  parseMessageId(value: string): string {
    return value;
  }

  run(_: string[], options: PlaceOptions): Promise<void> {
    const { name: threadName, messageId } = options;
    if (threadName === undefined) throw new UsageError('what is it called? --name <name>');
    return this.act('thread-create', { threadName, messageId }, options, 'the thread is there');
  }
}

@SubCommand({ name: 'list', description: 'the threads of a chat, or the messages of one' })
export class MessageThreadListCommand extends MessageCommandBase {
  @Option({ flags: '--limit <n>', description: 'most entries, 25 by default, 100 at most' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 100);
  }

  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('thread-list', { limit: options.limit }, options);
  }
}

@SubCommand({ name: 'reply', description: 'say something in a thread' })
export class MessageThreadReplyCommand extends MessageCommandBase {
  @Option({ flags: '-m, --message <text>', description: 'what to say' })
  parseMessage(value: string): string {
    return value;
  }

  run(_: string[], options: PlaceOptions): Promise<void> {
    const { message, threadId } = options;
    if (message === undefined) throw new UsageError('what? --message <text>');
    if (threadId === undefined) throw new UsageError('in which one? --thread-id <id>');
    return this.act('thread-reply', { message }, options);
  }
}

const THREAD = [MessageThreadCreateCommand, MessageThreadListCommand, MessageThreadReplyCommand];

@SubCommand({ name: 'thread', description: 'threads and topics', subCommands: THREAD })
export class MessageThreadCommand extends CommandGroup {}

@SubCommand({ name: 'list', description: 'emoji of the server or workspace' })
export class MessageEmojiListCommand extends MessageCommandBase {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('emoji-list', {}, options, 'there are none');
  }
}

@SubCommand({ name: 'emoji', description: 'emoji', subCommands: [MessageEmojiListCommand] })
export class MessageEmojiCommand extends CommandGroup {}

@SubCommand({ name: 'send', arguments: '<file-id>', description: 'send a sticker by its file id' })
export class MessageStickerSendCommand extends MessageCommandBase {
  run([name = '']: string[], options: PlaceOptions): Promise<void> {
    return this.act('sticker', { name }, options);
  }
}

@SubCommand({ name: 'sticker', description: 'stickers', subCommands: [MessageStickerSendCommand] })
export class MessageStickerCommand extends CommandGroup {}

@SubCommand({ name: 'info', description: 'what the platform says about a chat' })
export class MessageChannelInfoCommand extends MessageCommandBase {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('channel-info', {}, options);
  }
}

@SubCommand({ name: 'list', description: 'channels of the server or workspace that a chat belongs to' })
export class MessageChannelListCommand extends MessageCommandBase {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('channel-list', {}, options);
  }
}

const CHANNEL = [MessageChannelInfoCommand, MessageChannelListCommand];

@SubCommand({ name: 'channel', description: 'chats and channels of a platform', subCommands: CHANNEL })
export class MessageChannelCommand extends CommandGroup {}

/** A command about a person in a chat or on its server. */
abstract class AboutPersonCommand extends MessageCommandBase {
  @Option({ flags: '--user-id <id>', description: 'the person, as the platform calls them' })
  parseUserId(value: string): string {
    return value;
  }

  protected about(action: string, options: PlaceOptions, sentence: string, more: object = {}): Promise<void> {
    const { userId } = options;
    if (userId === undefined) throw new UsageError('who? --user-id <id>');
    return this.act(action, { userId, ...more }, options, sentence);
  }
}

@SubCommand({ name: 'info', description: 'what the platform says about a person in a chat' })
export class MessageMemberInfoCommand extends AboutPersonCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.about('member-info', options, 'nothing is told');
  }
}

@SubCommand({ name: 'member', description: 'people in a chat', subCommands: [MessageMemberInfoCommand] })
export class MessageMemberCommand extends CommandGroup {}

@SubCommand({ name: 'status', description: 'in which voice channel a person is' })
export class MessageVoiceStatusCommand extends AboutPersonCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.about('voice-status', options, 'in none');
  }
}

@SubCommand({ name: 'voice', description: 'voice channels', subCommands: [MessageVoiceStatusCommand] })
export class MessageVoiceCommand extends CommandGroup {}

@SubCommand({ name: 'list', description: 'events of the server that a chat belongs to' })
export class MessageEventListCommand extends MessageCommandBase {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('event-list', {}, options);
  }
}

@SubCommand({ name: 'event', description: 'planned events', subCommands: [MessageEventListCommand] })
export class MessageEventCommand extends CommandGroup {}

abstract class RoleCommand extends AboutPersonCommand {
  @Option({ flags: '--role-id <id>', description: 'the role, as the platform calls it' })
  parseRoleId(value: string): string {
    return value;
  }

  protected change(action: string, options: PlaceOptions, sentence: string): Promise<void> {
    const { roleId } = options;
    if (roleId === undefined) throw new UsageError('which role? --role-id <id>');
    return this.about(action, options, sentence, { roleId });
  }
}

@SubCommand({ name: 'info', description: 'roles of the server that a chat belongs to' })
export class MessageRoleInfoCommand extends MessageCommandBase {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.act('role-info', {}, options);
  }
}

@SubCommand({ name: 'add', description: 'give somebody a role' })
export class MessageRoleAddCommand extends RoleCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.change('role-add', options, 'they have the role');
  }
}

@SubCommand({ name: 'remove', description: 'take a role away from somebody' })
export class MessageRoleRemoveCommand extends RoleCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.change('role-remove', options, 'they no longer have the role');
  }
}

const ROLE = [MessageRoleInfoCommand, MessageRoleAddCommand, MessageRoleRemoveCommand];

@SubCommand({ name: 'role', description: 'roles of people on a server', subCommands: ROLE })
export class MessageRoleCommand extends CommandGroup {}

@SubCommand({ name: 'timeout', description: 'keep somebody from writing for a while' })
export class MessageTimeoutCommand extends AboutPersonCommand {
  @Option({ flags: '--duration-min <n>', description: 'for how many minutes' })
  parseDuration(value: string): number {
    return parseWholeNumber('--duration-min', value, 1, MOST_MINUTES);
  }

  run(_: string[], options: PlaceOptions): Promise<void> {
    const { durationMin: minutes } = options;
    if (minutes === undefined) throw new UsageError('for how long? --duration-min <n>');
    return this.about('timeout', options, `they can't write for ${minutes} minutes`, { minutes });
  }
}

@SubCommand({ name: 'kick', description: 'put somebody out of a server' })
export class MessageKickCommand extends AboutPersonCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.about('kick', options, 'they are out');
  }
}

@SubCommand({ name: 'ban', description: 'put somebody out of a server for good' })
export class MessageBanCommand extends AboutPersonCommand {
  run(_: string[], options: PlaceOptions): Promise<void> {
    return this.about('ban', options, 'they are banned');
  }
}

/** What stands right below `message`. */
export const MESSAGE_PLACE_GROUPS = [
  MessageThreadCommand,
  MessageEmojiCommand,
  MessageStickerCommand,
  MessageChannelCommand,
  MessageMemberCommand,
  MessageVoiceCommand,
  MessageEventCommand,
  MessageRoleCommand,
  MessageTimeoutCommand,
  MessageKickCommand,
  MessageBanCommand,
];

export const MESSAGE_PLACE_COMMANDS = [
  ...MESSAGE_PLACE_GROUPS,
  ...THREAD,
  ...CHANNEL,
  ...ROLE,
  MessageEmojiListCommand,
  MessageStickerSendCommand,
  MessageMemberInfoCommand,
  MessageVoiceStatusCommand,
  MessageEventListCommand,
];
