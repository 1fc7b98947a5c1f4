import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { EventBus } from '../../events/event-bus';

const TIMER = 'start memory';
/** So long without work, and whoever waited for the start has been served. */
const QUIET_MS = 5000;
/** V8's switches that let a collection drop the code of functions. */
const FLUSHED = ['stress-flush-code', 'flush-baseline-code'] as const;

/**
 * Gives back what only the start needed, some 25 MB, once and in a quiet moment (it takes about a tenth of a second).
 * V8 would do so by itself, but only after half a minute or more without work.
 */
@Injectable()
export class StartMemoryService {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly events: EventBus,
  ) {}

  /** Waits for a quiet moment. */
  start(): void {
    this.unsubscribe = this.events.on('inbox.accepted', () => this.wait());
    this.wait();
  }

  stop(): void {
    this.unsubscribe?.();
    if (this.scheduler.doesExist('timeout', TIMER)) this.scheduler.deleteTimeout(TIMER);
  }

  private wait(): void {
    if (this.scheduler.doesExist('timeout', TIMER)) this.scheduler.deleteTimeout(TIMER);
    const timer = setTimeout(() => {
      this.stop();
      void this.release();
    }, QUIET_MS);
    timer.unref();
    this.scheduler.addTimeout(TIMER, timer);
  }

  /**
   * Tells V8 that memory is short: the only way from within that also shrinks the space for young objects. Compiled
   * code goes as well; what is called again is compiled again, from the text that is in memory anyway.
   */
  private async release(): Promise<void> {
    const [{ Session }, { setFlagsFromString }] = await Promise.all([import('node:inspector'), import('node:v8')]);
    for (const flag of FLUSHED) setFlagsFromString(`--${flag}`);
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.collectGarbage', () => {
      for (const flag of FLUSHED) setFlagsFromString(`--no-${flag}`);
      // Leaving from within the answer would wait for itself for ever.
      setImmediate(() => session.disconnect());
    });
  }
}
