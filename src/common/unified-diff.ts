import { createTwoFilesPatch, formatPatch } from 'diff';

/** Lines around what changes. */
const CONTEXT = 3;
/** Milliseconds that the shortest form is looked for; it grows with the square of what differs. */
const MOST_MS = 100;
/** Units of a diff that is only looked at. */
const MOST_SHOWN = 20_000;

export interface DiffNames {
  from: string;
  to: string;
  /** Stand behind the names, where there is something to say. */
  fromNote?: string;
  toNote?: string;
}

/**
 * What changes from one text to another as a unified diff, complete, with three lines around each change. Texts that
 * differ in very much are told as one change, from the first line that differs to the last.
 */
export function unifiedDiff(names: DiffNames, before: string, after: string): string {
  const { from, to, fromNote, toNote } = names;
  const options = { context: CONTEXT, timeout: MOST_MS };
  return createTwoFilesPatch(from, to, before, after, fromNote, toNote, options) ?? inOneHunk(names, before, after);
}

/** The same for a look at a change of one file: as many whole lines as are read at once. */
export function shownDiff(name: string, before: string, after: string): string {
  const diff = unifiedDiff({ from: name, to: name }, before, after);
  return diff.length <= MOST_SHOWN ? diff : diff.slice(0, diff.lastIndexOf('\n', MOST_SHOWN) + 1);
}

function inOneHunk({ from, to, fromNote, toNote }: DiffNames, before: string, after: string): string {
  const [old, next] = [linesOf(before), linesOf(after)];
  const most = Math.min(old.length, next.length);
  let start = 0;
  while (start < most && old[start] === next[start]) start++;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === next.at(-1 - end)) end++;
  const first = Math.max(0, start - CONTEXT);
  const [oldEnd, nextEnd] = [old.length - end, next.length - end];
  const behind = old.slice(oldEnd, oldEnd + CONTEXT);
  return formatPatch({
    oldFileName: from,
    newFileName: to,
    oldHeader: fromNote,
    newHeader: toNote,
    index: undefined,
    hunks: [
      {
        oldStart: first + 1,
        newStart: first + 1,
        oldLines: oldEnd - first + behind.length,
        newLines: nextEnd - first + behind.length,
        lines: [
          ...marked(' ', old.slice(first, start)),
          ...marked('-', old.slice(start, oldEnd)),
          ...marked('+', next.slice(start, nextEnd)),
          ...marked(' ', behind),
        ],
      },
    ],
  });
}

/** Lines with their ends: one without is another than one with. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const marked = (mark: string, lines: readonly string[]): string[] =>
  lines.flatMap((line) =>
    line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'],
  );
