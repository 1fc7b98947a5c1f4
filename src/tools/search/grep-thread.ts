import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { cutText } from '../../common/cut-text';
import { decodeText } from '../../common/text/decode-text';
import type { GrepAnswer, GrepLine, GrepRequest } from './grep-files';

/** What the thread of `grepFiles` runs. */
function search({ files, source, flags, context, limit, maxLine, maxFileBytes }: GrepRequest): GrepAnswer {
  const pattern = new RegExp(source, flags);
  const lines: GrepLine[] = [];
  const tooLarge: string[] = [];
  let matches = 0;
  for (const file of files) {
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

parentPort?.postMessage(search(workerData as GrepRequest));
