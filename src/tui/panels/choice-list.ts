import { padToWidth } from '../../common/cli/display-width';
import { visibleText } from '../../common/visible-text';
import { InputBuffer } from '../screen/input-buffer';
import { type Line, lineOf } from '../../common/cli/line';
import type { PressedKey } from '../screen/terminal-screen';

export interface Choice {
  id: string;
  name: string;
  /** Behind the name: when, how large. */
  about?: string;
  isCurrent?: boolean;
}

/** A list to choose from; what is typed narrows it down. */
export class ChoiceList {
  private readonly typed = new InputBuffer();
  private at = 0;
  private from = 0;

  constructor(
    readonly title: string,
    private readonly all: readonly Choice[],
    private readonly chosen: (id: string) => void,
  ) {
    const current = all.findIndex(({ isCurrent }) => isCurrent === true);
    this.at = Math.max(0, current);
  }

  /** @returns whether the list is done with */
  key({ name, text, ctrl, meta }: PressedKey): boolean {
    const { shown } = this;
    if (name === 'escape') return true;
    if (name === 'return' || name === 'enter') {
      const choice = shown[this.at];
      if (choice) this.chosen(choice.id);
      return choice !== undefined;
    }
    if (name === 'up') this.at--;
    else if (name === 'down') this.at++;
    else if (name === 'pageup') this.at -= 10;
    else if (name === 'pagedown') this.at += 10;
    else if (name === 'backspace') this.narrow(() => this.typed.backspace());
    else if (text !== '' && !ctrl && !meta) this.narrow(() => this.typed.insert(text));
    this.at = Math.max(0, Math.min(this.at, this.shown.length - 1));
    return false;
  }

  lines(columns: number, rows: number): Line[] {
    const { shown } = this;
    const room = Math.max(1, rows - 2);
    this.from = Math.max(0, Math.min(this.from, this.at, shown.length - room));
    if (this.at >= this.from + room) this.from = this.at - room + 1;
    const part = shown.slice(this.from, this.from + room);
    const head = `${this.title} (${shown.length})${this.typed.text === '' ? '' : `: ${this.typed.text}`}`;
    return [
      lineOf(head, 'title'),
      ...part.map((choice, index) => this.row(choice, this.from + index === this.at, columns)),
      ...(shown.length === 0 ? [lineOf('  nothing fits', 'faint')] : []),
      lineOf('↑↓ Enter choose · type to narrow down · Esc back', 'faint'),
    ];
  }

  private row({ name, about = '', isCurrent }: Choice, isHere: boolean, columns: number): Line {
    const width = Math.max(1, Math.min(60, columns - 24));
    return [
      { text: `${isHere ? '›' : ' '}${isCurrent ? '●' : ' '} `, ...(isHere ? { tint: 'title' as const } : {}) },
      { text: padToWidth(visibleText(name), width), ...(isHere ? { tint: 'title' as const } : {}) },
      { text: `  ${visibleText(about)}`, tint: 'faint' },
    ];
  }

  private narrow(change: () => void): void {
    change();
    this.at = 0;
  }

  private get shown(): readonly Choice[] {
    const words = this.typed.text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return this.all;
    return this.all.filter(({ id, name }) => words.every((word) => `${id} ${name}`.toLowerCase().includes(word)));
  }
}
