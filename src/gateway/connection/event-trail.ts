import { randomUUID } from 'node:crypto';
import { MOST_REMEMBERED_BYTES, MOST_TRAIL_EVENTS } from '../protocol/limits';

/** An event in the words that clients of one revision are told it; shared by all of them. */
export interface ToldEvent {
  event: string;
  /** Undefined once it is forgotten. */
  payloadJson: string | undefined;
  stateVersionJson: string | undefined;
}

/** Holds the words of events for clients that come back, the newest ones; what is older is forgotten. */
export class EventMemory {
  private readonly kept = new Set<ToldEvent>();
  private bytes = 0;

  constructor(private readonly most = MOST_REMEMBERED_BYTES) {}

  keep(told: ToldEvent): void {
    if (told.payloadJson === undefined || this.kept.has(told)) return;
    this.kept.add(told);
    this.bytes += told.payloadJson.length;
    for (const oldest of this.kept) {
      if (this.bytes <= this.most) return;
      this.bytes -= oldest.payloadJson?.length ?? 0;
      oldest.payloadJson = undefined;
      this.kept.delete(oldest);
    }
  }
}

/** What one client was told, or would have been while its connection was cut, by number. */
export class EventTrail {
  /** Names it; whoever has the name may go on with it, so it can't be guessed. */
  readonly epoch = randomUUID();
  private readonly events: ToldEvent[] = [];
  /** Number of the event before the first one here. */
  private before = 0;
  private readonly ending = new AbortController();

  constructor(private readonly memory: EventMemory) {}

  /** Number of the last event. */
  get seq(): number {
    return this.before + this.events.length;
  }

  /** Aborts when the client does not come back. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /** @returns its number */
  note(told: ToldEvent): number {
    this.memory.keep(told);
    this.events.push(told);
    // Not one by one: each cut moves all that is left.
    if (this.events.length >= 2 * MOST_TRAIL_EVENTS) {
      const gone = this.events.splice(0, this.events.length - MOST_TRAIL_EVENTS);
      this.before += gone.length;
    }
    return this.seq;
  }

  /** All events behind this number; undefined where one of them is forgotten, or it was never reached. */
  since(seq: number): ToldEvent[] | undefined {
    if (seq < this.before || seq > this.seq) return undefined;
    const missed = this.events.slice(seq - this.before);
    return missed.every(({ payloadJson }) => payloadJson !== undefined) ? missed : undefined;
  }

  end(): void {
    this.ending.abort();
  }
}
