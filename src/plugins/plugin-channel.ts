import type { AccessPolicy } from '../channels/access/access-policy';
import { messageOf, OpenclawError } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { ConfigService } from '../config/config.service';
import {
  type ChannelAccount,
  type ChannelAdapter,
  type ChannelDeclaration,
  type ChannelHost,
  ChannelSendError,
  type InboundUpdate,
  type OutboundMessage,
  type ProbeResult,
  type SendFailure,
} from '../channels/channel-adapter';
import { takeMessage } from '../channels/take-message';
import { splitMarkdown } from '../common/markdown/split-markdown';
import type { PluginManifest } from './catalog/plugin-manifest';
import { PluginCallError } from './plugin-process';
import type { PluginRuntime } from './plugin-runtime';

const DEFAULT_CHUNK = 4000;
const FAILURES: readonly SendFailure[] = [
  'refused',
  'rate_limited',
  'not_delivered',
  'ambiguous',
  'unauthorized',
  'gone',
];

type ChannelFacts = NonNullable<PluginManifest['channels']>[number];

export const declarationOf = ({ id, label, edits, typing, groups }: ChannelFacts): ChannelDeclaration => ({
  id,
  label: label ?? id,
  capabilities: { edits: edits === true, typing: typing === true, groups: groups === true },
  credentials: [],
});

/** A plugin's channel. Who may write is decided here, by the owner's configuration, never by the plugin. */
export class PluginChannel implements ChannelAdapter {
  readonly edit?: NonNullable<ChannelAdapter['edit']>;
  readonly typing?: NonNullable<ChannelAdapter['typing']>;
  private host: ChannelHost | undefined;

  constructor(
    private readonly facts: ChannelFacts,
    private readonly runtime: PluginRuntime,
    private readonly config: ConfigService,
  ) {
    if (facts.edits)
      this.edit = async (message, platformId) => void (await this.ask('edit', { ...plain(message), id: platformId }));
    if (facts.typing) this.typing = async (_account, route) => void (await this.ask('typing', { chat: chatOf(route) }));
  }

  accounts(): ChannelAccount[] {
    const entry = this.config.config.plugins?.entries?.[this.runtime.manifest.id];
    return [
      {
        id: 'default',
        enabled: true,
        at: `plugins.entries.${this.runtime.manifest.id}`,
        settings: { ...entry },
        allowFrom: this.policy().allowFrom,
        facts: { plugin: this.runtime.manifest.id, dmPolicy: this.policy().dmPolicy },
      },
    ];
  }

  async run(_account: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    this.host = host;
    host.again(({ raw }) => host.receive(this.updateOf(raw)));
    try {
      await this.runtime.call({ kind: 'channels', name: this.facts.id, action: 'run', signal });
      if (!signal.aborted) throw new Error(`the channel's run ended although nobody stopped it`);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.host = undefined;
    }
  }

  chunk(_account: string, text: string): string[] {
    const limit = this.facts.maxChars ?? DEFAULT_CHUNK;
    return splitMarkdown(text, (piece) => piece.length <= limit);
  }

  async send(message: OutboundMessage): Promise<string> {
    const id = await this.ask('send', plain(message));
    return typeof id === 'string' || typeof id === 'number' ? String(id) : (message.deliveryId ?? '');
  }

  async probe(): Promise<ProbeResult> {
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    try {
      await this.runtime.start();
      return { ok: this.host !== undefined, elapsedMs: elapsed() };
    } catch (error) {
      return { ok: false, elapsedMs: elapsed(), error: messageOf(error) };
    }
  }

