import { promisify } from 'node:util';
import { ArchiveError, type ArchiveLimits, FREE_BYTES } from './archive-limits';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const KIND = 0o170000;
/** As Unix writes down what an entry is; 0 where it was packed elsewhere. */
const KINDS: Readonly<Record<number, ZipEntry['kind']>> = {
  0: 'plain',
  0o100000: 'plain',
  0o040000: 'plain',
  0o120000: 'link',
};

export interface ZipEntry {
  /** As it is written in the archive. */
  name: string;
  isFolder: boolean;
  /** A file or folder, a link, or something that only a running system has. */
  kind: 'plain' | 'link' | 'other';
  isExecutable: boolean;
  method: number;
  isEncrypted: boolean;
  packedBytes: number;
  offset: number;
}

/**
 * Reads a ZIP file entry by entry. Nothing is unpacked before it is asked for, and nothing beyond the limits: the
 * inflater stops at the byte at which a limit is reached.
 */
export class ZipReader {
  readonly entries: readonly ZipEntry[];
  private unpacked = 0;

  /** @throws ArchiveError */
  constructor(
    private readonly content: Buffer,
    private readonly limits: ArchiveLimits,
  ) {
    this.entries = readDirectory(content, limits.entries);
  }

  find(name: string): ZipEntry | undefined {
    return this.entries.find((entry) => entry.name === name && !entry.isFolder);
  }

  /** @throws ArchiveError */
  async read(entry: ZipEntry): Promise<Buffer> {
    const packed = this.packedOf(entry);
    const { entryBytes, totalBytes, ratio } = this.limits;
    const room = Math.min(entryBytes, totalBytes - this.unpacked, Math.max(FREE_BYTES, packed.length * ratio));
    const tooLarge = (): ArchiveError =>
      new ArchiveError(
        `"${entry.name}" makes it unfold to more than is taken (${entryBytes} bytes an entry, ${totalBytes} in all, ${ratio} times its packed size)`,
      );
    if (room <= 0) throw tooLarge();
    const data = entry.method === STORED ? packed : await inflate(packed, room, entry.name, tooLarge);
    if (data.length > room) throw tooLarge();
    this.unpacked += data.length;
    return data;
  }

  private packedOf({ name, method, isEncrypted, offset, packedBytes }: ZipEntry): Buffer {
    if (isEncrypted) throw new ArchiveError(`"${name}" wants a password`);
    if (method !== STORED && method !== DEFLATED)
      throw new ArchiveError(`"${name}" is packed by method ${method}; 0 and 8 can be read`);
    const { content } = this;
    if (offset + LOCAL_BYTES > content.length || content.readUInt32LE(offset) !== LOCAL)
      throw new ArchiveError(`"${name}" is not where the directory says`);
    const start = offset + LOCAL_BYTES + content.readUInt16LE(offset + 26) + content.readUInt16LE(offset + 28);
    if (start + packedBytes > content.length) throw new ArchiveError(`"${name}" ends behind the end of the file`);
    return content.subarray(start, start + packedBytes);
  }
}

async function inflate(packed: Buffer, room: number, name: string, tooLarge: () => ArchiveError): Promise<Buffer> {
  const { inflateRaw } = await import('node:zlib');
  try {
    return await promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)(packed, { maxOutputLength: room });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new ArchiveError(`"${name}" can't be unpacked: ${(error as Error).message}`);
  }
}

function readDirectory(content: Buffer, maxEntries: number): ZipEntry[] {
  const end = findEnd(content);
  const count = content.readUInt16LE(end + 10);
  let at = content.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new ArchiveError('it is of the 64-bit kind, which is not read');
  if (count > maxEntries) throw new ArchiveError(`it has ${count} entries, more than ${maxEntries}`);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > content.length || content.readUInt32LE(at) !== CENTRAL)
      throw new ArchiveError('its directory is broken');
    const nameBytes = content.readUInt16LE(at + 28);
    const next = at + CENTRAL_BYTES + nameBytes + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
    const raw = content.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const flags = content.readUInt16LE(at + 8);
    const mode = content.readUInt16LE(at + 40);
    const name = raw.toString('utf8');
    if (names.has(name)) throw new ArchiveError(`"${name}" stands twice in it`);
    names.add(name);
    entries.push({
      name,
      isFolder: name.endsWith('/'),
      kind: KINDS[mode & KIND] ?? 'other',
      isExecutable: (mode & 0o100) !== 0,
      method: content.readUInt16LE(at + 10),
      isEncrypted: (flags & 1) !== 0,
      packedBytes: content.readUInt32LE(at + 20),
      offset: content.readUInt32LE(at + 42),
    });
    at = next;
  }
  return entries;
}

/** The record at the end of the file, which a comment may follow. */
function findEnd(content: Buffer): number {
  const first = Math.max(0, content.length - END_BYTES - MAX_COMMENT);
  for (let at = content.length - END_BYTES; at >= first; at--)
    if (content.readUInt32LE(at) === END && at + END_BYTES + content.readUInt16LE(at + 20) === content.length)
      return at;
  throw new ArchiveError('it is no ZIP file, or its end is missing');
}
