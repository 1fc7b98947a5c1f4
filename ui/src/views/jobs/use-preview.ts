import { useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import type { Schedule } from './job';

/** Typing stops for so long before the gateway is asked. */
const PAUSE_MS = 300;

export interface Preview {
  schedule: Schedule;
  timeZone: string;
  next: { atMs: number }[];
}

export interface Previewed {
  data?: Preview;
  /** Why there is no such time. */
  error?: string;
}

/** The next times of a schedule, or of one in words; nothing while none is said. */
export function usePreview(wish: { schedule?: Schedule | undefined; words?: string; tz?: string }): Previewed {
  const { call } = useGateway();
  const isSaid = wish.schedule !== undefined || (wish.words ?? '') !== '';
  const key = JSON.stringify(wish);
  const [known, setKnown] = useState<Previewed & { key: string }>({ key: '' });
  useEffect(() => {
    if (!isSaid) return undefined;
    let isOld = false;
    const timer = setTimeout(() => {
      const { schedule, ...rest } = JSON.parse(key) as typeof wish;
      call<Preview>('cron.preview', { ...rest, ...(schedule ? { schedule: { ...schedule } } : {}) }).then(
        (data) => {
          if (!isOld) setKnown({ key, data });
        },
        (failure: unknown) => {
          if (!isOld) setKnown({ key, error: messageOf(failure) });
        },
      );
    }, PAUSE_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [call, key, isSaid]);
  return isSaid && known.key === key ? known : {};
}
