import { ArchiveError } from './archive-limits';

const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;
/** Symbols for one to two repetitions; every larger one is a place in the list of bytes. */
const [RUN_A, RUN_B] = [0, 1] as const;
const SYMBOLS_IN_GROUP = 50;
const MOST_CODE_BITS = 20;

/** Unpacks bzip2, block by block. @throws ArchiveError where it is damaged or cut off */
export function* bunzip2(packed: Buffer): Generator<Buffer> {
  const bits = new BitReader(packed);
  do {
    const [mark, level] = [bits.read(24), bits.read(8) - 0x30];
    if (mark !== 0x425a68 || level < 1 || level > 9) throw damaged('it does not begin as bzip2');
    for (;;) {
      const magic = [bits.read(24), bits.read(24)];
      if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) break;
      if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1])
        throw damaged('a block is not where it should be');
      yield readBlock(bits, level * 100_000);
    }
    bits.read(16);
    bits.read(16);
    bits.align();
  } while (bits.hasMore);
}

const damaged = (why: string): ArchiveError => new ArchiveError(`it is damaged: ${why}`);

class BitReader {
  private at = 0;
  private held = 0;
  private count = 0;

  constructor(private readonly bytes: Buffer) {}

  get hasMore(): boolean {
    return this.at < this.bytes.length;
  }

  /** At most 24 bits. */
  read(wanted: number): number {
    while (this.count < wanted) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw damaged('it is cut off');
      this.held = ((this.held << 8) | byte) & 0x7fffffff;
      this.count += 8;
    }
    this.count -= wanted;
    return (this.held >>> this.count) & ((1 << wanted) - 1);
  }

  /** The next bits, which stay; behind the end there are zeros. */
  peek(wanted: number): number {
    while (this.count < wanted && this.at < this.bytes.length) {
      this.held = ((this.held << 8) | (this.bytes[this.at++] ?? 0)) & 0x7fffffff;
      this.count += 8;
    }
    const missing = Math.max(0, wanted - this.count);
    return ((this.held >>> Math.max(0, this.count - wanted)) << missing) & ((1 << wanted) - 1);
  }

  skip(length: number): void {
    if (length > this.count) throw damaged('it is cut off');
    this.count -= length;
  }

  align(): void {
    this.count -= this.count % 8;
  }
}

function readBlock(bits: BitReader, most: number): Buffer {
  const expected = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
  if (bits.read(1) === 1) throw damaged('blocks in random order are of a version before 1995');
  const origin = bits.read(24);
  const sorted = readSymbols(bits, most);
  if (origin >= sorted.length) throw damaged('a block has no beginning');
  const content = withoutRuns(unsorted(sorted, origin));
  if (crcOf(content) !== expected) throw damaged('the checksum of a block does not fit');
  return content;
}

/** Bytes that occur: a bit for each sixteen, and of those that have some a bit for each. */
function usedBytes(bits: BitReader): Uint8Array {
  const groups = bits.read(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++)
      if ((members & (0x8000 >> member)) !== 0) used.push(group * 16 + member);
  }
  if (used.length === 0) throw damaged('a block is empty');
  return Uint8Array.from(used);
}

/** Codes of at most so many bits are looked up at once. */
const QUICK_BITS = 10;

interface Code {
  /** By the next bits: the symbol, and in its last five bits how long its code is; 0: it is longer. */
  quick: Uint16Array;
  /** Largest code of each length, what is taken from it, and the symbols in the order of their codes. */
  limits: number[];
  bases: number[];
  symbols: number[];
}

