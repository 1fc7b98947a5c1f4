import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../openclaw-error';
import { ArchiveError, type ArchiveLimits } from './archive-limits';
import { EntryNames } from './entry-names';
import { ZipReader } from './zip-reader';

/** Blocks of a tar file that are no content: headers, and what fills up the last block. */
const OVERHEAD_BYTES = 2048;
/** How what is packed begins, in the ways that the library for tar files unpacks by itself: gzip and zstd. */
const PACKED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];
const MAGIC_BYTES = 4;
const PLAIN_KINDS = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory']);

export interface UnpackOptions {
  limits: ArchiveLimits;
  /** Rights of what is written; by default as of a program's own files. Who owned it elsewhere never counts. */
  modes?: { file: number; program: number; folder: number };
  /** It was packed from folders of this machine: they may be as deep as they like, and tell `a` from `A`. */
  own?: boolean;
}

const MODES = { file: 0o644, program: 0o755, folder: 0o755 };

/** Whatever is no plain file or folder, or leads out of the folder, refuses the whole archive. @throws ArchiveError */
export async function unpackZip(
  content: Buffer,
  into: string,
  { limits, modes = MODES, own }: UnpackOptions,
): Promise<void> {
  const zip = new ZipReader(content, limits);
  const names = new EntryNames(into, limits, own);
  for (const { name, kind, isFolder } of zip.entries) {
    if (kind === 'link') throw new ArchiveError(`it holds a link: ${name}`);
    if (kind === 'other') throw new ArchiveError(`it holds ${name}, which is not a file`);
    names.take(name, isFolder);
  }
  await mkdir(into, { recursive: true, mode: modes.folder });
  for (const entry of zip.entries) {
    const path = resolve(into, entry.name);
    if (entry.isFolder) await mkdir(path, { recursive: true, mode: modes.folder });
    else {
      const data = await zip.read(entry);
      await mkdir(dirname(path), { recursive: true, mode: modes.folder });
      await writeFile(path, data, { mode: entry.isExecutable ? modes.program : modes.file, flag: 'wx' });
    }
  }
}

/**
 * Unpacks a tar file, also one packed by gzip or bzip2, as a stream that is cut at the first byte too many. Whatever is no plain file
 * or folder, or leads out of the folder, refuses the whole archive.
 * @param packedBytes size of the archive as it came
 * @throws ArchiveError
 */
export async function unpackTar(
  source: Readable,
  packedBytes: number,
  into: string,
  { limits, modes = MODES, own }: UnpackOptions,
): Promise<void> {
  await mkdir(into, { recursive: true, mode: modes.folder });
  const tar = await import('tar');
  const most = Math.min(limits.totalBytes, Math.max(64 * 1024 * 1024, packedBytes * limits.ratio));
  const meter = meterOf(
    most + limits.entries * OVERHEAD_BYTES,
    () => new ArchiveError(`it unfolds to more than ${most} bytes`),
  );
  const names = new EntryNames(into, limits, own);
  let entries = 0;
  let total = 0;
  let bad: ArchiveError | undefined;
  const stop = (error: ArchiveError): false => {
    bad ??= error;
    meter.destroy(bad);
    return false;
  };
  const refuse = (why: string): false => stop(new ArchiveError(why));
  const unpack = tar.extract({
    cwd: into,
    strict: true,
    brotli: false,
    preservePaths: false,
    preserveOwner: false,
    dmode: modes.folder,
    fmode: modes.file,
    filter: (path, entry) => {
      if (!('type' in entry)) return true;
      total += entry.size;
      entries++;
      if (bad) return false;
      if (entry.type === 'SymbolicLink' || entry.type === 'Link') return refuse(`it holds a link: ${path}`);
      if (!PLAIN_KINDS.has(entry.type)) return refuse(`it holds ${path}, which is not a file`);
      if (entries > limits.entries) return refuse(`it has more than ${limits.entries} entries`);
      if (entry.size > limits.entryBytes) return refuse(`${path} has more than ${limits.entryBytes} bytes`);
      if (total > most) return refuse(`it unfolds to more than ${most} bytes`);
      try {
        names.take(path, entry.type === 'Directory');
      } catch (error) {
        return stop(error as ArchiveError);
      }
      const isProgram = ((entry.mode ?? 0) & 0o100) !== 0;
      entry.mode = entry.type === 'Directory' ? modes.folder : isProgram ? modes.program : modes.file;
      return true;
    },
  });
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (unpack.write(chunk)) done();
      else void once(unpack, 'drain').then(() => done(), done);
    },
    final: (done) => {
      void once(unpack, 'close').then(() => done(), done);
      unpack.end();
    },
  });
  unpack.on('error', (error: Error) => sink.destroy(error));
  // What the library would leave out is not left out here: what is looked at is what was packed, or nothing.
  unpack.on('ignoredEntry', ({ path, type }: { path: string; type: string }) =>
    refuse(`it holds ${path} of the kind ${type}, which is not read`),
  );
  try {
    const [head, rest] = await peek(source);
    const isGzip = head.length > 1 && head[0] === 0x1f && head[1] === 0x8b;
    if (isGzip) await pipeline(rest, (await import('node:zlib')).createGunzip(), meter, sink);
    else if (head.toString('latin1', 0, 3) === 'BZh') await pipeline(bunzipped(rest), meter, sink);
    else await pipeline(rest, meter, sink);
  } catch (error) {
    const cause = bad ?? error;
    throw cause instanceof ArchiveError ? cause : new ArchiveError(`it cannot be read: ${messageOf(cause)}`);
  }
}

/** bzip2 packs by blocks that begin anywhere in a byte, so all of it has to be there. */
async function* bunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of packed) chunks.push(chunk);
  const { bunzip2 } = await import('./bunzip2');
  for (const block of bunzip2(Buffer.concat(chunks))) {
    yield block;
    await new Promise(setImmediate);
  }
}

/** Lets through so many bytes of a tar file. One that is packed once more would unfold behind the meter, unmeasured. */
function meterOf(most: number, tooLarge: () => ArchiveError): Transform {
  let seen = 0;
  let head = Buffer.alloc(0);
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      seen += chunk.length;
      if (head.length < MAGIC_BYTES) head = Buffer.concat([head, chunk.subarray(0, MAGIC_BYTES)]);
      if (seen > most) done(tooLarge());
      else if (PACKED.some((magic) => head.subarray(0, magic.length).equals(magic)))
        done(new ArchiveError('it is packed in a way that is not read, or twice'));
      else done(null, chunk);
    },
  });
}

/** The first bytes of a stream, and the whole of it. */
async function peek(source: Readable): Promise<[Buffer, AsyncIterable<Buffer>]> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return [head, whole()];
}
