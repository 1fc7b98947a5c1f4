import { wrapToWidth } from '../../common/cli/display-width';
import { visibleText } from '../../common/visible-text';
import type { ApprovalDecision } from '../../tools/approvals/approval-decision';
import { approvalLines } from '../../tools/approvals/approval-text';
import { type PendingApproval, hashOf } from '../../tools/approvals/pending-approval';
import { type Line, lineOf, shownText } from '../../common/cli/line';
import type { PressedKey } from '../screen/terminal-screen';

/** An answer, and exactly what it is the answer to. */
export interface Answer {
  id: string;
  hash: string;
  decision: ApprovalDecision;
}

const LABELS: Readonly<Record<ApprovalDecision, string>> = {
  'allow-once': 'allow once',
  'allow-session': 'allow for this conversation',
  'allow-always': 'always allow',
  deny: 'deny',
};

/** The question that waits longest, with what will happen, and the answers to choose from. */
export class QuestionPanel {
  private waiting: PendingApproval[] = [];
  private choice = 0;
  /** Call of a common question that is answered alone. */
  private call: number | undefined;
  private from = 0;
  /** Lines of the question that were on the screen: nothing is allowed that could not be read. */
  private seen = 0;
  private length = Infinity;
  private page = 1;
  hasFocus = false;

  /** All that wait, as the gateway says. */
  read(waiting: readonly PendingApproval[]): void {
    this.change([...waiting]);
  }

  asked(question: PendingApproval): void {
    this.change([...this.waiting.filter(({ id }) => id !== question.id), question]);
  }

  /** Answered, by whomever. */
  resolved(id: string): void {
    const rest = this.waiting
      .filter((question) => question.id !== id)
      .map((question) =>
        question.calls?.some((call) => call.id === id)
          ? { ...question, calls: question.calls.filter((call) => call.id !== id) }
          : question,
      );
    this.change(rest.filter(({ calls }) => calls === undefined || calls.length > 0));
  }

  /** The one that is shown. */
  get question(): PendingApproval | undefined {
    return this.waiting[0];
  }

  get count(): number {
    return this.waiting.length;
  }

  /** Which of those that wait is shown first: one of the conversation that is open. */
  prefer(isShown: (sessionKey: string) => boolean): void {
    const at = this.waiting.findIndex(({ request }) => isShown(request.sessionKey));
    if (at > 0) this.change([this.waiting[at] as PendingApproval, ...this.waiting.filter((_, index) => index !== at)]);
  }

  focus(): void {
    this.hasFocus = this.question !== undefined;
    // What was pressed last must not answer what is asked now.
    this.choice = this.choices.indexOf('deny');
    this.call = undefined;
  }

  /** A key while the panel has the focus. @returns the answer, when it is one */
  key({ name, text }: PressedKey): Answer | undefined {
    const { choices } = this;
    if (name === 'left') this.choice = (this.choice + choices.length - 1) % choices.length;
    else if (name === 'right') this.choice = (this.choice + 1) % choices.length;
    else if (name === 'up') this.scroll(-1);
    else if (name === 'down') this.scroll(1);
    else if (name === 'pageup') this.scroll(-this.page);
    else if (name === 'pagedown') this.scroll(this.page);
    else if (/^[0-9]$/.test(text)) this.pick(Number(text));
    else if (name === 'escape' || name === 'tab') this.hasFocus = false;
    else if (name === 'return' || name === 'enter') return this.answer();
    return undefined;
  }

  /** @param most rows that it may take */
  lines(columns: number, most: number): Line[] {
    const { question, choices } = this;
    if (!question || most < 3) return [];
    const text = approvalLines(question.request, question.calls).flatMap((line) =>
      wrapToWidth(shownText(line), Math.max(1, columns - 2)),
    );
    this.length = text.length;
    this.page = Math.max(1, Math.min(text.length, most - 2));
    this.from = Math.max(0, Math.min(this.from, text.length - this.page));
    this.seen = Math.max(this.seen, this.from + this.page);
    const left = text.length - this.from - this.page;
    const place = left > 0 ? ` · ${left} more ${left === 1 ? 'line' : 'lines'} below` : '';
    const others = this.count > 1 ? ` · ${this.count - 1} more waiting` : '';
    return [
      lineOf(`─ The assistant waits for your decision${place}${others} `, 'warn'),
      ...text.slice(this.from, this.from + this.page).map((line) => lineOf(`  ${line}`)),
      this.hasFocus ? this.answers(choices) : lineOf('  Tab: answer it', 'warn'),
    ];
  }

  private answers(choices: readonly ApprovalDecision[]): Line {
    const { calls } = this.question ?? {};
    const which = !calls ? '' : this.call === undefined ? 'all of them: ' : `only ${this.call + 1}: `;
    return [
      { text: `  ${which}` },
      ...choices.map((each, index) =>
        index === this.choice
          ? ({ text: `[${LABELS[each]}] `, tint: 'title' } as const)
          : { text: ` ${LABELS[each]}  ` },
      ),
      {
        text: calls ? ' ←→ Enter, 1-9 one call, 0 all, ↑↓ read, Esc later' : ' ←→ Enter, ↑↓ read, Esc later',
        tint: 'faint',
      },
    ];
  }

  private get choices(): readonly ApprovalDecision[] {
    const { question, call } = this;
    return (call === undefined ? question : question?.calls?.[call])?.choices ?? question?.choices ?? ['deny'];
  }

  private pick(number: number): void {
    const { calls = [] } = this.question ?? {};
    if (number > calls.length) return;
    this.call = number === 0 ? undefined : number - 1;
    this.choice = this.choices.indexOf('deny');
  }

  private scroll(rows: number): void {
    this.from = Math.max(0, this.from + rows);
  }

  private answer(): Answer | undefined {
    const { question, call: at } = this;
    const decision = this.choices[this.choice];
    if (!question || decision === undefined) return undefined;
    if (decision !== 'deny' && this.seen < this.length) {
      this.scroll(this.page);
      return undefined;
    }
    const call = at === undefined ? undefined : question.calls?.[at];
    if (call) return { id: call.id, hash: call.hash, decision };
    return { id: question.id, hash: question.calls ? hashOf(question.calls) : question.hash, decision };
  }

  private change(waiting: PendingApproval[]): void {
    const before = this.question;
    this.waiting = waiting;
    const now = this.question;
    if (before && now && before.id === now.id && before.calls?.length === now.calls?.length) return;
    this.hasFocus = false;
    this.call = undefined;
    this.from = 0;
    this.seen = 0;
    // Not known before it was drawn.
    this.length = Infinity;
  }
}

/** One line about a question that was answered. */
export const answeredText = (decision: string, by: string): string =>
  `Decided: ${visibleText(decision)} (${visibleText(by)})`;
