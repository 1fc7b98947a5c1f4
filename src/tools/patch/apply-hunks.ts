import { ToolError } from '../agent-tool';
import type { PatchHunk } from './parse-patch';

/**
 * Applies hunks in order. A hunk must fit at exactly one place after the one before (below its anchor, if it has one);
 * line ends and a byte order mark stay as they are.
 * @throws ToolError not_found, invalid_args naming the file and the hunk
 */
export function applyHunks(content: string, hunks: readonly PatchHunk[], path: string): string {
  const bom = content.startsWith('\uFEFF') ? '\uFEFF' : '';
  const usesCrlf = content.includes('\r\n');
  const text = content.slice(bom.length).replaceAll('\r\n', '\n');
  const endsWithNewline = text.endsWith('\n') || text === '';
  const lines = (endsWithNewline ? text.slice(0, -1) : text).split('\n');
  if (text === '') lines.length = 0;
  let from = 0;
  hunks.forEach((hunk, index) => {
    const at = locate(lines, hunk, from, `${path}: hunk ${index + 1}`);
    lines.splice(at, hunk.oldLines.length, ...hunk.newLines);
    from = at + hunk.newLines.length;
  });
  const joined = lines.join('\n') + (endsWithNewline && lines.length > 0 ? '\n' : '');
  return bom + (usesCrlf ? joined.replaceAll('\n', '\r\n') : joined);
}

function locate(lines: readonly string[], hunk: PatchHunk, from: number, name: string): number {
  let start = from;
  if (hunk.anchor !== undefined) {
    const { anchor } = hunk;
    const anchored = lines.findIndex((line, index) => index >= from && line.trim() === anchor);
    if (anchored < 0) throw new ToolError('not_found', `${name}: there is no line "${anchor}" after the hunk before`);
    start = anchored + 1;
  }
  const size = hunk.oldLines.length;
  if (size === 0) return hunk.anchor === undefined ? lines.length : start;
  if (hunk.atEnd) {
    const last = lines.length - size;
    if (last >= start && fits(lines, hunk.oldLines, last)) return last;
    throw new ToolError('not_found', `${name} does not fit at the end of the file`);
  }
  const places: number[] = [];
  for (let at = start; at + size <= lines.length; at++) if (fits(lines, hunk.oldLines, at)) places.push(at);
  const [only] = places;
  if (only === undefined)
    throw new ToolError(
      'not_found',
      `${name}: these lines are not there: ${JSON.stringify(hunk.oldLines.slice(0, 3).join('\n'))}; read the file again`,
    );
  if (places.length > 1 && hunk.anchor === undefined)
    throw new ToolError(
      'invalid_args',
      `${name} fits at ${places.length} places; add lines around it or an "@@ line" above`,
    );
  return only;
}

/** Exactly, or but for blanks at line ends. */
function fits(lines: readonly string[], wanted: readonly string[], at: number): boolean {
  return wanted.every((line, index) => (lines[at + index] ?? '').trimEnd() === line.trimEnd());
}
