/** One setting of a git configuration file. Section and key are in lower case, as git compares them. */
export interface ConfigEntry {
  section: string;
  /** In its own case; undefined where the section has none. */
  subsection?: string;
  key: string;
  /** Undefined for a key that stands alone, which means true. */
  value?: string;
  /** Where it stands, in bytes, with the end of its line. */
  from: number;
  to: number;
}

const NEW_LINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const MARK = Buffer.from('\uFEFF');
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['b', '\b'],
  ['n', '\n'],
  ['\\', '\\'],
  ['"', '"'],
]);

/**
 * Reads a git configuration as git itself does (its config.c), includes not followed.
 * @returns undefined where git would refuse the file
 */
export function parseGitConfig(content: Buffer): ConfigEntry[] | undefined {
  // Git takes what is before a zero byte for the whole name.
  if (content.includes(0)) return undefined;
  try {
    return new Reader(content).entries();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The text without some entries; everything else stays as it is. */
export function withoutEntries(content: Buffer, entries: readonly ConfigEntry[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { from, to } of [...entries].sort((a, b) => a.from - b.from)) {
    parts.push(content.subarray(at, from), Buffer.from('\n'));
    at = to;
  }
  return Buffer.concat([...parts, content.subarray(at)]);
}

/** As people write it: `remote.origin.url`. */
export const nameOf = ({ section, subsection, key }: ConfigEntry): string =>
  [section, ...(subsection === undefined ? [] : [subsection]), key].join('.');

class Malformed extends Error {}

class Reader {
  private at: number;
  private isAtEnd = false;

  constructor(private readonly bytes: Buffer) {
    this.at = bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  }

  entries(): ConfigEntry[] {
    const entries: ConfigEntry[] = [];
    let base = '';
    for (;;) {
      const from = this.at;
      const c = this.next();
      if (this.isAtEnd) return entries;
      if (isSpace(c)) continue;
      if (c === '#' || c === ';') this.skipLine();
      else if (c === '[') base = this.section();
      else if (/[A-Za-z]/.test(c)) entries.push({ ...named(base, this.key(c)), ...this.value(), from, to: this.at });
      else throw new Malformed();
    }
  }

  /** The next character, one byte each; the end of the file reads as the end of a line. */
  private next(): string {
    if (this.bytes[this.at] === RETURN && this.bytes[this.at + 1] === NEW_LINE) this.at++;
    const byte = this.bytes[this.at];
    if (byte === undefined) {
      this.isAtEnd = true;
      return '\n';
    }
    this.at++;
    return String.fromCharCode(byte);
  }

  private skipLine(): void {
    while (this.next() !== '\n');
  }

  /** `section.` or `section.subsection.`, after its bracket. */
  private section(): string {
    let name = '';
    for (;;) {
      const c = this.next();
      if (this.isAtEnd) throw new Malformed();
      if (c === ']' && name !== '') return `${name}.`;
      if (isSpace(c)) return `${name}.${this.subsection(c)}.`;
      if (!/[A-Za-z0-9.-]/.test(c)) throw new Malformed();
      name += c.toLowerCase();
    }
  }

  private subsection(first: string): string {
    for (let c = first; c !== '"'; c = this.next()) if (c === '\n' || !isSpace(c)) throw new Malformed();
    let name = '';
    for (;;) {
      let c = this.next();
      if (c === '"') break;
      if (c === '\\') c = this.next();
      if (c === '\n') throw new Malformed();
      name += c;
    }
    if (this.next() !== ']') throw new Malformed();
    return name;
  }

  private key(first: string): string {
    let name = first.toLowerCase();
    while (/[A-Za-z0-9-]/.test(this.peek())) name += this.next().toLowerCase();
    return name;
  }

  private peek(): string {
    return String.fromCharCode(this.bytes[this.at] ?? NEW_LINE);
  }

  private value(): { value?: string } {
    let c = this.next();
    while (c === ' ' || c === '\t') c = this.next();
    if (c === '\n') return {};
    if (c !== '=') throw new Malformed();
    let text = '';
    let spaces = 0;
    let isQuoted = false;
    for (;;) {
      c = this.next();
      if (c === '\n') {
        if (isQuoted) throw new Malformed();
        return { value: Buffer.from(text, 'latin1').toString('utf8') };
      }
      if (isSpace(c) && !isQuoted) {
        if (text !== '') spaces++;
        continue;
      }
      if (!isQuoted && (c === ';' || c === '#')) {
        this.skipLine();
        return { value: Buffer.from(text, 'latin1').toString('utf8') };
      }
      text += ' '.repeat(spaces);
      spaces = 0;
      if (c === '"') isQuoted = !isQuoted;
      else if (c === '\\') text += this.escaped();
      else text += c;
    }
  }

  private escaped(): string {
    const c = this.next();
    if (c === '\n') return '';
    const meant = ESCAPES.get(c);
    if (meant === undefined) throw new Malformed();
    return meant;
  }
}

/** As git's own table has it. */
const isSpace = (c: string): boolean => [SPACE, TAB, NEW_LINE, RETURN].includes(c.charCodeAt(0));

/** Git knows an entry by one text; section and key are what stands before its first and after its last dot. */
function named(base: string, key: string): Pick<ConfigEntry, 'section' | 'subsection' | 'key'> {
  const text = Buffer.from(base, 'latin1').toString('utf8').slice(0, -1);
  const dot = text.indexOf('.');
  if (dot < 0) return { section: text, key };
  return { section: text.slice(0, dot), subsection: text.slice(dot + 1), key };
}
