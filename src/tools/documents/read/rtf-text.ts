/** Groups that hold no words of the document. */
const SILENT = new Set(
  'fonttbl colortbl stylesheet listtable listoverridetable info pict object objdata themedata colorschememapping latentstyles datastore generator rsidtbl xmlnstbl filetbl revtbl fldinst bkmkstart bkmkend header headerl headerr headerf footer footerl footerr footerf'.split(
    ' ',
  ),
);
const SIGNS: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  page: '\n',
  sect: '\n',
  row: '\n',
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
/** A control word with its number, a byte in hexadecimal, another sign behind a backslash, a brace, words, or what is none of them. */
const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z'])|([{}])|([^\\{}]+)|[^]/giy;

interface Group {
  isSilent: boolean;
  /** Signs behind `\u` that stand for it where a reader does not know it. */
  skip: number;
}

/** Words of an RTF file, a paragraph or row of a table in each line. */
export function rtfText(rtf: string): string {
  const decoder = decoderOf(rtf);
  const stack: Group[] = [];
  let group: Group = { isSilent: false, skip: 1 };
  let out = '';
  let bytes: number[] = [];
  let left = 0;
  const flush = (): void => {
    if (bytes.length > 0) out += decoder.decode(Uint8Array.from(bytes));
    bytes = [];
  };
  const add = (text: string): void => {
    flush();
    if (!group.isSilent) out += text;
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(rtf); match; match = TOKEN.exec(rtf)) {
    const [, word, number, hex, escaped, brace, words] = match;
    if (hex !== undefined) {
      if (left > 0) left--;
      else if (!group.isSilent) bytes.push(Number.parseInt(hex, 16));
    } else if (words !== undefined) {
      const plain = words.replace(/[\r\n]+/g, '');
      const taken = Math.min(left, plain.length);
      left -= taken;
      if (plain.length > taken) add(plain.slice(taken));
    } else if (brace === '{') {
      flush();
      if (stack.length < MOST_DEPTH) stack.push({ ...group });
    } else if (brace === '}') {
      flush();
      left = 0;
      group = stack.pop() ?? { isSilent: false, skip: 1 };
    } else if (escaped === '*') group.isSilent = true;
    else if (escaped !== undefined) add(ESCAPED[escaped] ?? '');
    else if (word === 'u' && number !== undefined) {
      add(String.fromCharCode((Number(number) + 65_536) % 65_536));
      left = group.skip;
    } else if (word === 'uc') group.skip = Number(number ?? 1);
    else if (word === 'bin') TOKEN.lastIndex += Math.max(0, Number(number ?? 0));
    else if (word !== undefined && SILENT.has(word)) group.isSilent = true;
    else if (word !== undefined) add(SIGNS[word] ?? '');
  }
  flush();
  return out.replace(/\t+$/gm, '').replace(/\n{3,}/g, '\n\n');
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
