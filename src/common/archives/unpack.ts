import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../openclaw-error';
import { staysInside } from '../paths/path-place';
import { ArchiveError, type ArchiveLimits } from './archive-limits';
import { ZipReader } from './zip-reader';

/** Blocks of a tar file that are no content: headers, and what fills up the last block. */
const OVERHEAD_BYTES = 2048;
const PLAIN_KINDS = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory']);

export interface UnpackOptions {
  limits: ArchiveLimits;
  /** Rights of what is written; by default as of a program's own files. Who owned it elsewhere never counts. */
  modes?: { file: number; program: number; folder: number };
}

const MODES = { file: 0o644, program: 0o755, folder: 0o755 };

/** Whatever is no plain file or folder, or leads out of the folder, refuses the whole archive. @throws ArchiveError */
export async function unpackZip(
  content: Buffer,
  into: string,
  { limits, modes = MODES }: UnpackOptions,
): Promise<void> {
  const zip = new ZipReader(content, limits);
  for (const { name, isLink } of zip.entries) {
    if (isLink) throw new ArchiveError(`it holds a link: ${name}`);
    if (!staysInside(into, name)) throw new ArchiveError(`${name} leads out of it`);
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
 * Unpacks a tar file, also a gzipped one, as a stream that is cut at the first byte too many. Whatever is no plain file
 * or folder, or leads out of the folder, refuses the whole archive.
 * @param packedBytes size of the archive as it came
 * @throws ArchiveError
 */
export async function unpackTar(
  source: Readable,
  packedBytes: number,
  into: string,
  { limits, modes = MODES }: UnpackOptions,
): Promise<void> {
  await mkdir(into, { recursive: true, mode: modes.folder });
  const tar = await import('tar');
  const most = Math.min(limits.totalBytes, Math.max(64 * 1024 * 1024, packedBytes * limits.ratio));
  const meter = meterOf(
    most + limits.entries * OVERHEAD_BYTES,
    () => new ArchiveError(`it unfolds to more than ${most} bytes`),
  );
  let entries = 0;
  let total = 0;
  let bad: ArchiveError | undefined;
  const refuse = (why: string): false => {
    bad ??= new ArchiveError(why);
    meter.destroy(bad);
    return false;
  };
  const unpack = tar.extract({
    cwd: into,
    strict: true,
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
      if (!PLAIN_KINDS.has(entry.type)) return refuse(`it holds ${path}, which is no file`);
      if (!staysInside(into, path)) return refuse(`${path} leads out of it`);
      if (entries > limits.entries) return refuse(`it has more than ${limits.entries} entries`);
      if (entry.size > limits.entryBytes) return refuse(`${path} has more than ${limits.entryBytes} bytes`);
      if (total > most) return refuse(`it unfolds to more than ${most} bytes`);
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
  try {
    const [head, rest] = await peek(source);
    const isGzip = head.length > 1 && head[0] === 0x1f && head[1] === 0x8b;
    if (isGzip) await pipeline(rest, (await import('node:zlib')).createGunzip(), meter, sink);
    else await pipeline(rest, meter, sink);
  } catch (error) {
    const cause = bad ?? error;
    throw cause instanceof ArchiveError ? cause : new ArchiveError(`it cannot be read: ${messageOf(cause)}`);
  }
}

function meterOf(most: number, tooLarge: () => ArchiveError): Transform {
  let seen = 0;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      seen += chunk.length;
      if (seen > most) done(tooLarge());
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
