import { unavailable } from '../../rpc/rpc-error';
import type { LaneService } from '../turns/lane.service';

const STOP_TIMEOUT_MS = 15_000;

/** Ends what goes on in a session, and drops what waits. @throws RpcError UNAVAILABLE where it does not end in time */
export async function stopRuns(lanes: LaneService, key: string): Promise<void> {
  lanes.abort(key, undefined, 'stop');
  await lanes.dropWaiting(key, 'session reset');
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), STOP_TIMEOUT_MS).unref());
  if ((await Promise.race([lanes.idle(key), late])) === 'late') throw unavailable(`session ${key} is still active`);
}
