import { useCallback, useEffect, useRef } from 'react';
import type { Gateway } from '../../gateway/use-gateway';
import type { AgentEvent, Piece } from './chat-types';

/** Frames are not drawn in a page that is not seen; its state goes on all the same. */
const HIDDEN_MS = 250;

/**
 * What runs tell while they go on, handed over once a frame however much comes.
 * @returns a function that hands over at once what has come so far
 */
export function useAgentEvents(
  { subscribe }: Gateway,
  onEvents: (events: readonly (AgentEvent | Piece)[]) => void,
): () => void {
  const come = useRef<(AgentEvent | Piece)[]>([]);
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
      if (event !== 'agent' && event !== 'piece') return;
      come.current.push(payload as AgentEvent | Piece);
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
