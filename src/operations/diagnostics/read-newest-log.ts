import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cutText } from '../../common/cut-text';
import type { LogTail } from './log-tail.service';

/** The end of the newest log file of a state directory, for when no gateway answers. */
export async function readNewestLog(stateDir: string, limits: { limit: number; maxBytes: number }): Promise<LogTail> {
  const folder = join(stateDir, 'logs');
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^openclaw-.*\.log$/.test(name)).sort();
  const newest = names.at(-1);
  if (newest === undefined) return { file: folder, cursor: 0, size: 0, lines: [], truncated: false, reset: false };
  const file = join(folder, newest);
  const text = await readFile(file, 'utf8');
  const lines = cutText(text, limits.maxBytes, { keep: 'end', mark: '' })
    .split('\n')
    .filter((line) => line !== '');
  return {
    file,
    cursor: text.length,
    size: text.length,
    lines: lines.slice(-limits.limit),
    truncated: lines.length > limits.limit,
    reset: false,
  };
}
