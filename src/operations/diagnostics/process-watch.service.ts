import { getHeapStatistics } from 'node:v8';
import { Injectable, Optional } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { commandLine } from '../../common/cli/own-commands';
import { EventLoopLoad, SLOW_LOOP_MS } from '../../events/event-loop-load';

const WARN_SHARE = 0.9;
/** Below it a warning counts as over, so that one at the limit is not told again and again. */
const CALM_SHARE = 0.8;
const MB = 1_048_576;

/** Bytes. A limit that nobody has set is undefined. */
export interface MemoryReading {
  rss: number;
  /** What the container or the service may use. */
  limit: number | undefined;
  heapUsed: number;
  heapLimit: number;
}

/** One look. */
export interface StabilityRecord {
  seq: number;
  ts: number;
  type: 'diagnostic.liveness';
  level: 'info' | 'warning';
  /** The longest that anything waited for the event loop since the last look. */
  eventLoopDelayMaxMs: number;
  rssBytes: number;
  heapUsedBytes: number;
}

/** Looks that are kept; there is one in half a minute. */
const KEPT_LOOKS = 500;

/** Asks the process; replaced by tests. */
export class MemoryReader {
  read(): MemoryReading {
    const limit = process.constrainedMemory();
    const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
    return {
      rss: process.memoryUsage.rss(),
      limit: limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit : undefined,
      heapUsed,
      heapLimit,
    };
  }
}

/** Whether others have to wait for the event loop, and whether the memory runs out. Says so once, in the log. */
@Injectable()
export class ProcessWatch {
  private readonly log: Logger;
  private isTight = false;
  private readonly records: StabilityRecord[] = [];
  private looks = 0;
  /** The longest that anything waited for the event loop between the last two looks, in milliseconds. */
  loopDelayMs = 0;

  constructor(
    loggers: LoggerFactory,
    @Optional() private readonly memory: MemoryReader = new MemoryReader(),
    @Optional() private readonly load: EventLoopLoad = new EventLoopLoad(),
  ) {
    this.log = loggers.child('diagnostics');
  }

  start(): void {
    this.load.start();
  }

  stop(): void {
    this.load.stop();
  }

  look(): void {
    this.lookAtLoop();
    this.lookAtMemory();
    const { rss, heapUsed } = this.memory.read();
    this.records.push({
      seq: ++this.looks,
      ts: Date.now(),
      type: 'diagnostic.liveness',
      level: this.loopDelayMs > SLOW_LOOP_MS || this.isTight ? 'warning' : 'info',
      eventLoopDelayMaxMs: this.loopDelayMs,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
    });
    if (this.records.length > KEPT_LOOKS) this.records.shift();
  }

  /** The last looks, oldest first. */
  history(): { records: readonly StabilityRecord[]; dropped: number; capacity: number } {
    return { records: this.records, dropped: this.looks - this.records.length, capacity: KEPT_LOOKS };
  }

  private lookAtLoop(): void {
    this.loopDelayMs = this.load.look().delayMaxMs;
    if (this.loopDelayMs > SLOW_LOOP_MS)
      this.log.warn({ delayMs: this.loopDelayMs }, 'the event loop was blocked, or the machine was asleep');
  }

  private lookAtMemory(): void {
    const { rss, limit, heapUsed, heapLimit } = this.memory.read();
    const share = Math.max(heapUsed / heapLimit, limit === undefined ? 0 : rss / limit);
    if (share >= WARN_SHARE && !this.isTight) {
      this.isTight = true;
      this.log.warn(
        {
          rssMb: Math.round(rss / MB),
          ...(limit === undefined ? {} : { limitMb: Math.round(limit / MB) }),
          heapMb: Math.round(heapUsed / MB),
          heapLimitMb: Math.round(heapLimit / MB),
        },
        `memory is nearly used up; give the process more of it, or look for what takes it: ${commandLine('diagnostics export')}`,
      );
    } else if (share < CALM_SHARE && this.isTight) {
      this.isTight = false;
      this.log.info({ rssMb: Math.round(rss / MB) }, 'there is memory again');
    }
  }
}
