import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { OPENCLAW, cleanEnvironment, until } from './gateway-process';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A real terminal, of tmux, in which a program runs; keys are pressed and the screen is read. */
export class Terminal {
  private constructor(private readonly socket: string) {}

  /** Whether this machine has what a terminal needs; where it must have it, its lack is a failure. */
  static get isThere(): boolean {
    if (process.env['CI'] === 'true') return true;
    try {
      execFileSync('tmux', ['-V'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  /** Runs `bin/openclaw` with these arguments; the last line of the screen tells its exit code when it has ended. */
  static openclaw(args: readonly string[], env: Record<string, string>, size = { columns: 100, rows: 40 }): Terminal {
    return Terminal.shell([process.execPath, OPENCLAW, ...args].map(quoted).join(' '), env, process.cwd(), size);
  }

  /** Runs a command line of a shell, in a folder. */
  static shell(
    command: string,
    env: Record<string, string>,
    folder: string,
    size = { columns: 100, rows: 40 },
  ): Terminal {
    const terminal = new Terminal(`openclaw-test-${randomUUID()}`);
    terminal.tmux(
      ['new-session', '-d', '-x', String(size.columns), '-y', String(size.rows), '-c', folder],
      ['sh', '-c', `trap : INT; ${command}\necho "ended with $?"; cat`],
      cleanEnvironment({ LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env }),
    );
    terminal.tmux(['set-option', '-g', 'history-limit', '5000']);
    return terminal;
  }

  get screen(): string {
    return this.tmux(['capture-pane', '-p', '-S', '-200']).trimEnd();
  }

  /** Named keys such as Enter, Escape, C-c, Down, Tab. */
  press(...keys: string[]): void {
    this.tmux(['send-keys', ...keys]);
  }

  type(text: string): void {
    this.tmux(['send-keys', '-l', text]);
  }

  resize(columns: number, rows: number): void {
    this.tmux(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** Waits until the screen shows a text; the error shows the screen. */
  async shows(what: string | RegExp): Promise<string> {
    const isThere = (): boolean => (typeof what === 'string' ? this.screen.includes(what) : what.test(this.screen));
    try {
      await until(`the screen to show ${what}`, isThere, 45_000);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.screen}`);
    }
    return this.screen;
  }

  /** Waits for the end of the program. @returns its exit code */
  async end(): Promise<number> {
    const screen = await this.shows(/ended with \d+/);
    return Number(/ended with (\d+)/.exec(screen)?.[1]);
  }

  close(): void {
    try {
      this.tmux(['kill-server']);
    } catch {
      // It has ended by itself.
    }
  }

  private tmux(args: readonly string[], program: readonly string[] = [], env = process.env): string {
    const command = ['-u', '-f', '/dev/null', '-L', this.socket, ...args, ...program];
    return execFileSync('tmux', command, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
}
