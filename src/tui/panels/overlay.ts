import { padToWidth } from '../../common/cli/display-width';
import { KEYS, LOCAL_COMMANDS } from '../local-commands';
import { type Line, lineOf } from '../../common/cli/line';
import type { PressedKey } from '../screen/terminal-screen';

/** What stands in the place of the conversation for a while, and takes the keys. */
export interface Overlay {
  /** @returns whether it is done with */
  key(key: PressedKey): boolean;
  lines(columns: number, rows: number): readonly Line[];
  /** Whatever it does by itself ends. */
  close?(): void;
}

/** Lines that are read up and down until Escape. */
export class Reading implements Overlay {
  private from = 0;

  constructor(
    private readonly all: (columns: number) => readonly Line[],
    private readonly more: { hint: string; keys?: Readonly<Record<string, () => void>>; close?: () => void },
  ) {}

  key({ name, text }: PressedKey): boolean {
    if (name === 'up') this.from--;
    else if (name === 'down') this.from++;
    else if (name === 'pageup') this.from -= 10;
    else if (name === 'pagedown') this.from += 10;
    else this.more.keys?.[text]?.();
    return name === 'escape' || text === 'q';
  }

  lines(columns: number, rows: number): readonly Line[] {
    const all = this.all(columns);
    const room = Math.max(0, rows - 1);
    this.from = Math.max(0, Math.min(this.from, all.length - room));
    const part = all.slice(this.from, this.from + room);
    const space = Array.from({ length: room - part.length }, (): Line => []);
    return [...part, ...space, lineOf(`${this.more.hint}↑↓ · Esc back`, 'faint')];
  }

  close(): void {
    this.more.close?.();
  }
}

const row = ([name, what]: readonly [string, string]): Line => [
  { text: `  ${padToWidth(name, 26)}`, tint: 'title' },
  { text: what },
];

/** Keys, and commands that the terminal obeys itself. */
export const keysOverlay = (): Overlay =>
  new Reading(
    () => [
      lineOf('Keys', 'title'),
      ...KEYS.map(row),
      [],
      lineOf('Commands of this terminal; /help lists those of the gateway', 'title'),
      ...LOCAL_COMMANDS.map(row),
    ],
    { hint: '' },
  );
