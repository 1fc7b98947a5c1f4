import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';

/** Name of the one question of a call, under which its answer is given. */
export const QUESTION_ID = 'answer';

export interface AskedQuestion {
  id: string;
  agentId: string;
  sessionKey: string;
  runId: string;
  question: string;
  options: readonly string[];
  /** Milliseconds since 1970. */
  createdAtMs: number;
  expiresAtMs: number;
}

export type QuestionEnd =
  | { status: 'answered'; answers: { answers: Record<string, string[]> } }
  | { status: 'cancelled' }
  | { status: 'expired' };

interface Waiting {
  question: AskedQuestion;
  cancel: () => void;
  /** How a client has answered it; its words are on their way to the turn. */
  end?: QuestionEnd;
}

/**
 * Questions that turns of this process wait with for the owner. They are as durable as the turns: a turn that is taken up
 * after a crash asks again, under the same id.
 */
@Injectable()
export class AskedQuestions {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly events: EventBus) {}

  /**
   * @param cancel called where a client declines to answer
   * @returns takes the question back: it was answered in the conversation, or in vain
   */
  open(
    { callId, ...facts }: Omit<AskedQuestion, 'id'> & { callId: string },
    cancel: () => void,
  ): (isAnswered: boolean) => void {
    const id = createHash('sha256').update(`${facts.runId}\n${callId}`).digest('hex').slice(0, 32);
    const entry: Waiting = { question: { ...facts, id }, cancel };
    this.waiting.set(id, entry);
    this.events.emit('wire.event', { event: 'question.requested', payload: recordOf(entry.question) });
    return (isAnswered) => {
      if (this.waiting.get(id) !== entry) return;
      this.waiting.delete(id);
      this.tell(
        id,
        entry.end ?? (isAnswered ? { status: 'answered', answers: { answers: {} } } : { status: 'expired' }),
      );
    };
  }

  /** Oldest first. */
  list(): AskedQuestion[] {
    return [...this.waiting.values()].filter(({ end }) => end === undefined).map(({ question }) => question);
  }

  /** One that waits for an answer. */
  find(id: string): AskedQuestion | undefined {
    const entry = this.waiting.get(id);
    return entry?.end ? undefined : entry?.question;
  }

  /** A client has answered; nobody else is asked from now on. Undone by calling it with `undefined`. */
  answered(id: string, end: QuestionEnd | undefined): void {
    const entry = this.waiting.get(id);
    if (!entry) return;
    if (end) entry.end = end;
    else delete entry.end;
  }

  cancel(id: string): void {
    const entry = this.waiting.get(id);
    if (!entry) return;
    entry.end = { status: 'cancelled' };
    entry.cancel();
  }

  private tell(id: string, end: QuestionEnd): void {
    this.events.emit('wire.event', { event: 'question.resolved', payload: { id, ...end } });
  }
}

/** A question by the names of OpenClaw: a list of one. */
export const recordOf = ({ question, options, ...facts }: AskedQuestion): Record<string, unknown> => ({
  ...facts,
  status: 'pending',
  questions: [
    {
      questionId: QUESTION_ID,
      header: 'Question',
      question,
      options: options.map((label) => ({ label })),
      // Words of one's own are an answer, too.
      isOther: true,
    },
  ],
});
