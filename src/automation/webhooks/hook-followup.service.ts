import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { TurnStore } from '../../agent/turns/turn.store';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { EventBus } from '../../events/event-bus';
import { SystemEventStore } from '../../sessions/system-event.store';

const RUN = /^hook:(now|next):/;
const MAX_SUMMARY = 2000;

/** Tells the main conversation what a hook's run came to, unless it was told in a chat. */
@Injectable()
export class HookFollowup {
  private readonly log: Logger;

  constructor(
    private readonly turns: TurnStore,
    private readonly systemEvents: SystemEventStore,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('webhooks');
  }

  listen(): void {
    this.events.on('turn.closed', ({ runId }) => {
      if (!RUN.test(runId)) return;
      this.closed(runId).catch((error: unknown) =>
        this.log.error({ runId }, `what a hook came to could not be told: ${messageOf(error)}`),
      );
    });
  }

  private async closed(runId: string): Promise<void> {
    const turn = await this.turns.find(runId);
    if (!turn || turn.request.route || turn.outcome === 'silent') return;
    const text =
      turn.outcome === 'reply'
        ? (turn.result?.payloads ?? []).map((payload) => payload.text).join('\n')
        : `failed: ${turn.result?.error ?? turn.reason ?? 'unknown'}`;
    const key = mainSessionKey(this.config.config, turn.agentId);
    if (key === turn.sessionKey) return;
    await this.systemEvents.add(key, `Hook: ${cutText(text, MAX_SUMMARY)}`, 'stranger');
    if (RUN.exec(runId)?.[1] === 'now') this.events.emit('heartbeat.wake', { agentId: turn.agentId, reason: 'hook' });
  }
}