function readCode(bits: BitReader, size: number): Code {
  const lengths: number[] = [];
  let length = bits.read(5);
  for (let symbol = 0; symbol < size; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > MOST_CODE_BITS) throw damaged('a code is too long');
    lengths.push(length);
  }
  const code: Code = { quick: new Uint16Array(1 << QUICK_BITS), limits: [], bases: [], symbols: [] };
  let next = 0;
  for (let bit = 1; bit <= MOST_CODE_BITS; bit++) {
    code.bases[bit] = code.symbols.length - next;
    for (const [symbol, its] of lengths.entries())
      if (its === bit) {
        code.symbols.push(symbol);
        if (bit <= QUICK_BITS) {
          const free = QUICK_BITS - bit;
          code.quick.fill((symbol << 5) | bit, next << free, (next + 1) << free);
        }
        next++;
      }
    code.limits[bit] = next - 1;
    next <<= 1;
  }
  return code;
}

function readSymbol(bits: BitReader, { quick, limits, bases, symbols }: Code): number {
  const known = quick[bits.peek(QUICK_BITS)] ?? 0;
  if (known !== 0) {
    bits.skip(known & 31);
    return known >> 5;
  }
  let value = 0;
  for (let bit = 1; bit <= MOST_CODE_BITS; bit++) {
    value = (value << 1) | bits.read(1);
    if (value <= (limits[bit] ?? -1)) return symbols[value + (bases[bit] ?? 0)] ?? fail();
  }
  return fail();
}

function fail(): never {
  throw damaged('a code means nothing');
}

/** The sorted bytes of a block: codes, places in a list that moves, repetitions. */
function readSymbols(bits: BitReader, most: number): Uint8Array {
  const list = usedBytes(bits);
  const end = list.length + 1;
  const tables = bits.read(3);
  if (tables < 2 || tables > 6) throw damaged('a block has no codes');
  const order = Uint8Array.from({ length: tables }, (_, index) => index);
  const selectors = Array.from({ length: bits.read(15) }, () => {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw damaged('a choice of codes means nothing');
    return toFront(order, place);
  });
  const codes = Array.from({ length: tables }, () => readCode(bits, end + 1));
  const out = new Uint8Array(most);
  let length = 0;
  let [run, weight] = [0, 1];
  for (let count = 0; ; count++) {
    const code = codes[selectors[Math.floor(count / SYMBOLS_IN_GROUP)] ?? -1] ?? fail();
    const symbol = readSymbol(bits, code);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol;
      weight <<= 1;
      if (run > most) throw damaged('a block is too large');
      continue;
    }
    if (length + run + 1 > most + (symbol === end ? 1 : 0)) throw damaged('a block is too large');
    out.fill(list[0] ?? 0, length, length + run);
    length += run;
    [run, weight] = [0, 1];
    if (symbol === end) return out.subarray(0, length);
    out[length++] = toFront(list, symbol - 1);
  }
}

function toFront(list: Uint8Array, place: number): number {
  const value = list[place] ?? fail();
  list.copyWithin(1, 0, place);
  list[0] = value;
  return value;
}

/** Takes back the sorting of Burrows and Wheeler. */
function unsorted(sorted: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (const byte of sorted) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  for (let byte = 1; byte <= 256; byte++) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0);
  const next = new Uint32Array(sorted.length);
  for (const [index, byte] of sorted.entries()) {
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    next[place] = index;
  }
  const out = new Uint8Array(sorted.length);
  let at = next[origin] ?? 0;
  for (let index = 0; index < out.length; index++) {
    out[index] = sorted[at] ?? 0;
    at = next[at] ?? 0;
  }
  return out;
}

/** Four equal bytes are followed by how many more there are. */
function withoutRuns(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  let same = 1;
  for (let index = 1; index < bytes.length; index++) {
    same = bytes[index] === bytes[index - 1] ? same + 1 : 1;
    if (same < 4 || index + 1 >= bytes.length) continue;
    parts.push(Buffer.from(bytes.subarray(from, index + 1)), Buffer.alloc(bytes[index + 1] ?? 0, bytes[index]));
    from = index + 2;
    index++;
    same = 0;
  }
  parts.push(Buffer.from(bytes.subarray(from)));
  return Buffer.concat(parts);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
