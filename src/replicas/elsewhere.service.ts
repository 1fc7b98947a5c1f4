import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { timerMs } from '../common/sleep';
import { EventBus } from '../events/event-bus';
import { Replicas } from './replicas.service';

/** What may be asked of other gateways, with the question and what answers it; both survive JSON. */
export interface Questions {
  /** What a pairing code lets its bearer have; it is spent by that. The code as its hash. */
  'pairing-code': { question: { hash: string }; answer: { scopes: string[] } };
  /** Has a connected node do something. */
  'node.invoke': {
    question: { nodeId: string; command: string; params?: unknown; timeoutMs: number; idempotencyKey?: string };
    answer: { payload?: unknown; payloadJSON: string | null } | { error: { code: string; message: string } };
  };
}

type Topic = keyof Questions;
type Answering<T extends Topic> = (
  question: Questions[T]['question'],
) => Promise<Questions[T]['answer'] | undefined> | Questions[T]['answer'] | undefined;

/** Answers that are larger than notices may be are not sent. */
const MOST_CHARS = 900_000;

interface Asked {
  /** Gateways that have not said yet whether they know. */
  left: number;
  settle(answer: unknown): void;
}

/**
 * Asks other gateways on the database for what one of them has: a socket, something in its memory. Questions and answers are
 * notices, and may get lost like those; whoever asks has a time limit.
 */
@Injectable()
export class Elsewhere {
  private readonly asked = new Map<string, Asked>();
  private readonly answering = new Map<Topic, Answering<Topic>>();

  constructor(
    private readonly replicas: Replicas,
    private readonly events: EventBus,
  ) {
    events.on('elsewhere.asked', ({ id, topic, question }) => this.answer(id, topic, question), 'elsewhere');
    events.on('elsewhere.answered', ({ id, answer }) => this.take(id, answer), 'elsewhere');
  }

  /** Who answers here. @param answering undefined: it is not this gateway that can */
  on<T extends Topic>(topic: T, answering: Answering<T>): void {
    this.answering.set(topic, answering as unknown as Answering<Topic>);
  }

  /** @returns undefined where nobody can answer, or nobody has within the time */
  ask<T extends Topic>(
    topic: T,
    question: Questions[T]['question'],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Questions[T]['answer'] | undefined> {
    const left = this.replicas.known.length;
    if (left === 0 || signal?.aborted) return Promise.resolve(undefined);
    const id = randomUUID();
    return new Promise((resolve) => {
      const settle = (answer: unknown): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        this.asked.delete(id);
        resolve(answer as Questions[T]['answer'] | undefined);
      };
      const stop = (): void => settle(undefined);
      const timer = setTimeout(stop, timerMs(timeoutMs));
      signal?.addEventListener('abort', stop, { once: true });
      this.asked.set(id, { left, settle });
      this.events.emit('elsewhere.asked', { id, topic, question });
    });
  }

  private async answer(id: string, topic: string, question: unknown): Promise<void> {
    const answering = this.answering.get(topic as Topic);
    const answer = await answering?.(question as Questions[Topic]['question']);
    const isTold = answer !== undefined && JSON.stringify(answer).length <= MOST_CHARS;
    this.events.emit('elsewhere.answered', { id, ...(isTold ? { answer } : {}) });
  }

  private take(id: string, answer: unknown): void {
    const asked = this.asked.get(id);
    if (!asked) return;
    if (answer !== undefined || --asked.left === 0) asked.settle(answer);
  }
}
