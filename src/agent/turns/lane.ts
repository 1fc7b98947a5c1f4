import type { EffectiveQueueMode } from './queue-plan';
import type { TurnRequest } from './turn-record';

/** A session in which something is done, or waits. */
export interface Lane {
  sessionKey: string;
  working: boolean;
  /** Something came in since the lane last looked. */
  dirty: boolean;
  /** A turn of it may have been cut off. Where none is expected, the start of the next one finds out. */
  mayBeCutOff: boolean;
  /** What waited when the last turn began was more than that turn took, or may have been. */
  hasRest: boolean;
  /** Its next turn is being put on disk. */
  isStarting: boolean;
  current?: { request: TurnRequest; control: AbortController; mode: EffectiveQueueMode; ended: Promise<void> };
  done: Promise<void>;
}

export const newLane = (sessionKey: string): Lane => ({
  sessionKey,
  working: false,
  dirty: false,
  mayBeCutOff: false,
  hasRest: false,
  isStarting: false,
  done: Promise.resolve(),
});
