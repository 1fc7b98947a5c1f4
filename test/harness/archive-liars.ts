import { deflateRawSync } from 'node:zlib';

/** Archives as a liar would write them, byte by byte. */

export interface Packed {
  name: string;
  data: Buffer;
  /** What the headers say that it unfolds to. */
  claims?: number;
  mode?: number;
  store?: boolean;
}

/** A ZIP file as a liar would write it. */
export function zipOf(files: readonly Packed[], claimedCount = files.length): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, claims = data.length, mode = 0o100644, store } of files) {
    const packed = store ? data : deflateRawSync(data, { level: 9 });
    const title = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(store ? 0 : 8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(claims, 22);
    local.writeUInt16LE(title.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x0314, 4);
    central.writeUInt16LE(store ? 0 : 8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(claims, 24);
    central.writeUInt16LE(title.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    locals.push(local, title, packed);
    directory.push(central, title);
    offset += 30 + title.length + packed.length;
  }
  const tail = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(claimedCount, 8);
  end.writeUInt16LE(claimedCount, 10);
  end.writeUInt32LE(tail.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, tail, end]);
}

export interface TarHeader {
  name: string;
  size?: number;
  /** As it stands in the header, where it is no number of ASCII digits. */
  rawSize?: Buffer;
  type?: string;
  link?: string;
  prefix?: string;
}

export function tarHeader({ name, size = 0, rawSize, type = '0', link = '', prefix = '' }: TarHeader): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (rawSize) rawSize.copy(header, 124);
  else header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write('ustar\0', 257);
  header.write('00', 263);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);

/** A header with what follows it. */
export const tarEntry = (header: Omit<TarHeader, 'size'>, text = ''): Buffer =>
  Buffer.concat([tarHeader({ ...header, size: Buffer.byteLength(text) }), padded(Buffer.from(text))]);

/** An extended header: what it says holds for the next entry, or for all of them (`g`). */
export function paxHeader(records: Record<string, string>, type: 'x' | 'g' = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    const length = bytes + String(bytes + String(bytes).length).length;
    return `${length}${rest}`;
  });
  return tarEntry({ name: 'PaxHeader', type }, lines.join(''));
}

export const tarOf = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.alloc(1024)]);
