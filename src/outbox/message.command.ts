import { randomUUID } from 'node:crypto';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';

interface MessageOptions extends GatewayOptions {
  channel?: string;
  account?: string;
  target?: string;
  threadId?: string;
  dryRun?: boolean;
  message?: string;
  media?: string;
  replyTo?: string;
  asVoice?: boolean;
  pollQuestion?: string;
  pollOption?: string[];
  pollMulti?: boolean;
  pollDurationHours?: number;
}

/** A platform may be slow; the gateway itself waits up to 20 seconds for it. */
const DEFAULT_TIMEOUT_MS = 30_000;

abstract class MessageCommandBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--channel <id>', description: 'such as telegram; the only one otherwise' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--account <id>', description: 'account of the channel' })
  parseAccount(value: string): string {
    return value;
  }

  @Option({ flags: '-t, --target <chat>', description: 'chat on the platform' })
  parseTarget(value: string): string {
    return value;
  }

  @Option({ flags: '--thread-id <id>', description: 'topic or thread' })
  parseThread(value: string): string {
    return value;
  }

  @Option({ flags: '--dry-run', description: 'show what would be sent' })
  parseDryRun(): boolean {
    return true;
  }

  protected async ask(method: string, params: Record<string, unknown>, options: MessageOptions): Promise<void> {
    if (options.target === undefined) throw new UsageError('where to? --target <chat>');
    const whole = {
      to: options.target,
      ...(options.channel ? { channel: options.channel } : {}),
      ...(options.account ? { accountId: options.account } : {}),
      ...(options.threadId ? { threadId: options.threadId } : {}),
      ...params,
      idempotencyKey: randomUUID(),
    };
    if (options.dryRun) {
      if (options.json) printJson({ dryRun: true, method, params: whole });
      else printLine(`would call ${method} ${JSON.stringify(whole)}`);
      return;
    }
    const sent = await withGateway(
      resolveGatewayTarget(this.env, options),
      (client) => client.call<{ messageId: string; channel: string; chatId: string }>(method, whole),
      { timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS },
    );
    if (options.json) printJson(sent);
    else printLine(`sent to ${sent.channel}:${sent.chatId} as ${sent.messageId}`);
  }
}

@SubCommand({ name: 'send', description: 'send a message to a chat' })
export class MessageSendCommand extends MessageCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '-m, --message <text>', description: 'what to say' })
  parseMessage(value: string): string {
    return value;
  }

  @Option({ flags: '--media <file>', description: 'file of the workspace, or https address' })
  parseMedia(value: string): string {
    return value;
  }

  @Option({ flags: '--reply-to <id>', description: 'message to quote' })
  parseReply(value: string): string {
    return value;
  }

  @Option({ flags: '--as-voice', description: 'a recording as a voice note' })
  parseVoice(): boolean {
    return true;
  }

  run(_: string[], options: MessageOptions): Promise<void> {
    const { message, media, replyTo, asVoice } = options;
    if (message === undefined && media === undefined) throw new UsageError('what? --message <text> or --media <file>');
    return this.ask(
      'send',
      {
        ...(message === undefined ? {} : { message }),
        ...(media ? { mediaUrl: media } : {}),
        ...(replyTo ? { replyToId: replyTo } : {}),
        ...(asVoice ? { asVoice } : {}),
      },
      options,
    );
  }
}

@SubCommand({ name: 'poll', description: 'send a poll to a chat' })
export class MessagePollCommand extends MessageCommandBase {
  constructor(env: Environment) {
    super(env);
  }

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

  run(_: string[], options: MessageOptions): Promise<void> {
    const { pollQuestion, pollOption = [], pollMulti, pollDurationHours } = options;
    if (pollQuestion === undefined || pollOption.length < 2)
      throw new UsageError('--poll-question and at least two --poll-option are needed');
    return this.ask(
      'poll',
      {
        question: pollQuestion,
        options: pollOption,
        ...(pollMulti ? { maxSelections: pollOption.length } : {}),
        ...(pollDurationHours ? { durationHours: pollDurationHours } : {}),
      },
      options,
    );
  }
}

@Command({
  name: 'message',
  description: 'messages to chats',
  subCommands: [MessageSendCommand, MessagePollCommand],
})
export class MessageCommand extends CommandGroup {}
