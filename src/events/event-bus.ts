import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import type { EventMap } from './event-map';

export type EventName = keyof EventMap;
type Listener<N extends EventName> = (payload: EventMap[N]) => void | Promise<void>;

/** In-process events. A failing listener is logged and never disturbs the sender or the others. */
@Injectable()
export class EventBus {
  private readonly listeners = new Map<EventName, Set<Listener<never>>>();
  private readonly log: Logger;

  constructor(loggers: LoggerFactory) {
    this.log = loggers.child('events');
  }

  /** Returns the unsubscribe function. */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    const set = this.listeners.get(name) ?? new Set();
    set.add(listener as Listener<never>);
    this.listeners.set(name, set);
    return () => set.delete(listener as Listener<never>);
  }

  emit<N extends EventName>(name: N, payload: EventMap[N]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        const result = (listener as Listener<N>)(payload);
        if (result instanceof Promise) result.catch((error: unknown) => this.failed(name, error));
      } catch (error) {
        this.failed(name, error);
      }
    }
  }

  private failed(name: EventName, error: unknown): void {
    this.log.error({ event: name, error }, 'an event listener failed');
  }
}
