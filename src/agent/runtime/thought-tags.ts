import { CALLS, ENDS, FRAMES, THOUGHTS } from './template-marks';

const OPENERS = THOUGHTS.map(([opener]) => opener);
/** Ends that also come without their beginning: a mark that ends more than thoughts tells nothing. */
const CLOSERS = THOUGHTS.map(([, closer]) => closer).filter((closer) => closer.includes('/'));
const CALL_OPENERS = CALLS.map(([opener]) => opener);
const MARKS = [...OPENERS, ...CLOSERS, ...FRAMES, ...ENDS, ...CALL_OPENERS];
/** Where a mark, code or a line may begin. */
const STARTS = /[`<[\n\u25c1]/;
/** Backticks that begin a block of code rather than a few words of it. */
const FENCE = 3;

export type TaggedPiece =
  | { kind: 'text' | 'thinking'; delta: string }
  /** Between the marks of a call, with them: whether it is one shows when it is read. */
  | { kind: 'call'; text: string }
  /** What was handed out as text so far was thought: its end came without its beginning. */
  | { kind: 'retract' };

/**
 * Tells thoughts from text in a stream that has both in one, however it is cut: `<think>` with or without its end, and
 * `</think>` without its beginning, as chat templates leave it that write the beginning themselves; and takes away the marks
 * of such templates around an answer. In code such words are what somebody asked for.
 */
export class ThoughtTags {
  private held = '';
  private state: 'text' | 'thinking' | 'call' = 'text';
  /** What ends a thought or a call; empty: the end of the answer alone. */
  private closer = '';
  /** Backticks of the code that is open. */
  private code = 0;
  /** The last character handed out as text. */
  private last = '\n';

  add(delta: string): TaggedPiece[] {
    this.held += delta;
    return this.drain(false);
  }

  /** The rest, at the end of the text. */
  end(): TaggedPiece[] {
    return this.drain(true);
  }

  private drain(isEnd: boolean): TaggedPiece[] {
    const pieces: TaggedPiece[] = [];
    while (this.held !== '') {
      const before = `${this.state}${this.held.length}`;
      if (this.state === 'thinking') this.think(pieces, isEnd);
      else if (this.state === 'call') this.call(pieces, isEnd);
      else this.speak(pieces, isEnd);
      if (`${this.state}${this.held.length}` === before) break;
    }
    return pieces;
  }

  private think(pieces: TaggedPiece[], isEnd: boolean): void {
    const at = this.held.toLowerCase().indexOf(this.closer);
    if (at >= 0) {
      this.emit(pieces, 'thinking', at);
      this.held = this.held.slice(this.closer.length);
      this.state = 'text';
      return;
    }
    const open = isEnd ? this.held.length : openEnd(this.held, this.closer);
    this.emit(pieces, 'thinking', open);
  }

  private call(pieces: TaggedPiece[], isEnd: boolean): void {
    const at = this.closer === '' ? -1 : this.held.toLowerCase().indexOf(this.closer);
    if (at < 0 && !isEnd) return;
    const length = at < 0 ? this.held.length : at + this.closer.length;
    pieces.push({ kind: 'call', text: this.held.slice(0, length) });
    this.held = this.held.slice(length);
    this.state = 'text';
  }

  private speak(pieces: TaggedPiece[], isEnd: boolean): void {
    const at = this.held.search(STARTS);
    if (at !== 0) return this.emit(pieces, 'text', at < 0 ? this.held.length : at);
    const [first] = this.held;
    if (first === '\n') {
      if (this.code < FENCE) this.code = 0;
      return this.emit(pieces, 'text', 1);
    }
    if (first === '`') return this.backticks(pieces, isEnd);
    if (this.code > 0) return this.emit(pieces, 'text', 1);
    this.tag(pieces, isEnd);
  }

  private backticks(pieces: TaggedPiece[], isEnd: boolean): void {
    const run = /^`+/.exec(this.held)?.[0].length ?? 1;
    // More may follow.
    if (run === this.held.length && !isEnd) return;
    if (this.code === 0) this.code = run;
    else if (run === this.code || (this.code >= FENCE && run > this.code)) this.code = 0;
    this.emit(pieces, 'text', run);
  }

  private tag(pieces: TaggedPiece[], isEnd: boolean): void {
    const start = this.held.toLowerCase();
    const opener = OPENERS.find((tag) => start.startsWith(tag));
    if (opener !== undefined) {
      this.held = this.held.slice(opener.length);
      this.state = 'thinking';
      this.closer = THOUGHTS.find(([tag]) => tag === opener)?.[1] ?? '';
      return;
    }
    const called = CALLS.find(([mark]) => start.startsWith(mark));
    if (called !== undefined) {
      this.state = 'call';
      [, this.closer] = called;
      return;
    }
    const frame = FRAMES.find((mark) => start.startsWith(mark));
    if (frame !== undefined) {
      this.held = this.held.slice(frame.length);
      return;
    }
    const end = ENDS.find((mark) => start.startsWith(mark));
    if (end !== undefined) return this.endMark(pieces, end.length, isEnd);
    const closer = CLOSERS.find((tag) => start.startsWith(tag));
    if (closer !== undefined) return this.lostEnd(pieces, closer.length, isEnd);
    if (isEnd || !MARKS.some((tag) => tag.startsWith(start))) this.emit(pieces, 'text', 1);
  }

  /** Where nothing but blanks and more such marks follows, it is none of the text. */
  private endMark(pieces: TaggedPiece[], length: number, isEnd: boolean): void {
    let rest = this.held.slice(length).trimStart();
    for (let mark; (mark = ENDS.find((each) => rest.startsWith(each))) !== undefined;)
      rest = rest.slice(mark.length).trimStart();
    if (!isEnd && ENDS.some((mark) => mark.startsWith(rest))) return;
    if (rest === '') this.held = '';
    else if (FRAMES.some((mark) => rest.startsWith(mark) || (!isEnd && mark.startsWith(rest)))) this.held = rest;
    else this.emit(pieces, 'text', length);
  }

  /** The end of thoughts that had no beginning; between blanks in a line somebody speaks of it. */
  private lostEnd(pieces: TaggedPiece[], length: number, isEnd: boolean): void {
    const next = this.held.charAt(length);
    const mayBeMentioned = /[ \t"'(\u00a0]/.test(this.last);
    // Whether it stands alone shows with what follows.
    if (mayBeMentioned && next === '' && !isEnd) return;
    if (mayBeMentioned && /[ \t"'.,;:!?)]/.test(next)) return this.emit(pieces, 'text', length);
    this.held = this.held.slice(length);
    pieces.push({ kind: 'retract' });
  }

  private emit(pieces: TaggedPiece[], kind: 'text' | 'thinking', length: number): void {
    if (length === 0) return;
    const delta = this.held.slice(0, length);
    this.held = this.held.slice(length);
    if (kind === 'text') this.last = delta.at(-1) ?? this.last;
    const previous = pieces.at(-1);
    if (previous?.kind === kind) previous.delta += delta;
    else pieces.push({ kind, delta });
  }
}

/** Length of a text without the end that may be the beginning of this mark. */
function openEnd(text: string, mark: string): number {
  const at = text.lastIndexOf(mark.charAt(0));
  return at >= 0 && mark.startsWith(text.slice(at).toLowerCase()) ? at : text.length;
}
