import { Injectable } from '@nestjs/common';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import type { InboundUpdate } from './channel-adapter';

const DEFAULT_EMOJI = '👀';
/** Runs whose sign may still be taken back. */
const MOST_OPEN = 1000;

/** A sign on a message that the assistant has seen it and works on it; where wanted it goes away with the answer. */
@Injectable()
export class AckReactions {
  private readonly log: Logger;
  private readonly open = new Map<string, DeliveryRoute>();

  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/ack');
  }

  listen(): void {
    this.events.on('turn.closed', ({ runIds }) => {
      for (const runId of runIds) this.takeBack(runId);
    });
  }

  /** A message goes to the assistant. Nobody waits for the sign, and without it nothing is lost. */
  seen(runId: string, route: DeliveryRoute, update: InboundUpdate): void {
    const { ackReaction = DEFAULT_EMOJI, ackReactionScope, removeAckAfterReply } = this.config.config.messages ?? {};
    if (ackReaction === '' || route.replyToId === undefined || !isWanted(ackReactionScope, update)) return;
    if (!this.canReact(route)) return;
    if (removeAckAfterReply) {
      if (this.open.size >= MOST_OPEN) this.open.delete(this.open.keys().next().value ?? '');
      this.open.set(runId, route);
    }
    this.react(route, ackReaction);
  }

  private takeBack(runId: string): void {
    const route = this.open.get(runId);
    if (!route) return;
    this.open.delete(runId);
    this.react(route, undefined);
  }

  private canReact({ channel }: DeliveryRoute): boolean {
    return this.directory.find(channel)?.declaration.capabilities.actions?.includes('react') === true;
  }

  private react(route: DeliveryRoute, emoji: string | undefined): void {
    const wish = {
      account: route.account,
      route,
      messageId: route.replyToId ?? '',
      ...(emoji === undefined ? {} : { emoji }),
    };
    this.directory
      .find(route.channel)
      ?.adapter.act?.('react', wish)
      .catch((error: unknown) => this.log.debug({ channel: route.channel }, `no sign was set: ${messageOf(error)}`));
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
