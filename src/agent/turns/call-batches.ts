/** So many calls run at a time at most. */
const MOST_AT_ONCE = 8;

/**
 * Calls of one step in the order in which they are to be made, those that run together in one batch: neighbours that each
 * may run beside others. Every other one is a batch of its own, so that it sees what came before it.
 */
export function batchesOf<T>(calls: readonly T[], mayRunBeside: (call: T) => boolean): T[][] {
  const batches: T[][] = [];
  let isOpen = false;
  for (const call of calls) {
    const joins = mayRunBeside(call);
    const last = batches.at(-1);
    if (joins && isOpen && last && last.length < MOST_AT_ONCE) last.push(call);
    else batches.push([call]);
    isOpen = joins;
  }
  return batches;
}
