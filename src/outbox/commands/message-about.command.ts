import { Option, SubCommand } from 'nest-commander';
import { parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { MessageCommandBase, type MessageOptions } from './message-base.command';

interface AboutOptions extends MessageOptions {
  messageId?: string;
  message?: string;
  emoji?: string;
  remove?: boolean;
  limit?: number;
  query?: string;
}

/** Most entries that a platform is asked for at once. */
const MOST = 100;

/** A command about one message that is in a chat already. */
abstract class AboutMessageCommand extends MessageCommandBase {
  @Option({ flags: '--message-id <id>', description: 'the message, as the platform calls it' })
  parseMessageId(value: string): string {
    return value;
  }

  protected idOf({ messageId }: AboutOptions): string {
    if (messageId === undefined) throw new UsageError('which message? --message-id <id>');
    return messageId;
  }
}

@SubCommand({ name: 'react', description: 'react to a message with an emoji, or take that back' })
export class MessageReactCommand extends AboutMessageCommand {
  @Option({ flags: '--emoji <emoji>', description: 'such as 👍; its name on Slack' })
  parseEmoji(value: string): string {
    return value;
  }

  @Option({ flags: '--remove', description: 'take the reaction back' })
  parseRemove(): boolean {
    return true;
  }

  run(_: string[], options: AboutOptions): Promise<void> {
    const { emoji, remove } = options;
    if (emoji === undefined && !remove) throw new UsageError('with what? --emoji <emoji>');
    return this.act(
      'react',
      { messageId: this.idOf(options), emoji, remove },
      options,
      remove ? 'the reaction is taken back' : `reacted with ${String(emoji)}`,
    );
  }
}

@SubCommand({ name: 'reactions', description: 'the reactions to a message' })
export class MessageReactionsCommand extends AboutMessageCommand {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('reactions', { messageId: this.idOf(options) }, options, 'no reactions');
  }
}

@SubCommand({ name: 'edit', description: 'change a message of the assistant; its last one in the chat by default' })
export class MessageEditCommand extends AboutMessageCommand {
  @Option({ flags: '-m, --message <text>', description: 'the new text' })
  parseMessage(value: string): string {
    return value;
  }

  run(_: string[], options: AboutOptions): Promise<void> {
    const { message, messageId } = options;
    if (message === undefined) throw new UsageError('what does it say now? --message <text>');
    return this.act('edit', { messageId, message }, options);
  }
}

@SubCommand({ name: 'delete', description: 'delete a message' })
export class MessageDeleteCommand extends AboutMessageCommand {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('delete', { messageId: this.idOf(options) }, options, 'the message is deleted');
  }
}

@SubCommand({ name: 'pin', description: 'pin a message' })
export class MessagePinCommand extends AboutMessageCommand {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('pin', { messageId: this.idOf(options) }, options, 'the message is pinned');
  }
}

@SubCommand({ name: 'unpin', description: 'take a pin back' })
export class MessageUnpinCommand extends AboutMessageCommand {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('unpin', { messageId: this.idOf(options) }, options, 'the message is no longer pinned');
  }
}

@SubCommand({ name: 'pins', description: 'the pinned messages of a chat' })
export class MessagePinsCommand extends MessageCommandBase {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('list-pins', {}, options, 'nothing is pinned');
  }
}

@SubCommand({ name: 'permissions', description: 'what may be done in a chat' })
export class MessagePermissionsCommand extends MessageCommandBase {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('permissions', {}, options, 'none are told');
  }
}

/** A command that shows messages of a chat. */
abstract class ReadingCommand extends MessageCommandBase {
  @Option({ flags: '--limit <n>', description: `most messages, 25 by default, ${MOST} at most` })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, MOST);
  }
}

@SubCommand({ name: 'read', description: 'the latest messages of a chat, as the platform has them' })
export class MessageReadCommand extends ReadingCommand {
  run(_: string[], options: AboutOptions): Promise<void> {
    return this.act('read', { limit: options.limit }, options);
  }
}

@SubCommand({ name: 'search', arguments: '[words...]', description: 'search messages where the platform can' })
export class MessageSearchCommand extends ReadingCommand {
  @Option({ flags: '--query <words>', description: 'words to look for' })
  parseQuery(value: string): string {
    return value;
  }

  run(words: string[], options: AboutOptions): Promise<void> {
    const query = options.query ?? words.join(' ');
    if (query.trim() === '') throw new UsageError('what for? message search <words>');
    return this.act('search', { query, limit: options.limit }, options);
  }
}

export const MESSAGE_ABOUT_LEAVES = [
  MessageReactCommand,
  MessageReactionsCommand,
  MessageReadCommand,
  MessageEditCommand,
  MessageDeleteCommand,
  MessagePinCommand,
  MessageUnpinCommand,
  MessagePinsCommand,
  MessagePermissionsCommand,
  MessageSearchCommand,
];
