import { openFrom } from '../markdown/open-inline';
import { EMPTY, type Line } from './line';
import { markdownLines } from './markdown-lines';

interface Fence {
  mark: string;
  indent: number;
}

const FENCE = /^(\s*)(`{3,}|~{3,})[^`]*$/;
/** Lines that say what they are only at their end, or with the next one. */
const WHOLE_ONLY = /^\s*[|#>`~$]/;
const TABLE = /^\s*\|/;
/** A list's entry, a heading, a quotation, a rule: nothing of the paragraph before goes on in it. */
const NEW_BLOCK = /^\s*(?:[-*+] |\d{1,9}[.)] |#{1,6} |>|(?:[-*_] ?){3,}$)/;

/**
 * Markdown that comes in pieces, as rows of a terminal. A row is given out as soon as nothing that may still come changes
 * it: lines one by one, of a line being written those that are full, of a table all at its end.
 */
export class MarkdownStream {
  /** What has come of the line that is being written. */
  private line = '';
  /** Finished lines that wait for what follows. */
  private held: string[] = [];
  /** Rows of the held lines and of the one being written that were given out. */
  private given = 0;
  private fence: Fence | undefined;
  private isAfterBlank = true;

  /** @param piece what comes next */
  add(piece: string, columns: number): Line[] {
    const lines = `${this.line}${piece}`.split('\n');
    this.line = lines.pop() ?? '';
    return [...lines.flatMap((line) => this.take(line, columns)), ...this.early(columns)];
  }

  /** The text is complete; the next piece begins another. */
  end(columns: number): Line[] {
    const rows = [...(this.line === '' ? [] : this.take(this.line, columns)), ...this.flush(columns)];
    this.line = '';
    this.fence = undefined;
    this.isAfterBlank = true;
    return rows;
  }

  private take(line: string, columns: number): Line[] {
    if (this.fence) return this.code(line, this.fence, columns);
    const [, indent, mark] = FENCE.exec(line) ?? [];
    if (mark !== undefined && indent !== undefined) {
      const rows = this.flush(columns);
      this.fence = { mark, indent: indent.length };
      return rows;
    }
    if (line.trim() === '') {
      const rows = this.flush(columns);
      if (this.isAfterBlank) return rows;
      this.isAfterBlank = true;
      return [...rows, EMPTY];
    }
    const isTable = TABLE.test(line);
    const goesOn = this.held.length > 0 && TABLE.test(this.held[0] ?? '') === isTable && !NEW_BLOCK.test(line);
    const rows = goesOn ? [] : this.flush(columns);
    this.held.push(line);
    return isTable || openFrom(this.held.join('\n')) !== undefined ? rows : [...rows, ...this.flush(columns)];
  }

  private code(line: string, { mark, indent }: Fence, columns: number): Line[] {
    if (line.trim().startsWith(mark) && line.trim() === (mark[0] ?? '').repeat(line.trim().length)) {
      this.fence = undefined;
      return [];
    }
    this.isAfterBlank = false;
    const own = /^ */.exec(line)?.[0].length ?? 0;
    const text = line.slice(Math.min(own, indent));
    if (text.trim() === '') return [EMPTY];
    const fence = '~'.repeat(Math.max(3, text.length));
    return setIn(markdownLines(`${fence}\n${text}\n${fence}`, inner(columns, indent)), indent, columns);
  }

  /** Full rows of the line that is being written. */
  private early(columns: number): Line[] {
    if (this.fence || this.line === '' || WHOLE_ONLY.test(this.held[0] ?? this.line)) return [];
    if (this.held.length > 0 && NEW_BLOCK.test(this.line)) return [];
    // Signs at the end may become more of them.
    const text = [...this.held, this.line].join('\n').replace(/[*_~`|$]+$/, '');
    // eslint-disable-next-line openclaw/cut-text -- up to a sign that was found
    const safe = text.slice(0, openFrom(text) ?? text.length);
    const full = rowsOf(safe, columns).slice(0, -1);
    const fresh = full.slice(this.given);
    this.given = Math.max(this.given, full.length);
    return fresh;
  }

  private flush(columns: number): Line[] {
    if (this.held.length === 0) return [];
    const rows = rowsOf(this.held.join('\n'), columns).slice(this.given);
    this.held = [];
    this.given = 0;
    this.isAfterBlank = false;
    return rows;
  }
}

/** Set in as far as the first of them is: an entry of a list in a list does not know that it is one. */
function rowsOf(text: string, columns: number): Line[] {
  const indent = /^ */.exec(text)?.[0].length ?? 0;
  const body = text
    .split('\n')
    .map((line) => line.slice(Math.min(indent, /^ */.exec(line)?.[0].length ?? 0)).replace(/(?<!\\)\\$/, ''))
    .join('\n');
  return setIn(markdownLines(body, inner(columns, indent)), indent, columns);
}

const isRoom = (columns: number, indent: number): boolean => indent * 2 < columns;
const inner = (columns: number, indent: number): number => (isRoom(columns, indent) ? columns - indent : columns);
const setIn = (rows: readonly Line[], indent: number, columns: number): Line[] =>
  rows.map((row) => (indent === 0 || !isRoom(columns, indent) ? row : [{ text: ' '.repeat(indent) }, ...row]));
