/** Source of time. Wall-clock milliseconds for stamps, monotonic milliseconds for durations. */
export abstract class Clock {
  abstract now(): number;
  abstract monotonic(): number;
}

class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }
}

export const systemClock: Clock = new SystemClock();

/**
 * Milliseconds since a stamp, rather too few than too many: by the clock, or by what it would say had nobody set it since this
 * process began.
 */
export const sinceStamp = (clock: Clock, stamp: number): number =>
  Math.min(clock.now(), performance.timeOrigin + clock.monotonic()) - stamp;

let zone: string | undefined;

/** IANA time zone of this machine. Asking the system takes a third of a millisecond, so it is asked once. */
export function localTimeZone(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone;
}
