import { Injectable } from '@nestjs/common';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import { type Logger, LoggerFactory } from '../../common/logger';
import { LeaseService } from '../../storage/lease.service';
import { laneName } from './lane-name';
import { type CutOffTurn, SuspectStore } from './suspect.store';
import type { TurnRecord } from './turn-record';

/** A turn that was cut off this often without an end may be what ends the process. */
const SUSPECT_AFTER = 3;
/** A turn that was cut off so often while nothing ran beside it is what ends the process. */
export const MAX_CUTS_ALONE = 3;
/**
 * Pause before a turn runs alone again that was cut off in doing so, so that one that was merely unlucky uses none of its
 * tries up while kills come faster than that.
 */
const REST: BackoffPolicy = { initialMs: 1000, maxMs: 4000, factor: 2, jitter: 0 };

/** Which turns may be what ends the process: they run alone, and only cuts while they do count against them. */
@Injectable()
export class Suspects {
  private readonly log: Logger;

  constructor(
    private readonly turns: SuspectStore,
    private readonly leases: LeaseService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/turns');
  }

  /** Whether a turn that was cut off has to run alone. */
  has({ attempt, alone }: TurnRecord): boolean {
    return attempt >= SUSPECT_AFTER && alone < MAX_CUTS_ALONE;
  }

  /** Milliseconds until a suspect may run. */
  restOf({ alone }: TurnRecord): number {
    return alone === 0 ? 0 : backoffDelay(REST, alone - 1);
  }

  /**
   * The former process has ended without any suspect at work: whatever ended it was none of the turns that did not run then,
   * so their cuts are not held against them. A turn had run when its lane was not let go of.
   */
  async acquit(): Promise<void> {
    const { foundHeld } = this.leases;
    const cut = await this.turns.cutOff();
    const ran = ({ sessionKey, fence }: CutOffTurn): boolean => foundHeld.get(laneName(sessionKey)) === fence;
    if (cut.some((turn) => turn.alone > 0 && ran(turn))) return;
    const innocent = cut.filter((turn) => !ran(turn) && turn.attempt > 1);
    if (innocent.length === 0) return;
    await this.turns.acquit(innocent);
    this.log.debug({ turns: innocent.length }, 'turns that were cut off before are not suspected any more');
  }
}
