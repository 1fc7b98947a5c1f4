import { ToolError } from '../agent-tool';
import type { PatchHunk } from './parse-patch';

/**
 * Applies hunks in order. A hunk must fit at exactly one place after the one before (below its anchor, if it has one);
 * line ends stay as they are.
 * @throws ToolError not_found, invalid_args naming the file and the hunk
 */
export function applyHunks(content: string, hunks: readonly PatchHunk[], path: string): string {
  const whole = content.split('\n');
  const endsWithNewline = content === '' || content.endsWith('\n');
  if (endsWithNewline) whole.pop();
  const isCrlf = (line: string | undefined, index: number): boolean =>
    line?.endsWith('\r') === true && (endsWithNewline || index < whole.length - 1);
  // Each line keeps its own end, and new ones take that of what they replace.
  const ends = whole.map((line, index): string => (isCrlf(line, index) ? '\r\n' : '\n'));
  const lines = whole.map((line, index) => (isCrlf(line, index) ? line.slice(0, -1) : line));
  let from = 0;
  hunks.forEach((hunk, index) => {
    const at = locate(lines, hunk, from, `${path}: hunk ${index + 1}`);
    const { oldLines, newLines } = hunk;
    const near = (index: number): string =>
      ends[at + Math.min(index, oldLines.length - 1)] ?? ends[at - 1] ?? ends[0] ?? '\n';
    ends.splice(at, oldLines.length, ...newLines.map((_, index) => near(index)));
    lines.splice(at, oldLines.length, ...newLines);
    from = at + hunk.newLines.length;
  });
  const last = lines.length - 1;
  return lines.map((line, index) => line + (index < last || endsWithNewline ? ends[index] : '')).join('');
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
