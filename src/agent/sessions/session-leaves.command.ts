import { randomUUID } from 'node:crypto';
import { Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../common/cli/cli-error';
import { type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { printAnswer, printJson, printLine, printNote, timeText } from '../../common/cli/output';
import { commandLine } from '../../common/cli/own-commands';
import { OpenclawError } from '../../common/openclaw-error';
import { MAX_TIMER_MS, timerMs } from '../../common/sleep';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { CallingCommand } from '../../config/calling-command';
import { withGateway } from '../../gateway/client/with-gateway';
import { sessionByPrefix } from './session-by-prefix';
import { type ShownMessage, textOfMessage } from './shown-message';

const DEFAULT_MESSAGES = 20;

interface SessionRow extends Record<string, unknown> {
  key: string;
  label?: string | null;
  updatedAt: number;
}

/** A command about one conversation. */
export abstract class SessionCommand extends CallingCommand {
  protected need(key: string | undefined): string {
    if (key !== undefined && key !== '') return key;
    throw new UsageError(`which conversation? "${commandLine('sessions list')}" shows them`);
  }

  /**
   * By its key, the beginning of that, or its name.
   * @throws OpenclawError SESSION_NOT_FOUND; `main` is always there
   */
  protected async describe(key: string, options: GatewayOptions): Promise<SessionRow> {
    const { session } = await this.call<{ session: SessionRow | null }>(options, 'sessions.describe', { key });
    if (session) return session;
    const { sessions } = await this.call<{ sessions: SessionRow[] }>(options, 'sessions.list', {
      includeGlobal: true,
      archived: 'all',
    });
    const meant = sessionByPrefix(key, sessions);
    if (meant !== key) return this.describe(meant, options);
    throw new OpenclawError(
      'SESSION_NOT_FOUND',
      `there is no conversation "${key}"; see: ${commandLine('sessions list')}`,
    );
  }
}

@SubCommand({ name: 'show', arguments: '<key>', description: 'everything that is set for a conversation' })
export class SessionsShowCommand extends SessionCommand {
  async run([key]: string[], options: GatewayOptions): Promise<void> {
    const session = await this.describe(this.need(key), options);
    if (options.json) return printJson(session);
    for (const [name, value] of Object.entries(session))
      if (name === 'updatedAt') printLine(`${'updatedAt'.padEnd(20)} ${timeText(session.updatedAt)}`);
      else if (value !== null && value !== undefined)
        printLine(`${name.padEnd(20)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  }
}

@SubCommand({ name: 'history', arguments: '<key>', description: 'the latest messages of a conversation' })
export class SessionsHistoryCommand extends SessionCommand {
  @Option({ flags: '--limit <n>', description: 'messages to show, 20 by default' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 1000);
  }

  async run([key]: string[], options: GatewayOptions & { limit?: number }): Promise<void> {
    const answer = await this.call<{ messages: ShownMessage[] }>(options, 'chat.history', {
      sessionKey: (await this.describe(this.need(key), options)).key,
      limit: options.limit ?? DEFAULT_MESSAGES,
    });
    if (options.json) return printJson(answer);
    if (answer.messages.length === 0) printLine('nothing was said yet');
    for (const message of answer.messages) printMessage(message);
  }
}

const PATCHES: Readonly<Record<string, string>> = {
  label: 'label',
  model: 'model',
  thinking: 'thinkingLevel',
  verbose: 'verboseLevel',
  reasoning: 'reasoningLevel',
  elevated: 'elevatedLevel',
  sendPolicy: 'sendPolicy',
  queueMode: 'queueMode',
  groupActivation: 'groupActivation',
};

@SubCommand({
  name: 'patch',
  arguments: '<key>',
  description: 'set what holds for a conversation; "none" takes the setting away',
})
export class SessionsPatchCommand extends SessionCommand {
  @Option({ flags: '--label <text>', description: 'name in lists' })
  parseLabel(value: string): string {
    return value;
  }

  @Option({ flags: '--model <model>', description: 'provider/model or alias' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--thinking <level>', description: 'off, minimal, low, medium, high or xhigh' })
  parseThinking(value: string): string {
    return value;
  }

  @Option({ flags: '--verbose <level>', description: 'on, off or full' })
  parseVerbose(value: string): string {
    return value;
  }

  @Option({ flags: '--reasoning <level>', description: 'on, off or stream' })
  parseReasoning(value: string): string {
    return value;
  }

  @Option({ flags: '--elevated <level>', description: 'on, off, ask or full' })
  parseElevated(value: string): string {
    return value;
  }

  @Option({ flags: '--send-policy <policy>', description: 'allow or deny' })
  parseSendPolicy(value: string): string {
    return value;
  }

  @Option({ flags: '--queue-mode <mode>', description: 'steer, followup, collect, steer-backlog or interrupt' })
  parseQueueMode(value: string): string {
    return value;
  }

  @Option({ flags: '--group-activation <when>', description: 'mention or always' })
  parseActivation(value: string): string {
    return value;
  }

  async run([key]: string[], options: GatewayOptions & Record<string, unknown>): Promise<void> {
    const changes = Object.entries(PATCHES).flatMap(([option, field]) => {
      const value = options[option];
      return value === undefined ? [] : [[field, value === 'none' ? null : value] as const];
    });
    if (changes.length === 0) throw new UsageError('nothing to change; see the flags of "sessions patch --help"');
    const session = await this.describe(this.need(key), options);
    const answer = await this.call<{ key: string }>(options, 'sessions.patch', {
      key: session.key,
      ...Object.fromEntries(changes),
    });
    if (options.json) printJson(answer);
    else
      printLine(
        `${answer.key}: ${changes.map(([field, value]) => `${field} ${String(value ?? 'is not set')}`).join(', ')}`,
      );
  }
}

@SubCommand({ name: 'delete', arguments: '<key>', description: 'forget a conversation, its messages and its sandbox' })
export class SessionsDeleteCommand extends SessionCommand {
  async run([key]: string[], options: GatewayOptions): Promise<void> {
    const session = await this.describe(this.need(key), options);
    const answer = await this.call<{ deleted: boolean }>(options, 'sessions.delete', {
      key: session.key,
      deleteTranscript: true,
    });
    if (options.json) printJson(answer);
    else printLine(`${session.key} is forgotten`);
    if (!answer.deleted) throw new OpenclawError('SESSION_NOT_FOUND', `there is no conversation "${session.key}"`);
  }
}

@SubCommand({ name: 'abort', arguments: '<key>', description: 'stop what the assistant does in a conversation' })
export class SessionsAbortCommand extends SessionCommand {
  async run([key]: string[], options: GatewayOptions): Promise<void> {
    const session = await this.describe(this.need(key), options);
    const answer = await this.call<{ aborted: boolean; runIds?: string[] }>(options, 'chat.abort', {
      sessionKey: session.key,
    });
    if (options.json) printJson(answer);
    else printLine(answer.aborted ? `stopped: ${(answer.runIds ?? []).join(', ')}` : 'nothing was running');
  }
}

@SubCommand({
  name: 'send',
  arguments: '<key>',
  description: 'say something in a conversation, without waiting for the answer',
})
export class SessionsSendCommand extends SessionCommand {
  @Option({ flags: '-m, --message <text>', description: 'what to say' })
  parseMessage(value: string): string {
    return value;
  }

  async run([key]: string[], options: GatewayOptions & { message?: string }): Promise<void> {
    const { message } = options;
    if (message === undefined || message.trim() === '') throw new UsageError('what? --message <text>');
    const answer = await this.call<{ runId: string }>(options, 'chat.send', {
      sessionKey: this.need(key),
      message,
      idempotencyKey: randomUUID(),
    });
    if (options.json) printJson(answer);
    else printLine(`taken as ${answer.runId}; follow it with ${commandLine(`trace ${answer.runId}`)}`);
  }
}

@SubCommand({ name: 'tail', arguments: '<key>', description: 'print what is said in a conversation, until Ctrl-C' })
export class SessionsTailCommand extends SessionCommand {
  @Option({ flags: '--for <seconds>', description: 'end by itself after so long' })
  parseFor(value: string): number {
    return parseWholeNumber('--for', value, 1);
  }

  async run([key]: string[], options: GatewayOptions & { for?: number }): Promise<void> {
    const { key: name } = await this.describe(this.need(key), options);
    await withGateway(resolveGatewayTarget(this.env, options), async (client) => {
      let ended: () => void = () => undefined;
      const end = new Promise<void>((resolve) => (ended = resolve));
      client.onEvent(({ event, payload }) => {
        const { sessionKey, state, message } = (payload ?? {}) as {
          sessionKey?: string;
          state?: string;
          message?: ShownMessage;
        };
        if (event !== 'chat' || state !== 'final' || sessionKey !== name || !message) return;
        if (options.json) printJson(message);
        else printMessage(message);
      });
      printNote(`listening to ${name}`);
      const timer = setTimeout(() => ended(), timerMs(options.for === undefined ? MAX_TIMER_MS : options.for * 1000));
      process.once('SIGINT', () => ended());
      await Promise.race([end, client.closed()]);
      clearTimeout(timer);
    });
  }
}

function printMessage(message: ShownMessage): void {
  const { role, timestamp } = message;
  const text = textOfMessage(message);
  if (text === '') return;
  printLine(`${role}${timestamp === undefined ? '' : `, ${timeText(timestamp)}`}`);
  printAnswer(text);
  printLine();
}

export const SESSION_LEAVES = [
  SessionsShowCommand,
  SessionsHistoryCommand,
  SessionsPatchCommand,
  SessionsDeleteCommand,
  SessionsAbortCommand,
  SessionsSendCommand,
  SessionsTailCommand,
] as const;
