import { useCallback, useEffect, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { type LogLine, readLine } from './log-line';

interface LogTail {
  file: string;
  cursor: number;
  lines: string[];
  reset: boolean;
}

const FIRST_LINES = 1000;
const MOST_HELD = 5000;
const FOLLOW_MS = 2000;

interface Log {
  lines: readonly LogLine[] | undefined;
  file: string | undefined;
  error: string | undefined;
  refresh(): void;
}

/** The end of the log file, and what comes to it while it is followed. */
export function useLog(isFollowing: boolean): Log {
  const { call, connection } = useGateway();
  const [state, setState] = useState<{ file: string; lines: readonly LogLine[] }>();
  const [error, setError] = useState<string>();
  const cursor = useRef<number | undefined>(undefined);
  const count = useRef(0);
  const isReading = useRef(false);
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback((): void => {
    if (isReading.current) return;
    isReading.current = true;
    const from = cursor.current;
    call<LogTail>('logs.tail', from === undefined ? { limit: FIRST_LINES } : { cursor: from, limit: FIRST_LINES })
      .then(
        (tail) => {
          cursor.current = tail.cursor;
          const read = tail.lines.filter((line) => line !== '').map((line) => readLine(line, ++count.current));
          setError(undefined);
          setState((old) => ({
            file: tail.file,
            lines: old && read.length === 0 ? old.lines : [...(old?.lines ?? []), ...read].slice(-MOST_HELD),
          }));
        },
        (problem: unknown) => setError(messageOf(problem)),
      )
      .finally(() => {
        isReading.current = false;
      });
  }, [call]);

  useEffect(() => {
    if (!isConnected) return undefined;
    refresh();
    if (!isFollowing) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, FOLLOW_MS);
    return () => clearInterval(timer);
  }, [isConnected, isFollowing, refresh]);

  return { lines: state?.lines, file: state?.file, error, refresh };
}
