import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { RecentMap } from '../../common/recent-map';
import { EventBus } from '../../events/event-bus';

const WINDOW_MS = 600_000;
/** Failures within the window that cost nothing. */
const FREE_FAILURES = 10;
/** From there on the wait doubles with every so many, from the shortest to the longest. */
const DOUBLES_AFTER = 5;
const SHORTEST_MS = 500;
const LONGEST_MS = 3000;
/** Enough to know the longest wait by. */
const MAX_FAILURES = 40;
const MAX_TRACKED = 10_000;
/** Attempts of one source that wait at once. Their waits together are shorter than the time for a handshake. */
const MAX_WAITING = 2;

interface Room {
  /** Tells an attempt whether it is its turn. */
  waiting: ((isItsTurn: boolean) => void)[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * Slows down guessing, by source, loopback included. After too many failures one attempt at a time is judged, each after
 * a wait; what failed at other gateways on the database counts as well. So the right secret gets in from there too, only later. Which of those that wait is next is drawn, and who comes
 * to a full room takes the place of one that is drawn: nobody can keep a place by being there first.
 */
@Injectable()
export class LoginThrottle {
  private readonly failures = new RecentMap<string, number[]>(MAX_TRACKED);
  private readonly rooms = new Map<string, Room>();

  constructor(
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly events?: EventBus,
  ) {
    events?.on('login.failed', ({ source }) => this.count(source), 'elsewhere');
  }

  /** Milliseconds until the next attempt of a source is judged; 0: at once. */
  waitMs(source: string): number {
    const beyond = this.recent(source).length - FREE_FAILURES;
    return beyond < 0 ? 0 : Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.floor(beyond / DOUBLES_AFTER));
  }

  /** Waits until an attempt may be judged. @returns false where it has to make room: it gets no verdict */
  turn(source: string): Promise<boolean> {
    const room = this.rooms.get(source) ?? { waiting: [], timer: undefined };
    this.rooms.set(source, room);
    if (room.waiting.length >= MAX_WAITING) draw(room.waiting)?.(false);
    return new Promise((resolve) => {
      room.waiting.push(resolve);
      this.schedule(source, room);
    });
  }

  recordFailure(source: string): void {
    this.count(source);
    this.events?.emit('login.failed', { source });
  }

  private count(source: string): void {
    const recent = this.recent(source);
    recent.push(this.clock.monotonic());
    this.failures.set(source, recent.slice(-MAX_FAILURES));
  }

  private schedule(source: string, room: Room): void {
    room.timer ??= setTimeout(() => {
      room.timer = undefined;
      draw(room.waiting)?.(true);
      if (room.waiting.length > 0) this.schedule(source, room);
      else this.rooms.delete(source);
    }, this.waitMs(source)).unref();
  }

  private recent(source: string): number[] {
    const since = this.clock.monotonic() - WINDOW_MS;
    return (this.failures.get(source) ?? []).filter((time) => time > since);
  }
}

/** Takes one out by chance. */
const draw = <T>(all: T[]): T | undefined => all.splice(Math.floor(Math.random() * all.length), 1)[0];
