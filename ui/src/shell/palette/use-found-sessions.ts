import { useEffect, useState } from 'react';
import type { NamedSession } from '../../gateway/session-names';
import type { Gateway } from '../../gateway/use-gateway';

export type FoundSession = NamedSession;

const SETTLE_MS = 150;
const MOST = 8;

/** Conversations that are called so; without words those that were used last. */
export function useFoundSessions(call: Gateway['call'], search: string): readonly FoundSession[] {
  const [found, setFound] = useState<readonly FoundSession[]>([]);
  useEffect(() => {
    let isStale = false;
    const timer = setTimeout(() => {
      call<{ sessions: FoundSession[] }>('sessions.list', {
        limit: MOST,
        includeDerivedTitles: true,
        ...(search === '' ? {} : { search }),
      }).then(
        ({ sessions }) => {
          if (!isStale) setFound(sessions);
        },
        () => undefined,
      );
    }, SETTLE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [call, search]);
  return found;
}
