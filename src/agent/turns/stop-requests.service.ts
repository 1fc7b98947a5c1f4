import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { EventBus } from '../../events/event-bus';
import { namesOf } from './turn-record';
import { TurnStore } from './turn.store';

/** How often it is looked whether somebody wants a turn of this process to end, where he could not say so. */
const LOOK_MS = 2000;

/**
 * Turns that somebody wants to end who does not run them: another process does, or nobody has taken them up yet. The wish
 * stands in the row of the turn. Where there is one process alone nobody has to look for it while a turn runs.
 */
@Injectable()
export class StopRequests {
  private readonly log: Logger;
  private readonly running = new Map<string, AbortController>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly turns: TurnStore,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/turns');
    events.on('turn.stop-asked', ({ runId }) => (this.running.has(runId) ? this.look() : undefined), 'elsewhere');
  }

  /**
   * Asks for the end of the turn of a session.
   * @param run only where it is this one, by our id or by the name that clients have for it
   * @returns the names of its runs
   */
  async ask(sessionKey: string, run: string | undefined, reason: string): Promise<string[]> {
    const open = await this.turns.findRunning(sessionKey);
    if (!open) return [];
    const names = namesOf(open.request);
    if (run !== undefined && !names.includes(run) && !open.request.runIds.includes(run)) return [];
    await this.turns.askToStop(open.runId, reason);
    this.events.emit('turn.stop-asked', { runId: open.runId });
    return names;
  }

  /** Ends a turn of this process when somebody wants that. @returns what is to be called when it is over */
  watch(runId: string, control: AbortController): () => void {
    if (!this.turns.isShared) return () => undefined;
    this.running.set(runId, control);
    this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    return () => {
      this.running.delete(runId);
      if (this.running.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private async look(): Promise<void> {
    try {
      for (const { runId, reason } of await this.turns.askedToStop()) this.running.get(runId)?.abort(reason);
    } catch (error) {
      this.log.debug({ error: messageOf(error) }, 'nobody could tell whether a turn is to end');
    }
  }
}
