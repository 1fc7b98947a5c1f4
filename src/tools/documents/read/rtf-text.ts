import { FlowText } from './flow-text';

/** Groups that hold no words of the document. */
const SILENT = new Set(
  'fonttbl colortbl stylesheet listtable listoverridetable info pict object objdata themedata colorschememapping latentstyles datastore generator rsidtbl xmlnstbl filetbl revtbl bkmkstart bkmkend ftnsep ftnsepc shpinst nonshppict'.split(
    ' ',
  ),
);
/** Groups with words beside those of the text. */
const ASIDE = {
  footnote: 'footnote',
  annotation: 'comment',
  atnauthor: 'author',
  shptxt: 'box',
  fldinst: 'field',
  listtext: 'mark',
  pntext: 'mark',
  header: 'header',
  headerl: 'header',
  headerr: 'header',
  headerf: 'header',
  footer: 'footer',
  footerl: 'footer',
  footerr: 'footer',
  footerf: 'footer',
} as const;
type Aside = (typeof ASIDE)[keyof typeof ASIDE];

/** What stands behind blanks, or tabs, that are nothing but the end of a line. */
const ENDS_LINE: ReadonlySet<string | undefined> = new Set([undefined, '\n', '\r', '\u2028', '\u2029']);
const ENDS_WORDS: ReadonlySet<string | undefined> = new Set([...ENDS_LINE, '\t']);

const SIGNS: Readonly<Record<string, string>> = {
  line: '\n',
  tab: '\t',
  cell: '\t',
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
  emspace: ' ',
  enspace: ' ',
};
const ESCAPED: Readonly<Record<string, string>> = { '{': '{', '}': '}', '\\': '\\', '~': '\u00a0', _: '-', '\n': '\n' };
/** Groups inside of each other; a file with more is not one that a person wrote. */
const MOST_DEPTH = 1000;
const MOST_HEADING = 6;
const MOST_LEVEL = 8;
/** A control word with its number, a byte in hexadecimal, another sign behind a backslash, a brace, words, or what is none of them. */
const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z'])|([{}])|([^\\{}]+)|[^]/giy;

interface Group {
  /** Holds nothing that is shown. */
  isSilent: boolean;
  /** Deleted while changes were noted, or hidden. */
  isGone: boolean;
  /** Signs behind `\u` that stand for it where a reader does not know it. */
  skip: number;
  /** Of the paragraph: 1 to 6 for one that is a heading, else 0. */
  heading: number;
  isInTable: boolean;
  /** Of the list, from 0. */
  level: number;
  aside?: Aside | undefined;
  /** Where the words of a field lead, and how many there were before them. */
  link?: { target: string; from: number } | undefined;
}

const OUTSIDE: Group = { isSilent: false, isGone: false, skip: 1, heading: 0, isInTable: false, level: 0 };

/** Words of an RTF file as it is shown now, a paragraph or row of a table in each line, notes behind. */
export function rtfText(rtf: string): string {
  const reader = new RtfReader(rtf);
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(rtf); match; match = TOKEN.exec(rtf)) {
    const [, word, number, hex, escaped, brace, words] = match;
    if (hex !== undefined) reader.byte(Number.parseInt(hex, 16));
    else if (words !== undefined) reader.words(words.replace(/[\r\n]+/g, ''));
    else if (brace === '{') reader.open();
    else if (brace === '}') reader.close();
    else if (escaped !== undefined) reader.escaped(escaped);
    else if (word === 'bin') TOKEN.lastIndex += Math.max(0, Number(number ?? 0));
    else if (word !== undefined) reader.control(word, number === undefined ? undefined : Number(number));
  }
  return reader.end();
}

class RtfReader {
  private readonly decoder: InstanceType<typeof TextDecoder>;
  private readonly flow = new FlowText();
  private readonly stack: Group[] = [];
  private group: Group = { ...OUTSIDE };
  private bytes: number[] = [];
  /** Signs that are still to be passed over. */
  private left = 0;
  private author = '';
  private readonly margins = new Set<string>();

  constructor(rtf: string) {
    this.decoder = decoderOf(rtf);
    this.flow.startParagraph();
  }

  byte(value: number): void {
    if (this.left > 0) this.left--;
    else if (this.isShown) this.bytes.push(value);
  }

  words(words: string): void {
    const taken = Math.min(this.left, words.length);
    this.left -= taken;
    if (words.length > taken) this.add(words.slice(taken));
  }

  escaped(sign: string): void {
    if (sign === '*') this.group.isSilent = true;
    else this.add(ESCAPED[sign] ?? '');
  }

  open(): void {
    this.flush();
    if (this.stack.length >= MOST_DEPTH) return;
    this.stack.push(this.group);
    this.group = { ...this.group, aside: undefined, link: undefined };
  }

