import { type RefObject, useEffect, useState } from 'react';

/** Pixels that rounding may leave below the end. */
const SLACK = 4;

/** Whether a text that scrolls has been on the screen to its end. */
export function useRead(ref: RefObject<HTMLElement | null>, key: string): boolean {
  const [read, setRead] = useState<string>();
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const look = (): void => {
      if (element.clientHeight > 0 && element.scrollTop + element.clientHeight >= element.scrollHeight - SLACK)
        setRead(key);
    };
    element.scrollTop = 0;
    // Not at once: the card must have its size first.
    const frame = requestAnimationFrame(look);
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [ref, key]);
  return read === key;
}
