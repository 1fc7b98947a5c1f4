import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { cutText } from '../../common/cut-text';
import { decodeText } from '../../common/text/decode-text';
import { nameMatcher } from './find-names';
import type { GrepAnswer, GrepLine, GrepRequest } from './search-request';
import { walkFiles } from './walk-files';

/** Runs in the thread of a search. */
export async function grepFiles(request: GrepRequest): Promise<GrepAnswer> {
  const { source, flags, context, limit, maxLine, maxFileBytes } = request;
  const pattern = new RegExp(source, flags);
  const lines: GrepLine[] = [];
  const tooLarge: string[] = [];
  let matches = 0;
  for (const file of await candidatesOf(request)) {
    if (matches >= limit) break;
    const found = readText(file, maxFileBytes);
    if (found === 'too large') tooLarge.push(file);
    const all = found === undefined || found === 'too large' ? [] : found.text.split(/\r?\n/);
    let shown = -1;
    for (let index = 0; index < all.length && matches < limit; index++) {
      if (!pattern.test(all[index] ?? '')) continue;
      matches++;
      for (let at = Math.max(shown + 1, index - context); at <= Math.min(all.length - 1, index + context); at++) {
        const text = cutText(all[at] ?? '', maxLine);
        lines.push({ file, line: at + 1, text, isMatch: at === index });
        shown = at;
      }
    }
  }
  return { lines, matches, limited: matches >= limit, tooLarge };
}

async function candidatesOf({ root, glob }: GrepRequest): Promise<string[]> {
  if (statSync(root).isFile()) return [root];
  const matches = glob === undefined ? undefined : await nameMatcher(glob);
  const found: string[] = [];
  for await (const { path, isFolder } of walkFiles(root))
    if (!isFolder && (matches?.(relative(root, path)) ?? true)) found.push(path);
  return found;
}

/** Undefined for what is no readable text file. */
function readText(file: string, maxBytes: number): { text: string } | 'too large' | undefined {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) return 'too large';
    const bytes = readFileSync(handle);
    const decoded = decodeText(bytes);
    return decoded && { text: decoded.text };
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}
