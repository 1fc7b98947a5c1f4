import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cutText } from '../../common/cut-text';
import type { LogTail } from './log-tail.service';

const folderOf = (stateDir: string): string => join(stateDir, 'logs');

/** Undefined where nothing was logged yet. */
export async function newestLogFile(stateDir: string): Promise<string | undefined> {
  const folder = folderOf(stateDir);
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^openclaw-.*\.log$/.test(name)).sort();
  const newest = names.at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

/** The end of the newest log file of a state directory, for when no gateway answers. */
export async function readNewestLog(stateDir: string, limits: { limit: number; maxBytes: number }): Promise<LogTail> {
  const file = await newestLogFile(stateDir);
  if (file === undefined)
    return { file: folderOf(stateDir), cursor: 0, size: 0, lines: [], truncated: false, reset: false };
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
