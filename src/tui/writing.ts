import { LOCAL_COMMANDS, completed } from './local-commands';
import { InputBuffer } from './screen/input-buffer';
import type { PressedKey } from './screen/terminal-screen';

const EDITS: Readonly<Record<string, (input: InputBuffer) => void>> = {
  left: (input) => input.left(),
  right: (input) => input.right(),
  'C-b': (input) => input.left(),
  'C-f': (input) => input.right(),
  'C-left': (input) => input.wordLeft(),
  'C-right': (input) => input.wordRight(),
  'M-b': (input) => input.wordLeft(),
  'M-f': (input) => input.wordRight(),
  home: (input) => input.home(),
  end: (input) => input.end(),
  'C-a': (input) => input.home(),
  'C-e': (input) => input.end(),
  backspace: (input) => input.backspace(),
  delete: (input) => input.delete(),
  'C-d': (input) => input.delete(),
  'C-w': (input) => input.deleteWord(),
  'M-backspace': (input) => input.deleteWord(),
  'C-u': (input) => input.deleteToHome(),
  'C-k': (input) => input.deleteToEnd(),
};

/** What is being written: keys edit it, and what was said before can be called back. */
export class Writing {
  readonly input = new InputBuffer();
  /** Place in what was said before, counted from the newest, and what was being written when it was left. */
  private recalled: { at: number; draft: string } | undefined;

  /** @param said asks what was said before, oldest first */
  constructor(private readonly said: () => readonly string[]) {}

  /** @returns the text that is to be sent, when the key says so */
  key({ name, ctrl, meta, text }: PressedKey): string | undefined {
    const { input } = this;
    const edit = EDITS[`${ctrl ? 'C-' : ''}${meta ? 'M-' : ''}${name ?? ''}`];
    if (edit) edit(input);
    else if (name === 'return' && !meta) return this.take();
    // Ctrl-J, and Enter with Alt.
    else if (name === 'return' || name === 'enter') input.insert('\n');
    else if (name === 'up') {
      if (!input.up()) this.recall(1);
    } else if (name === 'down') {
      if (!input.down()) this.recall(-1);
    } else if (text !== '' && !ctrl && !meta) input.insert(text);
    return undefined;
  }

  /** Goes on with the command that is being written. @returns the commands that fit, where there are several */
  complete(ofGateway: readonly string[]): readonly string[] {
    const own = LOCAL_COMMANDS.map(([form]) => form.split(' ')[0] ?? '');
    const { text, others } = completed(this.input.text, [...new Set([...own, ...ofGateway])].sort());
    this.input.set(text);
    return others;
  }

  private take(): string | undefined {
    const text = this.input.text.trim();
    if (text === '') return undefined;
    this.input.set('');
    this.recalled = undefined;
    return text;
  }

  /** @param step 1 to what was said before, -1 back towards what is being written */
  private recall(step: number): void {
    const said = this.said();
    const { at, draft } = this.recalled ?? { at: 0, draft: this.input.text };
    const next = Math.max(0, Math.min(at + step, said.length));
    if (next === at) return;
    this.recalled = next === 0 ? undefined : { at: next, draft };
    this.input.set(next === 0 ? draft : (said[said.length - next] ?? ''));
  }
}
