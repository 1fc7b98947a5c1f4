import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { jsonList } from '../../common/cli/json-argument';
import { printJson, printLine } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { MESSAGE_ABOUT_LEAVES } from './message-about.command';
import { MessageCommandBase, type MessageOptions, outcomeView } from './message-base.command';
import { MESSAGE_PLACE_COMMANDS, MESSAGE_PLACE_GROUPS } from './message-places.command';

interface SendOptions extends MessageOptions {
  message?: string;
  media?: string;
  replyTo?: string;
  asVoice?: boolean;
  silent?: boolean;
  buttons?: unknown[];
  card?: string;
  gifPlayback?: boolean;
  targets?: string[];
}

interface PollOptions extends MessageOptions {
  pollQuestion?: string;
  pollOption?: string[];
  pollMulti?: boolean;
  pollDurationHours?: number;
}

interface Sent {
  messageId: string;
  channel: string;
  chatId: string;
}

const tellSent = ({ channel, chatId, messageId }: Sent): void =>
  printLine(`sent to ${channel}:${chatId} as ${messageId}`);

/** A command that sends a text, a file or both. */
abstract class SendingCommand extends MessageCommandBase {
  @Option({ flags: '-m, --message <text>', description: 'what to say' })
  parseMessage(value: string): string {
    return value;
  }

  @Option({ flags: '--media <file>', description: 'file of the workspace, or https address' })
  parseMedia(value: string): string {
    return value;
  }

  @Option({ flags: '--silent', description: 'without a sound, where the channel can' })
  parseSilent(): boolean {
    return true;
  }

  @Option({ flags: '--as-voice', description: 'a recording as a voice note' })
  parseVoice(): boolean {
    return true;
  }

  protected contentOf({ message, media, replyTo, asVoice, silent }: SendOptions): object {
    if (message === undefined && media === undefined) throw new UsageError('what? --message <text> or --media <file>');
    return {
      ...(message === undefined ? {} : { message }),
      ...(media ? { mediaUrl: media } : {}),
      ...(replyTo ? { replyToId: replyTo } : {}),
      ...(asVoice ? { asVoice } : {}),
      ...(silent ? { silent } : {}),
    };
  }
}

@SubCommand({ name: 'send', description: 'send a message to a chat' })
export class MessageSendCommand extends SendingCommand {
  @Option({ flags: '--reply-to <id>', description: 'message to quote' })
  parseReply(value: string): string {
    return value;
  }

  @Option({
    flags: '--buttons <json>',
    description: `rows of buttons under it, such as '[[{"text":"Yes"},{"text":"No"}]]'; who presses one says its text`,
  })
  parseButtons(value: string): unknown[] {
    return jsonList('--buttons', value);
  }

  @Option({ flags: '--card <json>', description: 'not here: no platform of this gateway shows Adaptive Cards' })
  parseCard(): never {
    throw new UsageError(
      '--card: no chat platform here shows Adaptive Cards; send their text with --message, and choices with --buttons',
    );
  }

  @Option({ flags: '--gif-playback', description: 'not here: only WhatsApp asks for it' })
  parseGifPlayback(): never {
    throw new UsageError(
      '--gif-playback: only WhatsApp asks for it, which is not here; send the GIF with --media alone',
    );
  }

  async run(_: string[], options: SendOptions): Promise<void> {
    const { buttons } = options;
    const content = this.contentOf(options);
    const sent = await (buttons === undefined
      ? this.ask<Sent>('send', content, options)
      : this.ask<Sent>('message.action', { action: 'send', params: withButtons(options, buttons) }, options));
    if (sent === undefined) return;
    if (options.json) printJson(outcomeView('send', sent, sent));
    else tellSent(sent);
  }
}

/** What `message.action` takes for the same message, which has buttons. @throws UsageError */
function withButtons({ message, media, replyTo, asVoice, silent }: SendOptions, buttons: unknown[]): object {
  if (message === undefined) throw new UsageError('--buttons stand under a text; add --message <text>');
  return { message, mediaUrl: media, replyTo, asVoice, silent, buttons };
}

@SubCommand({ name: 'broadcast', description: 'send a message to several chats of a channel' })
export class MessageBroadcastCommand extends SendingCommand {
  @Option({ flags: '--targets <chats>', description: 'chats, with commas between them or the flag repeated' })
  parseTargets(value: string, before: string[] = []): string[] {
    const chats = value
      .split(',')
      .map((chat) => chat.trim())
      .filter((chat) => chat !== '');
    return [...new Set([...before, ...chats])];
  }

  async run(_: string[], options: SendOptions): Promise<void> {
    const { targets = [] } = options;
    if (targets.length === 0) throw new UsageError('where to? --targets <chats>');
    if (options.target !== undefined) throw new UsageError('broadcast takes --targets, not --target');
    const content = this.contentOf(options);
    const results: (({ to: string; ok: true } & Partial<Sent>) | { to: string; ok: false; error: string })[] = [];
    for (const to of targets) {
      try {
        const sent = await this.askOf<Sent>(to, 'send', content, { ...options, json: false });
        results.push({ to, ok: true, ...sent });
        if (sent && !options.json) tellSent(sent);
      } catch (error) {
        // Whoever can't be asked at all can't be asked for the next one either.
        if (error instanceof OpenclawError && error.exitCode !== undefined && error.exitCode !== ExitCode.failed)
          throw error;
        results.push({ to, ok: false, error: messageOf(error) });
        if (!options.json) printLine(`not sent to ${to}: ${messageOf(error)}`);
      }
    }
    if (options.json) printJson({ results });
    if (results.some(({ ok }) => !ok)) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({ name: 'poll', description: 'send a poll to a chat' })
export class MessagePollCommand extends MessageCommandBase {
  @Option({ flags: '--poll-question <text>', description: 'what to ask' })
  parseQuestion(value: string): string {
    return value;
  }

  @Option({ flags: '--poll-option <text>', description: 'an answer; repeat it' })
  parseOption(value: string, before: string[] = []): string[] {
    return [...before, value];
  }

  @Option({ flags: '--poll-multi', description: 'several answers may be chosen' })
  parseMulti(): boolean {
    return true;
  }

  @Option({ flags: '--poll-duration-hours <n>', description: 'open for so long' })
  parseDuration(value: string): number {
    return parseWholeNumber('--poll-duration-hours', value, 1, 168);
  }

  async run(_: string[], options: PollOptions): Promise<void> {
    const { pollQuestion, pollOption = [], pollMulti, pollDurationHours } = options;
    if (pollQuestion === undefined || pollOption.length < 2)
      throw new UsageError('--poll-question and at least two --poll-option are needed');
    const poll = {
      question: pollQuestion,
      options: pollOption,
      ...(pollMulti ? { maxSelections: pollOption.length } : {}),
      ...(pollDurationHours ? { durationHours: pollDurationHours } : {}),
    };
    const sent = await this.ask<Sent>('poll', poll, options);
    if (sent === undefined) return;
    if (options.json) printJson(outcomeView('poll', sent, sent));
    else tellSent(sent);
  }
}

const LEAVES = [MessageSendCommand, MessageBroadcastCommand, MessagePollCommand, ...MESSAGE_ABOUT_LEAVES];

@Command({
  name: 'message',
  description: 'messages to chats',
  subCommands: [...LEAVES, ...MESSAGE_PLACE_GROUPS],
})
export class MessageCommand extends CommandGroup {}

export const MESSAGE_COMMANDS = [MessageCommand, ...LEAVES, ...MESSAGE_PLACE_COMMANDS];
