import { cpus } from 'node:os';
import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';

const RESOLUTION_MS = 200;
/** Whoever waits so long for the event loop notices it. */
export const SLOW_LOOP_MS = 500;

/** How much the process has to do, between the last two looks. Times in milliseconds. */
export interface EventLoopFacts {
  degraded: boolean;
  /** Since when, in milliseconds since 1970; null while it is not. */
  degradedSinceMs: number | null;
  reasons: string[];
  /** How long was looked at. */
  intervalMs: number;
  delayP99Ms: number;
  delayMaxMs: number;
  /** Share of the time in which the event loop had something to do. */
  utilization: number;
  /** Processor time of the whole process; 1 is one core. */
  cpuCoreRatio: number;
  cpuBreakdown: {
    /** Share of all processors of the machine that was in use, by whomever. */
    hostUtilization: number;
    hostCpuCount: number;
  };
}

/** What was there at the end of a look. */
interface Mark {
  at: number;
  loop: EventLoopUtilization;
  process: NodeJS.CpuUsage;
  host: { busy: number; all: number };
}

/** How long things wait for the event loop. Whoever starts it looks now and then; anybody may ask. */
@Injectable()
export class EventLoopLoad {
  private delay: IntervalHistogram | undefined;
  private mark = markNow();
  private last: EventLoopFacts | undefined;
  private slowSince: number | null = null;

  start(): void {
    this.delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.delay.enable();
    this.mark = markNow();
  }

  stop(): void {
    this.delay?.disable();
    this.delay = undefined;
  }

  /** Ends what is looked at, and begins the next. */
  look(): EventLoopFacts {
    const facts = this.measure();
    this.last = facts;
    this.mark = markNow();
    this.delay?.reset();
    return facts;
  }

  /** As of the last look; before the first one, since the start. */
  facts(): EventLoopFacts {
    return this.last ?? this.measure();
  }

  private measure(): EventLoopFacts {
    const now = markNow();
    const { mark, delay } = this;
    const waited = (ns: number): number => Math.max(0, Math.round(ns / 1e6) - RESOLUTION_MS);
    const delayMaxMs = delay && delay.count > 0 ? waited(delay.max) : 0;
    const intervalMs = now.at - mark.at;
    const { user, system } = process.cpuUsage(mark.process);
    const degraded = delayMaxMs > SLOW_LOOP_MS;
    this.slowSince = degraded ? (this.slowSince ?? Date.now()) : null;
    return {
      degraded,
      degradedSinceMs: this.slowSince,
      reasons: degraded ? ['event_loop_delay'] : [],
      intervalMs: Math.round(intervalMs),
      delayP99Ms: delay && delay.count > 0 ? waited(delay.percentile(99)) : 0,
      delayMaxMs,
      utilization: rounded(performance.eventLoopUtilization(now.loop, mark.loop).utilization),
      cpuCoreRatio: rounded((user + system) / 1000 / Math.max(1, intervalMs)),
      cpuBreakdown: {
        hostUtilization: rounded((now.host.busy - mark.host.busy) / Math.max(1, now.host.all - mark.host.all)),
        hostCpuCount: cpus().length,
      },
    };
  }
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;

function markNow(): Mark {
  const host = { busy: 0, all: 0 };
  for (const { times } of cpus()) {
    const all = Object.values(times).reduce((sum, each) => sum + each, 0);
    host.all += all;
    host.busy += all - times.idle;
  }
  return { at: performance.now(), loop: performance.eventLoopUtilization(), process: process.cpuUsage(), host };
}
