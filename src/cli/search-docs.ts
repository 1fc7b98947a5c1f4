import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { appRoot } from '../common/app-root';
import { readTextIfExists } from '../common/atomic-file';
import { foldText } from '../common/fold-text';

export interface DocHit {
  /** From the folder of the program. */
  path: string;
  /** Number of the line, from 1. */
  line: number;
  text: string;
}

/** Pages of the product's own documentation, with their titles. */
export function docPages(root = appRoot()): { path: string; lines: string[]; title: string }[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name));
  return [join(root, 'README.md'), ...pages.sort()].flatMap((page) => {
    const lines = readTextIfExists(page)?.split('\n');
    if (!lines) return [];
    const title = lines.find((line) => line.startsWith('# '))?.replace('# ', '') ?? '';
    return [{ path: relative(root, page), lines, title }];
  });
}

/** Lines that hold all the words; headings first, then pages for readers before records of decisions. */
export function searchDocs(words: readonly string[], most: number, root = appRoot()): DocHit[] {
  const wanted = words.map(foldText);
  const hits = docPages(root).flatMap(({ path, lines }) =>
    lines.flatMap((text, index) => {
      const folded = foldText(text);
      return wanted.every((word) => folded.includes(word)) ? [{ path, line: index + 1, text: text.trim() }] : [];
    }),
  );
  const rank = ({ path, text }: DocHit): number =>
    (text.startsWith('#') ? 0 : 1) + (path.includes('decisions') ? 2 : 0);
  return hits.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}
