import { parseWebAddress } from '../net/host';
import { endOf } from '../text/edges';
import { type Token, type Tokens, childrenOf, readMarkdown } from './markdown-tree';

/** What an answer hands over besides its words. */
export interface Handover {
  /** The answer without the lines and tags that name files. */
  text: string;
  /** Paths and addresses in the order in which they stand, each once. */
  sources: string[];
  /** Recordings shall arrive as voice notes. */
  asVoice: boolean;
}

const LINE = /^[ \t]*(?:(?:[-+]|\*(?=[ \t])|\d{1,9}[.)])[ \t]+)?[*_~]*(media):[*_~]*[ \t]*(\S(?:.*\S)?)[ \t]*$/i;
const VOICE_TAG = /\[\[\s*audio_as_voice\s*\]\]/gi;
/** Either of them may be in a text that holds one of these. */
const HINT = /media:|\[\[\s*audio/i;
/** Written in another case it is a word like any other, unless a file is all that follows. */
const PLAIN_FILE = /^\S+\.\w{1,8}$/;

/**
 * Takes the lines `MEDIA:<path or address>` and the tag `[[audio_as_voice]]` out of an answer. What stands in code, quotes
 * or tables is text: there it is talked about.
 */
export function takeHandover(markdown: string): Handover {
  if (!HINT.test(markdown)) return { text: markdown, sources: [], asVoice: false };
  const sources: string[] = [];
  let asVoice = false;
  let hasChanged = false;
  let isGone = false;
  const kept = readMarkdown(markdown).map((block) => {
    // The gap behind what was taken out goes with it.
    if (isGone && block.type === 'space') return '';
    isGone = false;
    const own = wordsOf(block);
    const lines = block.raw.split('\n');
    // The same lines stand in the block's words and in its source, in the same order; what can't be matched stays.
    const meant = own.split('\n').filter((line) => isLine(unmasked(line)));
    const written = lines.filter(isLine);
    const tags = [...own.matchAll(MASKED_TAG)].map(([tag]) => !tag.startsWith(MASK));
    const takesLines = meant.length === written.length;
    const takesTags = tags.length === [...block.raw.matchAll(VOICE_TAG)].length;
    let line = 0;
    let tag = 0;
    const left = lines.flatMap((each) => {
      if (takesLines && isLine(each) && !meant[line++]?.includes(MASK)) {
        const source = sourceOf(each);
        if (!sources.includes(source)) sources.push(source);
        hasChanged = true;
        return [];
      }
      if (!takesTags) return [each];
      const untagged = each.replace(VOICE_TAG, (whole) => {
        if (tags[tag++] !== true) return whole;
        asVoice = true;
        hasChanged = true;
        return '';
      });
      return untagged.trim() === '' && each.trim() !== '' ? [] : [untagged];
    });
    if (left.length === lines.length) return left.join('\n');
    const rest = left.join('\n').trimEnd();
    isGone = rest === '';
    return isGone ? '' : `${rest}${endOf(block.raw, '\n')}`;
  });
  if (!hasChanged) return { text: markdown, sources, asVoice };
  return { text: kept.join('').trim(), sources, asVoice };
}

/** Whether the last line of a text that goes on could become one that names a file. */
export function mayBecomeSource(line: string): boolean {
  const begun = line.replace(/^[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)?[*_~]*/, '');
  if (begun === '') return false;
  return begun.length < 6 ? 'media:'.startsWith(begun.toLowerCase()) : /^media:/i.test(begun);
}

const isLine = (line: string): boolean => {
  const [, word, value = ''] = LINE.exec(line) ?? [];
  return (
    word !== undefined &&
    (word === 'MEDIA' || PLAIN_FILE.test(bare(value)) || parseWebAddress(bare(value)) !== undefined)
  );
};

const sourceOf = (line: string): string => bare(LINE.exec(line)?.[2] ?? '');

/** A path without what it may be wrapped in: code, quotes, angle brackets, the form of a link. */
function bare(value: string): string {
  const [, href] = /^!?\[[^\]]*\]\(<?([^()<>]+)>?\)$/.exec(value) ?? [];
  if (href !== undefined) return href;
  const marks = endOf(value, '*_~');
  const isPartOfName = /^_+$/.test(marks) && /\w/.test(value.slice(-marks.length - 1, -1));
  const plain = isPartOfName ? value : value.slice(0, value.length - marks.length);
  const [, inner] = /^[`"'<“](.+)[`"'>”]$/.exec(plain) ?? [];
  return (inner ?? plain).trim();
}

/** Stands before each character of code, so that what is in it is seen as that. */
const MASK = '\uE000';
const MASKED_TAG = /\uE000?\[\uE000?\[\s*audio_as_voice\s*\]\uE000?\]/gi;
const masked = (raw: string): string => raw.replace(/MEDIA:|\[\[/gi, (mark) => `${MASK}${mark}`);
const unmasked = (line: string): string => line.replaceAll(MASK, '');

/** Source of a block line by line, without the marks around its words. */
function wordsOf(token: Token): string {
  switch (token.type) {
    case 'space':
      return token.raw;
    case 'code':
    case 'codespan':
    case 'blockquote':
    case 'table':
    case 'html':
    case 'def':
    case 'math':
      return masked(token.raw);
    case 'list':
      return (token as Tokens.List).items.map((item) => item.tokens.map(wordsOf).join('\n')).join('\n');
    default: {
      const inner = childrenOf(token);
      return inner.length === 0 ? token.raw : inner.map(wordsOf).join('');
    }
  }
}
