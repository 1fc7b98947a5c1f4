import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';

const RESOLUTION_MS = 200;
const TICK_MS = 10;
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
    /** Of the processor time of the process; only where the system tells it by thread. */
    mainThreadCoreRatio?: number;
    otherThreadsCoreRatio?: number;
  };
}

/** What was there at the end of a look. */
interface Mark {
  at: number;
  loop: EventLoopUtilization;
  process: NodeJS.CpuUsage;
  /** Processor time of the main thread in milliseconds, where it is known. */
  main: number | undefined;
  host: { busy: number; all: number };
}

/** How long things wait for the event loop. Whoever starts it looks now and then; anybody may ask. */
@Injectable()
export class EventLoopLoad {
  private delay: IntervalHistogram | undefined;
  private mark: Mark | undefined;
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

  /** As of the last look; before the first one, since the start; nothing at all where nobody has started it. */
  facts(): EventLoopFacts {
    return this.last ?? this.measure();
  }

  private measure(): EventLoopFacts {
    const now = markNow();
    const { mark = now, delay } = this;
    const waited = (ns: number): number => Math.max(0, Math.round(ns / 1e6) - RESOLUTION_MS);
    const delayMaxMs = delay && delay.count > 0 ? waited(delay.max) : 0;
    const intervalMs = now.at - mark.at;
    const { user, system } = process.cpuUsage(mark.process);
    const cpuCoreRatio = (user + system) / 1000 / Math.max(1, intervalMs);
    const main = now.main === undefined || mark.main === undefined ? undefined : now.main - mark.main;
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
      cpuCoreRatio: rounded(cpuCoreRatio),
      cpuBreakdown: {
        hostUtilization: rounded((now.host.busy - mark.host.busy) / Math.max(1, now.host.all - mark.host.all)),
        hostCpuCount: cpus().length,
        ...(main === undefined ? {} : byThread(main / Math.max(1, intervalMs), cpuCoreRatio)),
      },
    };
  }
}

/** Two clocks of different steps: neither part is more than the whole. */
function byThread(main: number, all: number): Partial<EventLoopFacts['cpuBreakdown']> {
  const own = Math.min(main, all);
  return { mainThreadCoreRatio: rounded(own), otherThreadsCoreRatio: rounded(all - own) };
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;

function markNow(): Mark {
  const host = { busy: 0, all: 0 };
  for (const { times } of cpus()) {
    const all = Object.values(times).reduce((sum, each) => sum + each, 0);
    host.all += all;
    host.busy += all - times.idle;
  }
  const main = mainThreadMs();
  return { at: performance.now(), loop: performance.eventLoopUtilization(), process: process.cpuUsage(), main, host };
}

/** Linux tells it in hundredths of a second, behind the name of the program, which may hold anything. */
function mainThreadMs(): number | undefined {
  try {
    const facts = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
    const fields = facts.slice(facts.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
  } catch {
    return undefined;
  }
}
