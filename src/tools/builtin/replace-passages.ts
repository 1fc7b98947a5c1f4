import { ToolError } from '../agent-tool';

/** One exact passage and what is to stand in its place. */
export interface Replacement {
  oldText: string;
  newText: string;
  /** Every place where it occurs, not the only one. */
  replaceAll?: boolean;
}

export interface ReplacedText {
  /** What the file is to hold: bytes that nobody asked to change are as they were, line ends too. */
  content: string;
  /** Before and after with plain line ends, for people. */
  before: string;
  after: string;
  /** Line of the first change, counted from 1. */
  line: number;
  /** Places that were changed. */
  count: number;
}

interface Place {
  start: number;
  end: number;
  newText: string;
  index: number;
}

/**
 * Works out replacements, all of which are looked for in the text as it is: what one puts in is not found by another.
 * @throws ToolError not_found, invalid_args naming the replacement that can't be made; then none is
 */
export function replacePassages(original: string, replacements: readonly Replacement[], file: string): ReplacedText {
  const text = original.replaceAll('\r\n', '\n');
  const places = replacements
    .flatMap((replacement, index) => placesOf(text, replacement, nameOf(replacements, index), file, index))
    .sort((a, b) => a.start - b.start);
  for (const [at, place] of places.entries()) {
    const before = places[at - 1];
    if (before && before.end > place.start)
      throw new ToolError(
        'invalid_args',
        `edits[${before.index}] and edits[${place.index}] change the same passage of ${file}; make one of them`,
      );
  }
  const walk = new LineEndWalk(original);
  let [content, after, written, shown] = ['', '', 0, 0];
  for (const { start, end, newText } of places) {
    const [from, to] = [walk.to(start), walk.to(end)];
    content += original.slice(written, from) + withLineEnds(newText, original, from, to);
    after += text.slice(shown, start) + newText;
    [written, shown] = [to, end];
  }
  content += original.slice(written);
  after += text.slice(shown);
  const line = text.slice(0, places[0]?.start ?? 0).split('\n').length;
  return { content, before: text, after, line, count: places.length };
}

const nameOf = (all: readonly Replacement[], index: number): string =>
  all.length > 1 ? `edits[${index}].oldText` : 'oldText';

function placesOf(
  text: string,
  { oldText, newText, replaceAll }: Replacement,
  name: string,
  file: string,
  index: number,
): Place[] {
  const wanted = oldText.replaceAll('\r\n', '\n');
  const put = newText.replaceAll('\r\n', '\n');
  const starts: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) starts.push(at);
  if (starts.length === 0)
    throw new ToolError('not_found', `${name} does not occur in ${file}; read the file and copy the passage exactly`);
  if (starts.length > 1 && replaceAll !== true)
    throw new ToolError(
      'invalid_args',
      `${name} occurs ${starts.length} times in ${file}; add surrounding lines so that it occurs once, or set replaceAll to change all of them`,
    );
  if (wanted === put)
    throw new ToolError('invalid_args', `newText equals ${name}, so there is nothing to change in ${file}`);
  return starts.map((start) => ({ start, end: start + wanted.length, newText: put, index }));
}

/** Finds in a text the places that were counted with each line end as one character; goes over it once. */
class LineEndWalk {
  private at = 0;
  private counted = 0;

  constructor(private readonly original: string) {}

  /** @param place not before the last one */
  to(place: number): number {
    for (; this.counted < place; this.counted++) this.at += this.original.startsWith('\r\n', this.at) ? 2 : 1;
    return this.at;
  }
}

/** What is put in has the line ends of what it replaces, else those of the line it stands in. */
function withLineEnds(text: string, original: string, start: number, end: number): string {
  const next = original.indexOf('\n', start);
  const near = next === -1 ? original.lastIndexOf('\n') : next;
  const usesCrlf = original.slice(start, end).includes('\r\n') || original[near - 1] === '\r';
  return usesCrlf ? text.replaceAll('\n', '\r\n') : text;
}
