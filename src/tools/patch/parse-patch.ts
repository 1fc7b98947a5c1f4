import { ToolError } from '../agent-tool';

export interface PatchHunk {
  /** Line after `@@` that stands above the hunk in the file. */
  anchor?: string;
  oldLines: string[];
  newLines: string[];
  /** The hunk's lines are the last of the file. */
  atEnd: boolean;
}

export type PatchOperation =
  | { kind: 'add'; path: string; content: string }
  | { kind: 'delete'; path: string }
  | { kind: 'update'; path: string; moveTo?: string; hunks: PatchHunk[] };

/** Reads a patch in the `*** Begin Patch` format. @throws ToolError invalid_args naming the line */
export function parsePatch(input: string): PatchOperation[] {
  const lines = input.replaceAll('\r\n', '\n').trim().split('\n');
  if (lines[0]?.trim() !== '*** Begin Patch') throw bad(1, 'must be "*** Begin Patch"');
  if (lines.at(-1)?.trim() !== '*** End Patch') throw bad(lines.length, 'must be "*** End Patch"');
  const operations: PatchOperation[] = [];
  let at = 1;
  const end = lines.length - 1;
  const isHeader = (line: string | undefined): boolean => /^\*\*\* (Add|Delete|Update) File: /.test(line ?? '');
  while (at < end) {
    const line = lines[at] ?? '';
    const header = /^\*\*\* (Add|Delete|Update) File: (.+)$/.exec(line);
    const path = header?.[2]?.trim() ?? '';
    if (!header || path === '')
      throw bad(at + 1, 'must be "*** Add File: ", "*** Delete File: " or "*** Update File: " with a path');
    at++;
    if (header[1] === 'Delete') operations.push({ kind: 'delete', path });
    else if (header[1] === 'Add') {
      const content: string[] = [];
      for (; at < end && !isHeader(lines[at]); at++) {
        const text = lines[at] ?? '';
        if (!text.startsWith('+')) throw bad(at + 1, 'of a new file must begin with "+"');
        content.push(text.slice(1));
      }
      operations.push({ kind: 'add', path, content: content.length > 0 ? `${content.join('\n')}\n` : '' });
    } else {
      const move = /^\*\*\* Move to: (.+)$/.exec(lines[at] ?? '')?.[1]?.trim();
      if (move) at++;
      const hunks: PatchHunk[] = [];
      for (; at < end && !isHeader(lines[at]); at++) readHunkLine(lines[at] ?? '', at + 1, hunks);
      if (hunks.length === 0 && !move) throw bad(at, `says nothing to change in ${path}`);
      operations.push({ kind: 'update', path, ...(move ? { moveTo: move } : {}), hunks });
    }
  }
  if (operations.length === 0) throw bad(2, 'names no file');
  return operations;
}

function readHunkLine(line: string, number: number, hunks: PatchHunk[]): void {
  if (line.startsWith('@@')) {
    const anchor = line
      .slice(2)
      .replace(/@@\s*$/, '')
      .trim();
    hunks.push({
      ...(anchor === '' || /^-\d/.test(anchor) ? {} : { anchor }),
      oldLines: [],
      newLines: [],
      atEnd: false,
    });
    return;
  }
  let hunk = hunks.at(-1);
  if (line === '*** End of File') {
    if (hunk) hunk.atEnd = true;
    return;
  }
  if (!hunk) {
    hunk = { oldLines: [], newLines: [], atEnd: false };
    hunks.push(hunk);
  }
  const text = line.slice(1);
  if (line.startsWith('+')) hunk.newLines.push(text);
  else if (line.startsWith('-')) hunk.oldLines.push(text);
  else if (line.startsWith(' ') || line === '') {
    hunk.oldLines.push(text);
    hunk.newLines.push(text);
  } else throw bad(number, 'of a hunk must begin with " ", "-" or "+"');
}

const bad = (line: number, what: string): ToolError => new ToolError('invalid_args', `patch: line ${line} ${what}`);
