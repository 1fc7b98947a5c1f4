import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from '../../../common/archives/archive-limits';
import { ZipReader } from '../../../common/archives/zip-reader';
import { messageOf } from '../../../common/openclaw-error';
import { DocumentError } from './document-error';

const MIB = 1024 * 1024;
const MOST_LISTED = 2000;
const MOST_ENTRIES = 65_000;
/** A packed tar is unfolded so far for its list. */
const MOST_UNFOLDED = 512 * MIB;

const isGzip = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

/** Names in a ZIP file. @throws DocumentError */
export function zipList(content: Buffer): string {
  try {
    const { entries } = new ZipReader(content, { entries: MOST_ENTRIES, entryBytes: 0, totalBytes: 0, ratio: 1 });
    return listOf(
      'ZIP',
      entries.map(({ name, packedBytes, isFolder, isEncrypted }) =>
        isFolder ? name : `${name}\t${packedBytes} bytes packed${isEncrypted ? ', wants a password' : ''}`,
      ),
    );
  } catch (error) {
    if (error instanceof ArchiveError) throw new DocumentError(error.message);
    throw error;
  }
}

/** Names in a tar file, packed with gzip or not; of another file that gzip has packed, that it is one. @throws DocumentError */
export async function tarList(content: Buffer, signal: AbortSignal): Promise<string> {
  const { Parser } = await import('tar');
  const names: string[] = [];
  let unfolded = 0;
  const parser = new Parser({
    strict: false,
    onReadEntry: (entry) => {
      names.push(entry.type === 'Directory' ? entry.path : `${entry.path}\t${entry.size} bytes`);
      entry.resume();
    },
  });
  const meter = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      unfolded += chunk.length;
      if (unfolded > MOST_UNFOLDED || names.length > MOST_ENTRIES) return;
      parser.write(chunk);
      yield chunk;
    }
  };
  const source = Readable.from([content]);
  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const _ of chunks);
  };
  try {
    if (isGzip(content)) await pipeline(source, createGunzip(), meter, sink, { signal });
    else await pipeline(source, meter, sink, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    if (names.length === 0) throw new DocumentError(`the archive can't be read: ${messageOf(error)}`);
  }
  if (names.length === 0)
    throw new DocumentError('it is packed with gzip and is no tar archive; exec with gunzip unpacks it');
  return listOf(isGzip(content) ? 'tar, packed with gzip' : 'tar', names, unfolded > MOST_UNFOLDED);
}

function listOf(kind: string, names: readonly string[], isCut = false): string {
  const shown = names.slice(0, MOST_LISTED);
  return [
    `[archive (${kind}) of ${isCut ? 'at least ' : ''}${names.length} entries; exec unpacks it]`,
    ...shown,
    ...(names.length > shown.length || isCut
      ? [`[${isCut ? 'more' : `${names.length - shown.length} more`} are left out]`]
      : []),
  ].join('\n');
}
