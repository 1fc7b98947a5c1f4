import { existsSync } from 'node:fs';
import { ToolError } from '../agent-tool';

export interface FontSet {
  normal: string;
  bold: string;
  italic: string;
  boldItalic: string;
  mono: string;
}

/** Fonts every reader has; they know Western European letters only. */
const STANDARD: FontSet = {
  normal: 'Helvetica',
  bold: 'Helvetica-Bold',
  italic: 'Helvetica-Oblique',
  boldItalic: 'Helvetica-BoldOblique',
  mono: 'Courier',
};

/** Characters of the Windows code page 1252, which the standard fonts show. */
const WESTERN = /^[\n\r\t\x20-\x7e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/;
/** Characters that an error names. */
const MOST_NAMED = 8;
const CJK = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

const all = (file: string): FontSet => ({ normal: file, bold: file, italic: file, boldItalic: file, mono: file });
const family = (
  folder: string,
  name: string,
  suffixes: readonly [string, string, string, string],
  mono: string,
): FontSet => ({
  normal: `${folder}/${name}${suffixes[0]}.ttf`,
  bold: `${folder}/${name}${suffixes[1]}.ttf`,
  italic: `${folder}/${name}${suffixes[2]}.ttf`,
  boldItalic: `${folder}/${name}${suffixes[3]}.ttf`,
  mono: `${folder}/${mono}.ttf`,
});

/** Fonts that machines have, widest first. */
const WIDE: readonly FontSet[] = [
  family('/usr/share/fonts/truetype/dejavu', 'DejaVuSans', ['', '-Bold', '-Oblique', '-BoldOblique'], 'DejaVuSansMono'),
  family(
    '/usr/share/fonts/truetype/noto',
    'NotoSans',
    ['-Regular', '-Bold', '-Italic', '-BoldItalic'],
    'NotoSansMono-Regular',
  ),
  family(
    '/usr/share/fonts/truetype/liberation',
    'LiberationSans',
    ['-Regular', '-Bold', '-Italic', '-BoldItalic'],
    'LiberationMono-Regular',
  ),
];
const EAST_ASIAN = [
  '/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttf',
  '/usr/share/fonts/truetype/arphic/uming.ttf',
  '/Library/Fonts/Arial Unicode.ttf',
  '/System/Library/Fonts/Supplemental/Arial Unicode.ttf',
];

/**
 * Fonts that can show a text.
 * @param exists whether this machine has a file
 * @throws ToolError not_configured naming the characters and what to install
 */
export function fontsFor(text: string, exists: (path: string) => boolean = existsSync): FontSet {
  if (WESTERN.test(text)) return STANDARD;
  const wide = WIDE.map((set) => complete(set, exists)).find((set) => set !== undefined);
  const eastAsian = EAST_ASIAN.find(exists);
  if (CJK.test(text)) {
    if (eastAsian) return all(eastAsian);
    throw noFont(text, CJK, 'fonts-droid-fallback');
  }
  if (wide) return wide;
  if (eastAsian) return all(eastAsian);
  throw noFont(text, /[^]/, 'fonts-dejavu-core');
}

/** Names the characters, so that whoever can't install a font can do without them. */
function noFont(text: string, kind: RegExp, debianPackage: string): ToolError {
  const missing = new Set([...text].filter((character) => !WESTERN.test(character) && kind.test(character)));
  const named = [...missing].slice(0, MOST_NAMED).join(' ');
  const more = missing.size > MOST_NAMED ? ` and ${missing.size - MOST_NAMED} more` : '';
  return new ToolError(
    'not_configured',
    `no font on this machine shows ${named}${more}; leave them out, or have one installed (Debian: apt install ${debianPackage})`,
  );
}

/** A family with what is missing replaced by its plain face; undefined when that is missing too. */
function complete(set: FontSet, exists: (path: string) => boolean): FontSet | undefined {
  if (!exists(set.normal)) return undefined;
  const or = (file: string): string => (exists(file) ? file : set.normal);
  return {
    normal: set.normal,
    bold: or(set.bold),
    italic: or(set.italic),
    boldItalic: or(set.boldItalic),
    mono: or(set.mono),
  };
}
