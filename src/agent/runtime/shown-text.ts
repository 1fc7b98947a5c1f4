import { mayBecomeSource, takeHandover } from '../../common/markdown/handed-files';

/** Longest beginning of a mark that could be told only together with what came before it. */
const TAIL = 24;
const HINT = /media:|\[\[\s*audio/i;

/** Text of a run as it may be shown while it grows: without the lines that name files, also when they have only begun. */
export class ShownText {
  private raw = '';
  private hasMarks = false;
  private shown: string | undefined;

  add(text: string): void {
    this.hasMarks ||= HINT.test(this.raw.slice(-TAIL) + text);
    this.raw += text;
    this.shown = undefined;
  }

  /** Goes back to how long it was. */
  cutTo(length: number): void {
    this.raw = this.raw.slice(0, length);
    this.shown = undefined;
  }

  /** Length with all that is not shown. */
  get length(): number {
    return this.raw.length;
  }

  endsWith(end: string): boolean {
    return this.raw.endsWith(end);
  }

  get text(): string {
    return (this.shown ??= this.show());
  }

  private show(): string {
    const lineAt = this.raw.lastIndexOf('\n') + 1;
    if (!mayBecomeSource(this.raw.slice(lineAt))) return this.hasMarks ? takeHandover(this.raw).text : this.raw;
    // In code it is shown; that is told once the line is whole.
    return this.hasMarks ? takeHandover(this.raw.slice(0, lineAt)).text : this.raw.slice(0, lineAt);
  }
}
