import { type Interface, clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';
import { sharingTerminal } from '../../common/cli/output';

const FAREWELLS = new Set(['/exit', '/quit', '/bye']);

/** Lines that somebody types or pipes in. At a terminal what is printed meanwhile stands above the line that is being written. */
export class ChatLines {
  readonly isTerminal = process.stdin.isTTY === true;
  private readonly lines: Interface;
  private readonly waiting: string[] = [];
  private readonly unshare: () => void;
  private isOver = false;
  private wake = (): void => undefined;
  /** Somebody at the terminal has said goodbye, or there is nothing more to read. */
  readonly ended: Promise<void>;

  /**
   * @param atOnce takes a line the moment it comes, or says that it waits for its turn: answers to questions of the running
   * turn don't wait for its end, for it waits for them
   * @param history what was said before, the newest first
   */
  constructor(atOnce: (text: string) => boolean, history: readonly string[] = []) {
    this.lines = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt: 'you> ',
      terminal: this.isTerminal,
      ...(this.isTerminal ? { history: [...history] } : {}),
    });
    this.unshare = this.isTerminal ? sharingTerminal((print) => this.above(print)) : () => undefined;
    this.ended = new Promise((resolve) => this.lines.once('close', resolve));
    this.lines.on('line', (line) => {
      const text = line.trim();
      if (this.isTerminal && FAREWELLS.has(text)) this.close();
      else if (!atOnce(text)) this.waiting.push(text);
      if (!this.isOver && this.isTerminal) this.lines.prompt();
      this.wake();
    });
    this.lines.once('close', () => {
      this.isOver = true;
      this.unshare();
      this.wake();
    });
    if (this.isTerminal) this.lines.prompt();
  }

  /** Ctrl-C at a terminal. */
  onInterrupt(listener: () => void): void {
    this.lines.on('SIGINT', listener);
  }

  close(): void {
    this.lines.close();
  }

  /** Lines one after the other, until one says goodbye. */
  async *each(): AsyncGenerator<string> {
    for (;;) {
      const next = this.waiting.shift();
      if (next !== undefined) {
        if (FAREWELLS.has(next)) return;
        yield next;
      } else if (this.isOver) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The line that is being written goes, and comes back below what is printed. */
  private above(print: () => void): void {
    if (this.isOver) return print();
    cursorTo(process.stderr, 0);
    moveCursor(process.stderr, 0, -this.lines.getCursorPos().rows);
    clearScreenDown(process.stderr);
    print();
    this.lines.prompt(true);
  }
}
