import { randomUUID } from 'node:crypto';
import { Option } from 'nest-commander';
import type { GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printAnswer, printFacts, printJson, printLine } from '../../common/cli/output';
import { isPlainObject } from '../../common/plain-object';
import { ChannelCallingCommand } from '../../config/channel-calling-command';

export interface MessageOptions extends GatewayOptions {
  channel?: string;
  account?: string;
  target?: string;
  threadId?: string;
  dryRun?: boolean;
}

type Done = Record<string, unknown>;

/** A platform may be slow; the gateway itself waits up to 20 seconds for it. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** A command about a chat of a platform. */
export abstract class MessageCommandBase extends ChannelCallingCommand {
  @Option({ flags: '-t, --target <chat>', description: 'chat on the platform: an id, #channel or @person' })
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

  /** Makes a call about the target; undefined where it was only shown. */
  protected ask<T>(method: string, params: object, options: MessageOptions): Promise<T | undefined> {
    if (options.target === undefined) throw new UsageError('where to? --target <chat>');
    return this.askOf(options.target, method, params, options);
  }

  protected async askOf<T>(
    to: string,
    method: string,
    params: object,
    { channel, account, threadId, dryRun, ...options }: MessageOptions,
  ): Promise<T | undefined> {
    const at = { ...(channel ? { channel } : {}), ...(account ? { accountId: account } : {}) };
    const thread = threadId ? { threadId } : {};
    const whole =
      method === 'message.action'
        ? { ...at, ...params, params: { target: to, ...thread, ...paramsOf(params) } }
        : { to, ...at, ...thread, ...params };
    const keyed = { ...whole, idempotencyKey: randomUUID() };
    if (!dryRun) return this.call<T>(options, method, keyed, { timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS });
    if (options.json) printJson(outcomeView(method, { dryRun: true, method, params: keyed }, { ...params, to, ...at }));
    else printLine(`would call ${method} ${JSON.stringify(keyed)}`);
    return undefined;
  }

  /** Does an action of the channel and tells what came of it. @param sentence said where there is nothing else to tell */
  protected async act(
    action: string,
    params: Readonly<Record<string, unknown>>,
    options: MessageOptions,
    sentence = 'done',
  ): Promise<void> {
    const done = await this.ask<Done>('message.action', { action, params }, options);
    if (done === undefined) return;
    if (options.json) printJson(done);
    else tell(done, sentence);
  }
}

/** What came of a call, for programs. @param payload what was sent, or what the platform said */
export function outcomeView(method: string, outcome: object, payload: object): object {
  const { action = method, channel = null } = payload as { action?: string; channel?: string };
  return { action, channel, dryRun: false, payload, ...outcome };
}

const paramsOf = (call: object): object =>
  Object.fromEntries(
    Object.entries((call as { params?: object }).params ?? {}).filter(([, value]) => value !== undefined),
  );

/** What a platform tells, for people: messages as lines, lists as a table, facts below each other. */
function tell({ ok: _, result, ...rest }: Done, sentence: string): void {
  const { messages, entries, ...facts } = { ...(isPlainObject(result) ? result : {}), ...rest };
  if (Array.isArray(messages)) {
    if (messages.length === 0) printLine('no messages');
    for (const message of messages) tellMessage(message);
  } else if (Array.isArray(entries)) {
    if (entries.length === 0) printLine('there are none');
    for (const entry of entries) printLine(isPlainObject(entry) ? briefly(entry) : String(entry));
  } else if (Object.keys(facts).length === 0) printLine(sentence);
  else printFacts(facts);
}

function tellMessage(message: unknown): void {
  if (!isPlainObject(message)) return printLine(String(message));
  const { id, ts, author, user, username, text, content } = message;
  const who = username ?? user ?? (isPlainObject(author) ? (author['username'] ?? author['id']) : undefined) ?? '?';
  printLine(`${String(id ?? ts ?? '')}  ${String(who)}:`);
  printAnswer(String(content ?? text ?? ''));
}

const briefly = (entry: Record<string, unknown>): string =>
  Object.entries(entry)
    .filter(([, value]) => typeof value !== 'object' && value !== '')
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
