/** Names of the tags between which some models write what they think into their text. */
const TAGS = ['think', 'thinking', 'thought', 'reasoning'];
const OPENERS = TAGS.map((tag) => `<${tag}>`);
const CLOSERS = TAGS.map((tag) => `</${tag}>`);
const ALL = [...OPENERS, ...CLOSERS];
/** Backticks that begin a block of code rather than a few words of it. */
const FENCE = 3;

export type TaggedPiece =
  | { kind: 'text' | 'thinking'; delta: string }
  /** What was handed out as text so far was thought: its end came without its beginning. */
  | { kind: 'retract' };

/**
 * Tells thoughts from text in a stream that has both in one, however it is cut: `<think>` with or without its end, and
 * `</think>` without its beginning, as chat templates leave it that write the beginning themselves. In code such words are
 * what somebody asked for.
 */
export class ThoughtTags {
  private held = '';
  private isThinking = false;
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
      const before = this.held.length;
      if (this.isThinking) this.think(pieces, isEnd);
      else this.speak(pieces, isEnd);
      if (this.held.length === before) break;
    }
    return pieces;
  }

  private think(pieces: TaggedPiece[], isEnd: boolean): void {
    const at = this.held.toLowerCase().indexOf(this.closer);
    if (at >= 0) {
      this.emit(pieces, 'thinking', at);
      this.held = this.held.slice(this.closer.length);
      this.isThinking = false;
      return;
    }
    const open = isEnd ? this.held.length : openEnd(this.held, [this.closer]);
    this.emit(pieces, 'thinking', open);
  }

  private speak(pieces: TaggedPiece[], isEnd: boolean): void {
    const at = this.held.search(/[`<\n]/);
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
      this.isThinking = true;
      this.closer = `</${opener.slice(1)}`;
      return;
    }
    const closer = CLOSERS.find((tag) => start.startsWith(tag));
    if (closer === undefined) {
      if (isEnd || !ALL.some((tag) => tag.startsWith(start))) this.emit(pieces, 'text', 1);
      return;
    }
    const next = this.held.charAt(closer.length);
    // Whether it stands alone shows with what follows.
    if (this.last !== '\n' && next === '' && !isEnd) return;
    if (this.last !== '\n' && next !== '\n' && next !== '') return this.emit(pieces, 'text', closer.length);
    this.held = this.held.slice(closer.length);
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

/** Length of a text without an end that may be the beginning of a tag. */
function openEnd(text: string, tags: readonly string[]): number {
  const at = text.lastIndexOf('<');
  const tail = text.slice(at).toLowerCase();
  return at >= 0 && tags.some((tag) => tag.startsWith(tail)) ? at : text.length;
}
