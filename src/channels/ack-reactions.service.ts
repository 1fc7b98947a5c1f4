import { Injectable } from '@nestjs/common';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { RecentMap } from '../common/recent-map';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import type { InboundUpdate } from './channel-adapter';

const DEFAULT_EMOJI = '👀';
/** Each of them stands among the reactions that every platform allows. */
const DEFAULT_SIGNS = { thinking: '🤔', tool: '🔥', coding: '👨‍💻', web: '⚡', done: '👍', error: '😱' };
type Sign = keyof typeof DEFAULT_SIGNS;
/** Runs whose sign may still change. */
const MOST_OPEN = 1000;
/** A sign that is over sooner is not set at all. */
const SETTLE_MS = 700;
const CODING = new Set(['exec', 'process', 'read', 'write', 'edit', 'apply_patch', 'ls', 'grep', 'find']);
const WEB = new Set(['web_fetch', 'web_search', 'browser']);

interface OpenSign {
  route: DeliveryRoute;
  /** What stands on the message now. */
  shown: string | undefined;
  /** What shall stand there. */
  wanted: string | undefined;
  timer?: NodeJS.Timeout;
  working: boolean;
}

/**
 * Signs on a message: that the assistant has seen it and, where wanted, what it does about it and how that ended.
 * Nobody waits for them, and without them nothing is lost.
 */
@Injectable()
export class AckReactions {
  private readonly log: Logger;
  private readonly open = new RecentMap<string, OpenSign>(MOST_OPEN);

  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/ack');
  }

  listen(): void {
    this.events.on('turn.started', ({ runId }) => this.progress(runId, 'thinking'));
    this.events.on('turn.tool', ({ runId, tool }) =>
      this.progress(runId, CODING.has(tool) ? 'coding' : WEB.has(tool) ? 'web' : 'tool'),
    );
    this.events.on('turn.closed', ({ runIds, outcome }) => {
      for (const runId of runIds) this.ended(runId, outcome);
    });
  }

  /** A message goes to the assistant. */
  seen(runId: string, route: DeliveryRoute, update: InboundUpdate): void {
    const { ackReaction = DEFAULT_EMOJI, ackReactionScope, removeAckAfterReply } = this.config.config.messages ?? {};
    if (ackReaction === '' || route.replyToId === undefined || !isWanted(ackReactionScope, update)) return;
    if (!this.canReact(route)) return;
    const sign: OpenSign = { route, shown: undefined, wanted: ackReaction, working: false };
    if (removeAckAfterReply || this.showsProgress) this.open.set(runId, sign);
    void this.work(sign);
  }

  private get showsProgress(): boolean {
    return this.config.config.messages?.statusReactions?.enabled === true;
  }

  private emojiOf(sign: Sign): string | undefined {
    const emoji = this.config.config.messages?.statusReactions?.emojis?.[sign] ?? DEFAULT_SIGNS[sign];
    return emoji === '' ? undefined : emoji;
  }

  private progress(runId: string, kind: Sign): void {
    const sign = this.open.get(runId);
    if (!sign || !this.showsProgress) return;
    this.want(sign, this.emojiOf(kind) ?? sign.wanted, SETTLE_MS);
  }

  private ended(runId: string, outcome: string): void {
    const sign = this.open.get(runId);
    if (!sign) return;
    this.open.delete(runId);
    const { removeAckAfterReply } = this.config.config.messages ?? {};
    const last = !this.showsProgress || removeAckAfterReply ? undefined : outcome === 'failed' ? 'error' : 'done';
    this.want(sign, last && this.emojiOf(last), 0);
  }

  private want(sign: OpenSign, emoji: string | undefined, afterMs: number): void {
    sign.wanted = emoji;
    clearTimeout(sign.timer);
    if (afterMs === 0) void this.work(sign);
    else sign.timer = setTimeout(() => void this.work(sign), afterMs).unref();
  }

  private async work(sign: OpenSign): Promise<void> {
    if (sign.working) return;
    sign.working = true;
    try {
      while (sign.shown !== sign.wanted) {
        const { shown, wanted } = sign;
        if (shown !== undefined) await this.react(sign.route, shown, true);
        sign.shown = undefined;
        if (wanted !== undefined) await this.react(sign.route, wanted, false);
        sign.shown = wanted;
      }
    } catch (error) {
      // What the platform refused once it refuses again.
      sign.shown = sign.wanted;
      this.log.debug({ channel: sign.route.channel }, `no sign was set: ${messageOf(error)}`);
    } finally {
      sign.working = false;
    }
  }

  private canReact({ channel }: DeliveryRoute): boolean {
    return this.directory.find(channel)?.declaration.capabilities.actions?.includes('react') === true;
  }

  private async react(route: DeliveryRoute, emoji: string, remove: boolean): Promise<void> {
    await this.directory.find(route.channel)?.adapter.act?.('react', {
      by: 'gateway',
      account: route.account,
      route,
      messageId: route.replyToId ?? '',
      emoji,
      ...(remove ? { remove } : {}),
    });
  }
}

/** By default in groups, where somebody had to name the bot. */
function isWanted(scope: string | undefined, { chat, policy, mentionsBot }: InboundUpdate): boolean {
  const isGroup = chat.type !== 'direct';
  switch (scope) {
    case 'all':
      return true;
    case 'direct':
      return !isGroup;
    case 'group-all':
      return isGroup;
    default:
      return isGroup && mentionsBot && policy.group?.requireMention !== false;
  }
}
