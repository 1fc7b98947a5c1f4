import type { RpcCaller } from '../../rpc/rpc-context';
import { unavailable } from '../../rpc/rpc-error';
import { isWrittenBy } from '../chat/agent-intake.service';
import type { LaneService } from '../turns/lane.service';

const STOP_TIMEOUT_MS = 15_000;

/** Ends what goes on in a session, and drops what waits. @throws RpcError UNAVAILABLE where it does not end in time */
export async function stopRuns(lanes: LaneService, key: string): Promise<void> {
  lanes.abort(key, undefined, 'stop');
  await lanes.dropWaiting(key, 'session reset');
  await inTime(lanes.idle(key), key);
}

/**
 * Does something in a session while nothing goes on there. Of what waits, only what the caller wrote in the page is
 * dropped; what others said, and in other places, is answered afterwards.
 * @throws RpcError UNAVAILABLE where what goes on does not end in time
 */
export function withoutRuns<T>(lanes: LaneService, key: string, caller: RpcCaller, work: () => Promise<T>): Promise<T> {
  return lanes.paused(key, async () => {
    lanes.abort(key, undefined, 'stop');
    await lanes.dropWaiting(key, 'the conversation goes on from an earlier message', (row) => isWrittenBy(caller, row));
    await inTime(lanes.turnEnd(key), key);
    return work();
  });
}

async function inTime(end: Promise<void>, key: string): Promise<void> {
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), STOP_TIMEOUT_MS).unref());
  if ((await Promise.race([end, late])) === 'late') throw unavailable(`session ${key} is still active`);
}
