import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import type { EventMap } from './event-map';

export type EventName = keyof EventMap;
/** @param from the gateway in which it happened, where that is another one */
type Listener<N extends EventName> = (payload: EventMap[N], from?: string) => void | Promise<void>;

/** Where an event happened: in this process, in another gateway on the same database, or either. */
export type EventSource = 'here' | 'elsewhere' | 'anywhere';

/** Hands what happened here to the other gateways. */
export type PassOn = <N extends EventName>(name: N, payload: EventMap[N]) => void;

/**
 * Events of this process, and, where several gateways share a database, those of the others that somebody asked for. A
 * failing listener is logged and never disturbs the sender or the others.
 */
@Injectable()
export class EventBus {
  private readonly listeners = new Map<EventName, Map<Listener<never>, EventSource>>();
  private readonly log: Logger;
  private passOn: PassOn | undefined;

  constructor(loggers: LoggerFactory) {
    this.log = loggers.child('events');
  }

  /**
   * Returns the unsubscribe function.
   * @param source what happens to others is told only to whoever asks for it: most of what follows from an event is done
   * where it happened. Those events may get lost, so nothing may depend on one.
   */
  on<N extends EventName>(name: N, listener: Listener<N>, source: EventSource = 'here'): () => void {
    const listeners = this.listeners.get(name) ?? new Map<Listener<never>, EventSource>();
    listeners.set(listener as Listener<never>, source);
    this.listeners.set(name, listeners);
    return () => listeners.delete(listener as Listener<never>);
  }

  emit<N extends EventName>(name: N, payload: EventMap[N]): void {
    this.tell(name, payload, 'elsewhere');
    this.passOn?.(name, payload);
  }

  /** Tells of what happened to another gateway. */
  receive<N extends EventName>(name: N, payload: EventMap[N], from: string): void {
    this.tell(name, payload, 'here', from);
  }

  /** Where what happens here is passed on to. Undefined: nobody else is there. */
  connect(passOn: PassOn | undefined): void {
    this.passOn = passOn;
  }

  private tell<N extends EventName>(name: N, payload: EventMap[N], notOf: EventSource, from?: string): void {
    for (const [listener, source] of this.listeners.get(name) ?? []) {
      if (source === notOf) continue;
      try {
        const result = (listener as Listener<N>)(payload, from);
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
