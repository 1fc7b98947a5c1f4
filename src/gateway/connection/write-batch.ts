import type { Writable } from 'node:stream';

/**
 * Lets all frames that are sent to a socket in one turn of the event loop leave with one system call. A turn of the
 * assistant sends a handful of events to each client, and a call into the kernel costs more than all else about them.
 */
const corked = new Set<Writable>();

/** Holds back what is written to the stream until this turn of the event loop ends. Call it before writing. */
export function batchWrites(stream: Writable): void {
  if (corked.has(stream)) return;
  stream.cork();
  corked.add(stream);
  if (corked.size === 1) setImmediate(flush);
}

function flush(): void {
  const streams = [...corked];
  corked.clear();
  for (const stream of streams) stream.uncork();
}
