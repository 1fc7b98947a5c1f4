import { type TextForm, decode } from './decode-text';

/**
 * Text in the way a file is written in: its encoding, and its mark if it has one.
 * @returns the bytes, or the first character that the encoding does not have
 */
export function encodeText(text: string, { encoding, bom }: TextForm): { bytes: Buffer } | { missing: string } {
  const marked = bom ? `\ufeff${text}` : text;
  switch (encoding) {
    case 'utf-8':
      return { bytes: Buffer.from(marked, 'utf8') };
    case 'utf-16le':
      return { bytes: Buffer.from(marked, 'utf16le') };
    case 'utf-16be':
      return { bytes: Buffer.from(marked, 'utf16le').swap16() };
    case 'utf-32le':
    case 'utf-32be':
      return { bytes: wideBytes(marked, encoding === 'utf-32le') };
    default:
      return codePageBytes(text, encoding);
  }
}

function wideBytes(text: string, isLittle: boolean): Buffer {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(codes.length * 4);
  codes.forEach((code, index) =>
    isLittle ? bytes.writeUInt32LE(code, index * 4) : bytes.writeUInt32BE(code, index * 4),
  );
  return bytes;
}

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

function codePageBytes(text: string, encoding: string): { bytes: Buffer } | { missing: string } {
  const table = tableOf(encoding);
  const bytes: number[] = [];
  for (const character of text) {
    const found = table.get(character);
    if (!found) return { missing: character };
    bytes.push(...found);
  }
  return { bytes: Buffer.from(bytes) };
}

/** What each character is in bytes, from what its decoder makes of one and two bytes. Made on first use. */
function tableOf(encoding: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(encoding);
  if (known) return known;
  const table = new Map<string, readonly number[]>();
  const add = (...bytes: number[]): boolean => {
    const character = decode(Uint8Array.from(bytes), encoding);
    // Two bytes can also be two characters.
    if (character === undefined || [...character].length !== 1) return false;
    if (!table.has(character)) table.set(character, bytes);
    return true;
  };
  for (let first = 0; first < 256; first++) {
    if (add(first) || first < 0x80) continue;
    for (let second = 0x30; second < 256; second++) add(first, second);
  }
  tables.set(encoding, table);
  return table;
}
