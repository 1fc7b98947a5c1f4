import type { Readable } from 'node:stream';

/**
 * Reads a stream of text to its end, and keeps the last of it: what a program says before it fails.
 * @param most bytes
 * @returns gives what was said last
 */
export function lastWordsOf(stream: Readable | null, most: number): () => string {
  let said = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]).subarray(-most);
  });
  // The first letter may be cut.
  return () => said.toString('utf8').replace(/^\ufffd+/, '');
}
