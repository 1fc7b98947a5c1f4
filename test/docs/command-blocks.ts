import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** What a block can want that a test does not have. */
export const WANTS = [
  'Docker',
  'a cloud account',
  'the internet',
  'a service manager',
  'PostgreSQL',
  'this very clone',
] as const;

/** Commands of the documentation that a reader is to copy. */
export interface CommandBlock {
  page: string;
  /** Line of the page, from 1. */
  line: number;
  commands: string[];
  /** Why it is not run here: the comment before it. */
  marker?: string;
}

/** Pages whose command blocks are run. */
export function pagesWithCommands(): string[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join('docs', name),
  );
  const beside = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...beside, ...inDocs].filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md').sort();
}

/** Every block of commands of a page, whatever its fence calls the shell. */
export function commandBlocks(page: string): CommandBlock[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  const blocks: CommandBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^\s*(```+|~~~+)\s*(\w*)/.exec(lines[at] ?? '');
    if (!fence) continue;
    const [, mark = '', language = ''] = fence;
    const end = lines.findIndex((line, index) => index > at && line.trim() === mark);
    if (end < 0) throw new Error(`${page}:${at + 1}: the block has no end`);
    if (/^(sh|bash|shell|console|zsh|terminal)$/.test(language)) {
      const before = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
      const marker = /^<!-- not run: (.+) -->$/.exec(before.trim())?.[1];
      const commands = wholeCommands(lines.slice(at + 1, end));
      blocks.push({ page, line: at + 1, commands, ...(marker === undefined ? {} : { marker }) });
    }
    at = end;
  }
  return blocks;
}

/** What is wrong with the reason for not running a block; nothing if it is one. */
export function faultOfMarker(marker: string): string | undefined {
  const found = /^needs (.+?); tried by ((?:test|bench)\/[\w./-]+)$/.exec(marker);
  if (!found) return `"${marker}" is not "needs <what>; tried by test/<file> or bench/<file>"`;
  const [, what = '', spec = ''] = found;
  if (!(WANTS as readonly string[]).includes(what)) return `"${what}" is none of: ${WANTS.join(', ')}`;
  return existsSync(join(ROOT, spec)) ? undefined : `${spec} is not there`;
}

/** Lines put together where one goes on in the next; prompts of a console are left out. */
function wholeCommands(lines: readonly string[]): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of lines) {
    open += line.replace(/^\$ /, '');
    if (open.endsWith('\\')) {
      open += '\n';
      continue;
    }
    if (open.trim() !== '' && !open.trim().startsWith('#')) commands.push(open.trim());
    open = '';
  }
  return commands;
}
