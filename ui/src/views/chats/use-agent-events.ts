import { useCallback, useEffect, useRef } from 'react';
import type { Gateway } from '../../gateway/use-gateway';
import type { AgentEvent } from './chat-types';

/** Frames are not drawn in a page that is not seen; its state goes on all the same. */
const HIDDEN_MS = 250;

/**
 * What runs tell while they go on, handed over once a frame however much comes.
 * @returns a function that hands over at once what has come so far
 */
export function useAgentEvents({ subscribe }: Gateway, onEvents: (events: readonly AgentEvent[]) => void): () => void {
  const come = useRef<AgentEvent[]>([]);
  const handle = useRef(onEvents);
  useEffect(() => {
    handle.current = onEvents;
  });

  const flush = useCallback((): void => {
    const events = come.current;
    if (events.length === 0) return;
    come.current = [];
    handle.current(events);
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame: number | undefined;
    const stop = subscribe(({ event, payload }) => {
      if (event !== 'agent') return;
      come.current.push(payload as AgentEvent);
      if (come.current.length > 1) return;
      if (document.visibilityState === 'hidden') timer = setTimeout(flush, HIDDEN_MS);
      else frame = requestAnimationFrame(flush);
    });
    return () => {
      stop();
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
      come.current = [];
    };
  }, [subscribe, flush]);

  return flush;
}