  /** What the plugin's task asks of its host. @throws Error naming what is wrong with the question */
  async asked(call: string, args: Record<string, unknown>): Promise<unknown> {
    const { host } = this;
    if (!host) throw new Error(`channel ${this.facts.id} does not run`);
    switch (call) {
      case 'receive':
        return takeMessage(host, this.updateOf(args['update']), args['update']);
      case 'state':
        host.state(args['state'] === 'connected' ? 'connected' : 'reconnecting', textOr(args['reason']));
        return null;
      case 'alive':
        host.alive();
        return null;
      case 'lastReceived':
        return host.lastReceived(Math.min(Math.max(Number(args['limit']) || 1, 1), 100));
      case 'completeThrough':
        return host.completeThrough();
      case 'noteComplete':
        await host.noteComplete(Number(args['ms']) || 0);
        return null;
      default:
        throw new Error(`nobody knows "${call}"`);
    }
  }

  private async ask(action: string, input: unknown): Promise<unknown> {
    try {
      return await this.runtime.call({
        kind: 'channels',
        name: this.facts.id,
        action,
        input,
        timeoutMs: this.runtime.callTimeoutMs,
      });
    } catch (error) {
      throw sendError(error);
    }
  }

  private updateOf(value: unknown): InboundUpdate {
    const need = (at: string, part: unknown): string => {
      if (typeof part !== 'string' || part === '') throw new Error(`receive: ${at} must be a text`);
      return part;
    };
    if (!isPlainObject(value)) throw new Error('receive: it must be an object');
    const { chat, sender } = value as { chat?: Record<string, unknown>; sender?: Record<string, unknown> };
    const type = chat?.['type'] === 'group' || chat?.['type'] === 'channel' ? chat['type'] : 'direct';
    if (type !== 'direct' && this.facts.groups !== true)
      throw new Error('receive: chat.type is a group and the manifest does not say groups');
    const threadId = textOr(chat?.['threadId']);
    const title = textOr(chat?.['title']);
    const name = textOr(sender?.['name']);
    return {
      externalId: need('externalId', value['externalId']),
      chat: { id: need('chat.id', chat?.['id']), type, ...(title ? { title } : {}), ...(threadId ? { threadId } : {}) },
      sender: {
        id: need('sender.id', sender?.['id']),
        ...(name ? { name } : {}),
        isBot: sender?.['isBot'] === true,
      },
      ...(typeof value['messageId'] === 'string' ? { messageId: value['messageId'] } : {}),
      text: typeof value['text'] === 'string' ? value['text'] : '',
      mentionsBot: value['mentionsBot'] === true,
      policy: this.policy(),
    };
  }

  private policy(): AccessPolicy {
    const entry = this.config.config.plugins?.entries?.[this.runtime.manifest.id];
    return {
      dmPolicy: entry?.dmPolicy ?? 'pairing',
      allowFrom: entry?.allowFrom?.map(String) ?? [],
      groupPolicy: entry?.groupPolicy ?? 'disabled',
      groupAllowFrom: entry?.groupAllowFrom?.map(String) ?? [],
    };
  }
}

const textOr = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const chatOf = (route: OutboundMessage['route']): object => ({
  id: route.to,
  ...(route.threadId ? { threadId: route.threadId } : {}),
});

const plain = ({ deliveryId, route, text, replyToId, silent }: OutboundMessage): object => ({
  deliveryId,
  chat: chatOf(route),
  text,
  ...(replyToId ? { replyToId } : {}),
  ...(silent ? { silent } : {}),
});

/** A plugin says whose fault it was with `failure` on the error; without it nobody knows whether it arrived. */
function sendError(error: unknown): ChannelSendError {
  if (error instanceof PluginCallError) {
    const { failure, retryAfterMs } = error;
    return new ChannelSendError(
      FAILURES.find((known) => known === failure) ?? 'ambiguous',
      error.message,
      typeof retryAfterMs === 'number' ? { retryAfterMs, cause: error } : { cause: error },
    );
  }
  const isStopped = error instanceof OpenclawError && /^PLUGIN_(STOPPED|FAILED)$/.test(error.code);
  return new ChannelSendError(isStopped ? 'not_delivered' : 'ambiguous', messageOf(error), { cause: error });
}
