import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { dayIn } from '../../common/zoned-time';
import { TranscriptStore } from '../../sessions/transcript.store';
import { type SaidMessage, saidMessage } from './said-message';

/** Messages that are looked at before others have their turn. */
const AT_ONCE = 200;
/** So many of a conversation are counted at most: the newest. */
const MOST = 5000;
/** Days of all zones begin at one of these. */
const QUARTER_MS = 900_000;

/** A range of moments, in days of a time zone. */
export interface Range {
  from: number;
  /** The first moment behind it. */
  until: number;
  zone: string;
}

/** Reads what reports count of conversations. */
@Injectable()
export class SaidMessages {
  constructor(private readonly transcripts: TranscriptStore) {}

  /** What was said in a range, the earliest first. */
  async read(sessionId: string, { from, until, zone }: Range): Promise<SaidMessage[]> {
    const dayOf = dayNames(zone);
    const said: SaidMessage[] = [];
    for (let before = Infinity; said.length < MOST; await turnOfTheLoop()) {
      const events = await this.transcripts.readUnfilled(sessionId, before, AT_ONCE);
      const earliest = events.at(-1);
      if (!earliest) break;
      before = earliest.seq;
      for (const event of events)
        if (event.at >= from && event.at < until) said.push(saidMessage(event, dayOf(event.at)));
      if (earliest.at < from) break;
    }
    return said.slice(0, MOST).reverse();
  }
}

/** Names days as `dayIn` does, working each quarter of an hour out once. */
function dayNames(zone: string): (at: number) => string {
  const known = new Map<number, string>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const day = known.get(quarter) ?? dayIn(at, zone);
    known.set(quarter, day);
    return day;
  };
}
