import { randomUUID } from 'node:crypto';
import { messageOf } from '../common/openclaw-error';

export interface WizardOption {
  value: string;
  label: string;
  hint?: string;
}

/** One question, or one thing that is told, as clients know it. */
export interface WizardStep {
  id: string;
  type: 'note' | 'select' | 'text' | 'confirm';
  title?: string;
  message: string;
  options?: WizardOption[];
  initialValue?: string | boolean;
  placeholder?: string;
  /** What is typed is not shown. */
  sensitive?: boolean;
  executor: 'client';
}

export type WizardStatus = 'running' | 'done' | 'cancelled' | 'error';

/** Where a wizard stands. */
export interface WizardState {
  done: boolean;
  status: WizardStatus;
  step?: WizardStep;
  error?: string;
}

/** Asks; what it returns was checked against the question. */
export interface WizardQuestions {
  note(message: string, title?: string): Promise<void>;
  select(message: string, options: WizardOption[], initialValue?: string): Promise<string>;
  /** @param fault says what is wrong with an answer */
  text(message: string, options?: TextOptions): Promise<string>;
  confirm(message: string, initialValue?: boolean): Promise<boolean>;
}

export interface TextOptions {
  placeholder?: string;
  sensitive?: boolean;
  fault?(text: string): string | undefined;
}

/** Thrown inside a wizard that was called off. */
class Cancelled extends Error {}

interface Asked {
  step: WizardStep;
  /** What is wrong with an answer. */
  fault(value: unknown): string | undefined;
  answer(value: unknown): void;
  give(error: Error): void;
}

/** Questions that are put one by one, and answered by a client whenever it likes. */
export class WizardSession {
  readonly id = randomUUID();
  private status: WizardStatus = 'running';
  private error: string | undefined;
  private asked: Asked | undefined;
  private waiting: (() => void)[] = [];

  /** @param work asks its questions, and does what follows from the answers at its end */
  constructor(work: (questions: WizardQuestions) => Promise<void>) {
    void this.run(work);
  }

  get isRunning(): boolean {
    return this.status === 'running';
  }

  /** The question that waits, or the end. */
  async state(): Promise<WizardState> {
    while (this.status === 'running' && !this.asked) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return {
      done: this.status !== 'running',
      status: this.status,
      ...(this.asked ? { step: this.asked.step } : {}),
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }

  /** @returns what is wrong with the answer; undefined: it was taken */
  answer(stepId: string, value: unknown): string | undefined {
    const { asked } = this;
    if (asked?.step.id !== stepId) return `no question "${stepId}" waits for an answer`;
    const fault = asked.fault(value);
    if (fault !== undefined) return fault;
    this.asked = undefined;
    asked.answer(value);
    return undefined;
  }

  cancel(): void {
    if (this.status !== 'running') return;
    this.end('cancelled');
    this.asked?.give(new Cancelled());
    this.asked = undefined;
  }

  facts(): { status: WizardStatus; error?: string } {
    return { status: this.status, ...(this.error === undefined ? {} : { error: this.error }) };
  }

  private async run(work: (questions: WizardQuestions) => Promise<void>): Promise<void> {
    try {
      await work({
        note: async (message, title) => {
          await this.ask({ type: 'note', message, ...(title ? { title } : {}) }, () => undefined);
        },
        select: async (message, options, initialValue) =>
          String(
            await this.ask({ type: 'select', message, options, ...(initialValue ? { initialValue } : {}) }, (value) =>
              options.some((option) => option.value === value)
                ? undefined
                : `must be one of ${options.map((option) => option.value).join(', ')}, got ${JSON.stringify(value)}`,
            ),
          ),
        text: async (message, { placeholder, sensitive, fault } = {}) => {
          const step = {
            type: 'text',
            message,
            ...(placeholder ? { placeholder } : {}),
            ...(sensitive ? { sensitive } : {}),
          };
          const value = await this.ask(step as Omit<WizardStep, 'id' | 'executor'>, (given) =>
            typeof given === 'string' && given.length <= MAX_TEXT
              ? fault?.(given.trim())
              : `must be a text of at most ${MAX_TEXT} characters`,
          );
          return String(value).trim();
        },
        confirm: async (message, initialValue) =>
          (await this.ask(
            { type: 'confirm', message, ...(initialValue === undefined ? {} : { initialValue }) },
            (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
          )) === true,
      });
      this.end('done');
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.error = messageOf(error);
      this.end('error');
    }
  }

  private ask(step: Omit<WizardStep, 'id' | 'executor'>, fault: Asked['fault']): Promise<unknown> {
    if (this.status !== 'running') return Promise.reject(new Cancelled());
    return new Promise((resolve, reject) => {
      this.asked = { step: { id: randomUUID(), ...step, executor: 'client' }, fault, answer: resolve, give: reject };
      this.wake();
    });
  }

  private end(status: WizardStatus): void {
    if (this.status === 'running') this.status = status;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const MAX_TEXT = 20_000;
