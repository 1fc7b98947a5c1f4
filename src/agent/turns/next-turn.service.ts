import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { agentOfSession } from '../../sessions/session-key';
import type { SessionEntry } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { PutAside } from './put-aside.service';
import {
  type EffectiveQueueMode,
  type QueuePlan,
  type QueueSettings,
  planQueue,
  queueSettings,
  restOf,
} from './queue-plan';
import type { TurnRecord } from './turn-record';
import { type StartedTurn, TurnStarter } from './turn-starter.service';

/** A turn to run; nothing to do after all; the session is in another process's hands; or one of its turns was cut off. */
export type Start = { turn: StartedTurn; mode: EffectiveQueueMode } | 'nothing' | 'held' | 'running';

/** Which turn a session has next, by its queue's rules, and the end of messages that get none. */
@Injectable()
export class NextTurn {
  private readonly log: Logger;

  constructor(
    private readonly inbox: InboxStore,
    private readonly sessions: SessionStore,
    private readonly starter: TurnStarter,
    private readonly putAside: PutAside,
    private readonly models: ModelRegistry,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('agent/lanes');
  }

  /** Takes a turn up that was cut off. */
  async resume(cutOff: TurnRecord, isAlone: boolean): Promise<Start> {
    const resumed = await this.starter.resume(cutOff, isAlone);
    if (typeof resumed === 'string') return resumed === 'held' ? 'held' : 'nothing';
    this.log.info({ runId: cutOff.runId, attempt: resumed.turn.attempt }, 'a turn that was cut off goes on');
    return { turn: resumed, mode: 'followup' };
  }

  /** Puts the next turn on disk, from what waits. */
  async begin(sessionKey: string, waiting: readonly InboxRow[]): Promise<Start> {
    const [first] = waiting;
    if (!first) return 'nothing';
    const broken = waiting.filter(({ fault }) => fault !== undefined);
    for (const row of broken) await this.putAside.row(row);
    if (broken.length > 0) return 'nothing';
    const settingsOf = (session: SessionEntry | undefined): QueueSettings =>
      queueSettings(this.config.config, first.channel, session, waiting.at(-1)?.message.queueMode);
    // What a session says of its queue is of no account to a message by itself.
    const plan: QueuePlan =
      waiting.length === 1
        ? { take: [first], summarised: [], drop: [] }
        : planQueue(waiting, settingsOf(await this.sessions.find(sessionKey)));
    for (const { row, reason } of plan.drop) await this.drop(row.id, reason);
    const model = ({ modelOverride }: SessionEntry): string =>
      this.firstModelName(sessionKey, plan.take, modelOverride);
    const started = await this.starter.begin(sessionKey, plan.take, plan.summarised, model);
    if (started === 'held' || started === 'running') return started;
    return started === 'gone' ? 'nothing' : { turn: started, mode: settingsOf(started.session).mode };
  }

  /**
   * Messages that came in during a turn wait until nothing more has come for a moment, so that they are answered together.
   * @returns how long still, in milliseconds
   */
  async restOfDebounce(sessionKey: string, waiting: readonly InboxRow[]): Promise<number> {
    const session = await this.sessions.find(sessionKey);
    const asked = waiting.at(-1)?.message.queueMode;
    const settings = queueSettings(this.config.config, waiting[0]?.channel ?? '', session, asked);
    if (settings.mode !== 'collect' || waiting.length >= settings.cap) return 0;
    return restOf(settings.debounceMs, waiting.at(-1)?.receivedAt ?? 0, this.clock.now());
  }

  /** Ends a waiting message or command without a turn. Returns the name of its run; nothing where it did not wait any more. */
  async drop(id: string, reason: string): Promise<string[]> {
    const ended = await this.inbox.drop([id], reason);
    for (const dropped of ended) {
      this.events.emit('wire.event', {
        event: 'chat',
        payload: {
          runId: dropped.runName,
          sessionKey: dropped.sessionKey,
          seq: 0,
          state: 'aborted',
          stopReason: reason,
        },
      });
      this.events.emit('turn.closed', {
        runId: dropped.runId,
        runIds: [dropped.runId],
        sessionKey: dropped.sessionKey ?? '',
        outcome: 'dropped',
      });
    }
    return ended.map(({ runName }) => runName);
  }

  private firstModelName(sessionKey: string, rows: readonly InboxRow[], sessionModel: string | undefined): string {
    const agentId = agentOfSession(this.config.config, sessionKey);
    try {
      return nameOf(this.models.resolve(agentId, rows.at(-1)?.message.model ?? sessionModel).info);
    } catch {
      // The turn itself says what is wrong with the model's name.
      return 'unknown';
    }
  }
}
