import { isPlainObject } from '../../common/plain-object';
import { textOf } from '../../common/content-parts';
import type { EventFrame } from '../../gateway/protocol/frames';

const MOST = 1000;

export interface LoggedEvent {
  /** Grows by one with each event. */
  cursor: number;
  type: 'message' | 'exec_approval_requested' | 'exec_approval_resolved';
  sessionKey?: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What was said. */
  text?: string;
  role?: 'assistant';
  /** As the gateway tells it. */
  raw: unknown;
}

/** What has happened since the program began, for clients that ask from time to time. Old events go when there are many. */
export class EventLog {
  private readonly events: LoggedEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private last = 0;

  receive({ event, payload }: EventFrame): void {
    if (!isPlainObject(payload)) return;
    if (event === 'chat' && payload['state'] === 'final') {
      const message = isPlainObject(payload['message']) ? payload['message'] : {};
      const content = Array.isArray(message['content'])
        ? (message['content'] as { type: string; text?: string }[])
        : [];
      this.add({ type: 'message', role: 'assistant', text: textOf(content), ...keyOf(payload), raw: payload });
    } else if (event === 'exec.approval.requested') {
      const request = isPlainObject(payload['request']) ? payload['request'] : {};
      this.add({ type: 'exec_approval_requested', ...keyOf(request), raw: payload });
    } else if (event === 'exec.approval.resolved') this.add({ type: 'exec_approval_resolved', raw: payload });
  }

  /** Events after a cursor, oldest first, and the cursor to go on from. */
  after(cursor: number, sessionKey: string | undefined, limit: number): { events: LoggedEvent[]; nextCursor: number } {
    const found = this.events.filter((event) => event.cursor > cursor && isOf(event, sessionKey)).slice(0, limit);
    return { events: found, nextCursor: found.at(-1)?.cursor ?? Math.max(cursor, this.last) };
  }

  /** The next event after a cursor; undefined when none comes in time. */
  async next(
    cursor: number,
    sessionKey: string | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<LoggedEvent | undefined> {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    for (;;) {
      const found = this.events.find((event) => event.cursor > cursor && isOf(event, sessionKey));
      if (found || timeout.aborted) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          timeout.removeEventListener('abort', wake);
          resolve();
        };
        this.waiting.add(wake);
        timeout.addEventListener('abort', wake, { once: true });
      });
    }
  }

  private add(event: Omit<LoggedEvent, 'cursor' | 'at'>): void {
    this.events.push({ cursor: ++this.last, at: Date.now(), ...event });
    if (this.events.length > MOST) this.events.shift();
    for (const wake of [...this.waiting]) wake();
  }
}

const isOf = (event: LoggedEvent, sessionKey: string | undefined): boolean =>
  sessionKey === undefined || event.sessionKey === sessionKey;

const keyOf = (value: Record<string, unknown>): { sessionKey?: string } =>
  typeof value['sessionKey'] === 'string' ? { sessionKey: value['sessionKey'] } : {};
