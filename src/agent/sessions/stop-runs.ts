import type { WaitingName } from '../../inbox/inbox.store';
import { unavailable } from '../../rpc/rpc-error';
import type { LaneService } from '../turns/lane.service';

const STOP_TIMEOUT_MS = 15_000;

/**
 * Does something in a session while nothing goes on there, and drops what waits.
 * @throws RpcError UNAVAILABLE where what goes on does not end in time
 */
export function withoutAnyRuns<T>(lanes: LaneService, key: string, work: () => Promise<T>): Promise<T> {
  return lanes.paused(key, async () => {
    await lanes.dropWaiting(key, 'session reset');
    await inTime(lanes.endTurn(key), key);
    return work();
  });
}

/**
 * Does something in a session while nothing goes on there. What waits is answered afterwards.
 * @param isDropped what of it is dropped instead
 * @throws RpcError UNAVAILABLE where what goes on does not end in time
 */
export function withoutRuns<T>(
  lanes: LaneService,
  key: string,
  isDropped: (row: WaitingName) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  return lanes.paused(key, async () => {
    await lanes.dropWaiting(key, 'the conversation goes on from an earlier message', isDropped);
    await inTime(lanes.endTurn(key), key);
    return work();
  });
}

async function inTime(end: Promise<void>, key: string): Promise<void> {
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), STOP_TIMEOUT_MS).unref());
  if ((await Promise.race([end, late])) === 'late') throw unavailable(`session ${key} is still active`);
}
