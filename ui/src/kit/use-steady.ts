import { type RefObject, useEffect, useState } from 'react';

const LOOK_MS = 50;
const STEADY_MS = 300;

/**
 * Whether an element has been there, in the same place and size, for so long that whoever presses it has seen it there.
 * @param key what is shown in it; something else is new, wherever it stands
 */
export function useSteady(ref: RefObject<HTMLElement | null>, key: string): boolean {
  const [steady, setSteady] = useState<string>();
  useEffect(() => {
    const placeOf = (): string => {
      const { x, y, width, height } = ref.current?.getBoundingClientRect() ?? { x: 0, y: 0, width: 0, height: 0 };
      return [x, y, width, height].map(Math.round).join(' ');
    };
    let place = placeOf();
    let since = performance.now();
    const timer = setInterval(() => {
      const now = placeOf();
      if (now !== place) {
        place = now;
        since = performance.now();
        setSteady(undefined);
      } else if (performance.now() - since >= STEADY_MS) setSteady(key);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [ref, key]);
  return steady === key;
}
