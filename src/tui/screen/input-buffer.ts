import { displayWidth } from '../../common/cli/display-width';
import { graphemes } from '../../common/graphemes';
import { shownText } from '../../common/cli/line';

/** Where text that is being written stands on the screen. */
export interface InputLayout {
  rows: string[];
  /** Of the cursor, counted from 0. */
  row: number;
  column: number;
}

const WORD = /[\p{L}\p{N}_]/u;
/** Control characters that nobody types: they would be sent unseen. */
const UNTYPED = /(?![\n\t])\p{Cc}/gu;

/** Text that is being written, of one or more lines. The cursor stands between characters as a reader sees them. */
export class InputBuffer {
  private before = '';
  private after = '';

  get text(): string {
    return this.before + this.after;
  }

  set(text: string): void {
    this.before = text;
    this.after = '';
  }

  insert(text: string): void {
    this.before += text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(UNTYPED, '');
  }

  left(): void {
    const last = lastOf(this.before);
    this.before = this.before.slice(0, this.before.length - last.length);
    this.after = last + this.after;
  }

  right(): void {
    const first = firstOf(this.after);
    this.before += first;
    this.after = this.after.slice(first.length);
  }

  wordLeft(): void {
    const word = lastWordOf(this.before);
    this.before = this.before.slice(0, this.before.length - word.length);
    this.after = word + this.after;
  }

  wordRight(): void {
    const word = /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(this.after)?.[0] ?? '';
    this.before += word;
    this.after = this.after.slice(word.length);
  }

  /** To the beginning of the line. */
  home(): void {
    const at = this.before.lastIndexOf('\n') + 1;
    this.after = this.before.slice(at) + this.after;
    this.before = this.before.slice(0, at);
  }

  /** To the end of the line. */
  end(): void {
    const at = lineEnd(this.after);
    this.before += this.after.slice(0, at);
    this.after = this.after.slice(at);
  }

  backspace(): void {
    this.before = this.before.slice(0, this.before.length - lastOf(this.before).length);
  }

  delete(): void {
    this.after = this.after.slice(firstOf(this.after).length);
  }

  deleteWord(): void {
    this.before = this.before.slice(0, this.before.length - lastWordOf(this.before).length);
  }

  deleteToHome(): void {
    this.before = this.before.slice(0, this.before.lastIndexOf('\n') + 1);
  }

  deleteToEnd(): void {
    this.after = this.after.slice(lineEnd(this.after));
  }

  /** One line up. @returns false where there is none above */
  up(): boolean {
    const lines = this.before.split('\n');
    const current = lines.pop() ?? '';
    const above = lines.pop();
    if (above === undefined) return false;
    const kept = beginningOf(above, displayWidth(shownText(current)));
    this.after = `${above.slice(kept.length)}\n${current}${this.after}`;
    this.before = [...lines, kept].join('\n');
    return true;
  }

  /** One line down. @returns false where there is none below */
  down(): boolean {
    const at = this.after.indexOf('\n');
    if (at < 0) return false;
    const column = displayWidth(shownText(this.before.slice(this.before.lastIndexOf('\n') + 1)));
    const rest = this.after.slice(at + 1);
    const kept = beginningOf(rest.slice(0, lineEnd(rest)), column);
    this.before += this.after.slice(0, at + 1) + kept;
    this.after = rest.slice(kept.length);
    return true;
  }

  /** How the text is shown in so many columns. */
  layout(columns: number): InputLayout {
    const rows = [''];
    let column = 0;
    let cursor = { row: 0, column: 0 };
    const add = (text: string): void => {
      for (const { segment } of graphemes().segment(text)) {
        if (segment === '\n') {
          rows.push('');
          column = 0;
          continue;
        }
        const shown = shownText(segment);
        const width = displayWidth(shown);
        if (column + width > columns && column > 0) {
          rows.push('');
          column = 0;
        }
        rows[rows.length - 1] += shown;
        column += width;
      }
    };
    add(this.before);
    // The cursor needs a place of its own behind a full row.
    if (column >= columns) {
      rows.push('');
      column = 0;
    }
    cursor = { row: rows.length - 1, column };
    add(this.after);
    return { rows, ...cursor };
  }
}

const lineEnd = (text: string): number => {
  const at = text.indexOf('\n');
  return at < 0 ? text.length : at;
};

const firstOf = (text: string): string => {
  for (const { segment } of graphemes().segment(text)) return segment;
  return '';
};

function lastOf(text: string): string {
  // A line is enough to tell: no character goes on behind a line break.
  const line = text.slice(text.lastIndexOf('\n') + 1);
  return line === '' ? text.slice(-1) : ([...graphemes().segment(line)].at(-1)?.segment ?? '');
}

function lastWordOf(text: string): string {
  const parts = [...graphemes().segment(text)].map(({ segment }) => segment);
  let at = parts.length;
  while (at > 0 && !WORD.test(parts[at - 1] ?? '')) at--;
  while (at > 0 && WORD.test(parts[at - 1] ?? '')) at--;
  return parts.slice(at).join('');
}

/** The beginning of a line that takes no more columns. */
function beginningOf(line: string, columns: number): string {
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes().segment(line)) {
    width += displayWidth(shownText(segment));
    if (width > columns) break;
    kept += segment;
  }
  return kept;
}
