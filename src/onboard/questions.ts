import { wrapToWidth } from '../common/cli/display-width';
import { OpenclawError } from '../common/openclaw-error';
import { ExitCode } from '../common/exit-codes';
import { visibleLines, visibleText } from '../common/visible-text';

/** The person wants to see the question before this one again. */
export class WentBack extends Error {}

/** The person has left; nothing of what was not confirmed is written. */
export class LeftError extends OpenclawError {
  constructor() {
    super('LEFT', 'left before the end; nothing was written', { exitCode: ExitCode.interrupted });
  }
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

type Prompts = typeof import('@clack/prompts');
const MOST_AT_ONCE = 12;
/** Columns that the frame around a text takes. */
const FRAME = 3;

/** Broken between words, where a terminal would break inside of them and beside its frame. */
const fitted = (text: string): string =>
  visibleLines(text)
    .split('\n')
    .flatMap((line) => wrapToWidth(line, (process.stdout.columns || 80) - FRAME))
    .join('\n');

/** Questions on the terminal. Esc goes back to the question before, Ctrl-C leaves. */
export class Questions {
  /** Questions of the step at hand that were answered. */
  private answered = 0;
  private lastKey = '';

  private constructor(private readonly prompts: Prompts) {}

  static async open(): Promise<Questions> {
    const questions = new Questions(await import('@clack/prompts'));
    process.stdin.on('keypress', questions.noteKey);
    return questions;
  }

  close(): void {
    process.stdin.off('keypress', this.noteKey);
  }

  begin(title: string): void {
    this.prompts.intro(visibleText(title));
  }

  end(text: string): void {
    this.prompts.outro(visibleText(text));
  }

  say(text: string): void {
    this.prompts.log.message(fitted(text));
  }

  warn(text: string): void {
    this.prompts.log.warn(fitted(text));
  }

  show(title: string, lines: readonly string[]): void {
    this.prompts.note(lines.map(visibleText).join('\n'), visibleText(title));
  }

  async choose<T extends string>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<T> {
    const options = choices.map(({ value, label, hint }) => ({
      value,
      label: visibleText(label),
      ...(hint === undefined ? {} : { hint: visibleText(hint) }),
    })) as never[];
    const given = initial === undefined ? {} : { initialValue: initial as never };
    const ask = choices.length > MOST_AT_ONCE ? this.prompts.autocomplete : this.prompts.select;
    return this.taken(await ask({ message, options, maxItems: MOST_AT_ONCE, ...given })) as T;
  }

  async confirm(message: string, initialValue = true): Promise<boolean> {
    return this.taken(await this.prompts.confirm({ message, initialValue }));
  }

  /** @param check says what is wrong with an answer */
  async text(message: string, initialValue = '', check: (text: string) => string | undefined = () => undefined) {
    const validate = (text: string | undefined): string | undefined => check((text ?? '').trim());
    return this.taken(await this.prompts.text({ message, initialValue, validate })).trim();
  }

  async secret(message: string): Promise<string> {
    const validate = (text: string | undefined): string | undefined =>
      /^[\x21-\x7e]+$/.test((text ?? '').trim()) ? undefined : 'printable characters without spaces';
    return this.taken(await this.prompts.password({ message, validate })).trim();
  }

  /** Shows that something is under way. @param done what is said of its outcome */
  async during<T>(message: string, work: Promise<T>, done: (outcome: T) => string): Promise<T> {
    const spinner = this.prompts.spinner();
    spinner.start(message);
    try {
      const outcome = await work;
      spinner.stop(visibleText(done(outcome)));
      return outcome;
    } catch (error) {
      spinner.error(`${message} failed`);
      throw error;
    }
  }

  /**
   * Goes through steps, and back where the person goes back: within a step to its beginning, from there to the step before.
   * @param onStep is told of each step before its first question
   */
  async walk(steps: readonly (() => Promise<void>)[], start: number, onStep: (index: number) => void): Promise<void> {
    for (let index = start; index < steps.length;) {
      onStep(index);
      this.answered = 0;
      try {
        await steps[index]?.();
        index++;
      } catch (error) {
        if (!(error instanceof WentBack)) throw error;
        if (this.answered === 0) index = Math.max(0, index - 1);
      }
    }
  }

  private readonly noteKey = (_: string | undefined, key?: { name?: string }): void => {
    this.lastKey = key?.name ?? '';
  };

  private taken<T>(answer: T): Exclude<T, symbol> {
    if (this.prompts.isCancel(answer)) {
      if (this.lastKey === 'escape') throw new WentBack();
      throw new LeftError();
    }
    this.answered++;
    return answer as Exclude<T, symbol>;
  }
}