  close(): void {
    this.flush();
    this.left = 0;
    const ended = this.group;
    this.group = this.stack.pop() ?? { ...OUTSIDE };
    if (ended.aside !== undefined) this.endAside(ended.aside);
    const { link } = ended;
    if (link && this.isShown && this.flow.written.slice(link.from).trim() !== link.target)
      this.flow.write(` <${link.target}>`);
  }

  control(word: string, number: number | undefined): void {
    if (Object.hasOwn(ASIDE, word)) this.startAside(ASIDE[word as keyof typeof ASIDE]);
    else if (SILENT.has(word)) this.group.isSilent = true;
    else if (word === 'fldrslt') this.group.isSilent = this.stack.at(-1)?.isSilent ?? false;
    else if (word === 'u' && number !== undefined) {
      this.add(String.fromCharCode((number + 65_536) % 65_536));
      this.left = this.group.skip;
    } else if (word === 'uc') this.group.skip = number ?? 1;
    else if (word === 'deleted' || word === 'v') this.group.isGone = number !== 0;
    else if (word === 'plain') this.group.isGone = false;
    else if (word === 'intbl') this.group.isInTable = true;
    else if (word === 'outlinelevel')
      this.group.heading = number !== undefined && number < MOST_HEADING ? number + 1 : 0;
    else if (word === 'ilvl') this.group.level = Math.min(Math.max(0, number ?? 0), MOST_LEVEL);
    else if (word === 'pard') Object.assign(this.group, { heading: 0, isInTable: false, level: 0 });
    else if (word === 'par' && this.group.isInTable) this.add(' ');
    else if (word === 'par' || word === 'row') this.endParagraph();
    else if ((word === 'page' || word === 'sect') && this.flow.written !== '') this.endParagraph();
    else this.add(SIGNS[word] ?? '');
  }

  /** @returns all of it, with the heads and feet of pages behind */
  end(): string {
    while (this.stack.length > 0) this.close();
    this.flush();
    const words = this.flow
      .end()
      .replace(/ +/g, (blanks, at: number, all: string) => (ENDS_WORDS.has(all[at + blanks.length]) ? '' : blanks))
      .replace(/\t+/g, (tabs, at: number, all: string) => (ENDS_LINE.has(all[at + tabs.length]) ? '' : tabs))
      .replace(/\n{3,}/g, '\n\n');
    return this.margins.size === 0 ? words : `${words}\n\n${[...this.margins].join('\n')}`;
  }

  private get isShown(): boolean {
    return !this.group.isSilent && !this.group.isGone;
  }

  private add(text: string): void {
    this.flush();
    if (this.isShown) this.flow.write(text);
  }

  /** Bytes are letters of several bytes each in some code pages: they are read together. */
  private flush(): void {
    if (this.bytes.length > 0) this.flow.write(this.decoder.decode(Uint8Array.from(this.bytes)));
    this.bytes = [];
  }

  private endParagraph(): void {
    this.flush();
    if (this.group.isSilent) return;
    const { heading } = this.group;
    this.flow.endParagraph(heading > 0 ? `${'#'.repeat(heading)} ` : '');
    this.flow.startParagraph();
  }

  private startAside(aside: Aside): void {
    this.flush();
    if (this.group.aside !== undefined) return;
    this.group.aside = aside;
    this.group.isSilent = false;
    this.flow.startBlock();
    this.flow.startParagraph();
  }

  private endAside(aside: Aside): void {
    const words = this.flow.endBlock().trim();
    if (aside === 'author') this.author = words;
    else if (aside === 'field') {
      const target = /^HYPERLINK\s+"([^"]+)"/.exec(words)?.[1];
      if (target !== undefined) this.group.link = { target, from: this.flow.written.length };
    } else if (this.group.isGone) return;
    else if (aside === 'mark') {
      const mark = /^[^\p{L}\p{N}]$/u.test(words) ? '-' : words;
      if (mark !== '') this.flow.write(`${'  '.repeat(this.group.level)}${mark} `);
    } else if (aside === 'box') this.flow.line(words);
    else if (aside === 'footnote') this.flow.note('footnote', words);
    else if (aside === 'comment') {
      this.flow.note('comment', words, this.author);
      this.author = '';
    } else if (words !== '') this.margins.add(`[${aside}] ${words.replace(/\n+/g, ' ')}`);
  }
}

function decoderOf(rtf: string): InstanceType<typeof TextDecoder> {
  const page = /^[^]{0,1000}?\\ansicpg(\d{2,5})/.exec(rtf)?.[1] ?? '1252';
  for (const label of [`windows-${page}`, CODE_PAGES[page] ?? ''])
    try {
      return new TextDecoder(label);
    } catch {
      // The next name, or what most files have.
    }
  return new TextDecoder('windows-1252');
}

/** Code pages of Windows by their names in the web. */
const CODE_PAGES: Readonly<Record<string, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
};
