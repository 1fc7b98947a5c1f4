import { type Key, emitKeypressEvents } from 'node:readline';
import { type Line, drawn } from '../../common/cli/line';

/** What the screen shows, from top to bottom. */
export interface Frame {
  lines: readonly Line[];
  /** Where the cursor stands, counted from 0; hidden without one. */
  cursor?: { row: number; column: number };
}

export interface PressedKey extends Key {
  /** The character that was typed, as the terminal has sent it. */
  text: string;
}

const ESC = '\u001b';
const CSI = `${ESC}[`;
/** The other screen, no wrapping by the terminal itself, pasted text marked as such. */
const ENTER = `${CSI}?1049h${CSI}?7l${CSI}?2004h${CSI}2J`;
const LEAVE = `${CSI}?2004l${CSI}?7h${CSI}?1049l${CSI}?25h`;
/** A lone Escape is one when nothing has followed it for so long, in milliseconds; the rest of a key comes at once. */
const ESCAPE_MS = 100;

/** The terminal as a whole: keys come from it, and frames go to it, of which only what has changed is sent. */
export class TerminalScreen {
  private shown: string[] = [];
  private isOpen = false;
  /** The terminal has not taken what it was sent: the newest frame waits, those between are left out. */
  private isBehind = false;
  private waiting: Frame | undefined;
  private readonly restore = (): void => this.close();

  constructor(
    private readonly heard: {
      key(key: PressedKey): void;
      /** The size is another one, or all has to be drawn again. */
      resized(): void;
    },
  ) {}

  get columns(): number {
    return Math.max(1, process.stdout.columns || 80);
  }

  get rows(): number {
    return Math.max(1, process.stdout.rows || 24);
  }

  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.shown = [];
    process.stdin.setRawMode(true);
    // Its type asks for a whole interface, of which nothing but the time is read.
    emitKeypressEvents(process.stdin, { escapeCodeTimeout: ESCAPE_MS } as never);
    process.stdin.on('keypress', this.pressed);
    process.stdin.resume();
    process.stdout.on('resize', this.resized);
    process.stdout.on('drain', this.drained);
    process.once('exit', this.restore);
    process.stdout.write(ENTER);
  }

  /** The terminal is as it was before. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    process.stdin.off('keypress', this.pressed);
    process.stdout.off('resize', this.resized);
    process.stdout.off('drain', this.drained);
    process.off('exit', this.restore);
    process.stdout.write(LEAVE);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  /** Gives the terminal back to the shell until it is called to the front again. */
  suspend(): void {
    this.close();
    process.once('SIGCONT', () => {
      this.open();
      this.heard.resized();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  draw(frame: Frame): void {
    if (!this.isOpen) return;
    if (this.isBehind) {
      this.waiting = frame;
      return;
    }
    const { columns, rows } = this;
    const lines = Array.from({ length: rows }, (_, row) => drawn(frame.lines[row] ?? [], columns));
    const changes = lines.map((line, row) =>
      line === this.shown[row] ? '' : `${CSI}${row + 1};1H${line}${CSI}0m${CSI}K`,
    );
    this.shown = lines;
    const { cursor } = frame;
    const place = cursor ? `${CSI}${cursor.row + 1};${cursor.column + 1}H${CSI}?25h` : '';
    this.isBehind = !process.stdout.write(`${CSI}?25l${changes.join('')}${place}`);
  }

  /** All is drawn anew with the next frame: something else has written to the terminal. */
  forget(): void {
    this.shown = [];
    if (this.isOpen) process.stdout.write(`${CSI}2J`);
  }

  private readonly pressed = (text: string | undefined, key: Key): void => {
    this.heard.key({ ...key, text: text ?? '' });
  };

  private readonly resized = (): void => {
    this.forget();
    this.heard.resized();
  };

  private readonly drained = (): void => {
    this.isBehind = false;
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting) this.draw(waiting);
  };
}
