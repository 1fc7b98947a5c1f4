import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../../kit/button';
import css from './conversation.module.css';

/** Pixels from the end within which new text keeps scrolling into view. */
const NEAR_END_PX = 120;
/** Pixels from either end within which the next page is read. */
const READ_ON_PX = 900;

interface MessageListProps {
  children: ReactNode;
  /** Changes whenever what is shown does. */
  version: readonly unknown[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Number of the message that it begins at. */
  around: number | undefined;
  readOn(part: 'older' | 'newer'): Promise<void>;
  /** The end is not among what is shown: it has to be read. */
  onNewest(): void;
}

/** The conversation from top to bottom; stays at its end while the reader is there, and reads on where they go. */
export function MessageList({ children, version, hasOlder, hasNewer, around, readOn, onNewest }: MessageListProps) {
  const list = useRef<HTMLDivElement>(null);
  const followsEnd = useRef(around === undefined);
  const hasJumped = useRef(false);
  const isReading = useRef(false);
  const [isAway, setAway] = useState(false);

  const toEnd = useCallback((): void => {
    const { current } = list;
    followsEnd.current = true;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);

  const look = useCallback((): void => {
    const { current } = list;
    if (!current) return;
    const below = current.scrollHeight - current.scrollTop - current.clientHeight;
    const part =
      hasOlder && current.scrollTop < READ_ON_PX ? 'older' : hasNewer && below < READ_ON_PX ? 'newer' : undefined;
    if (part === undefined || isReading.current) return;
    isReading.current = true;
    void readOn(part).finally(() => {
      isReading.current = false;
    });
  }, [hasOlder, hasNewer, readOn]);

  const key = version.length;
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    const target = around !== undefined && !hasJumped.current ? current.querySelector(`[data-seq="${around}"]`) : null;
    if (target) {
      hasJumped.current = true;
      target.scrollIntoView({ block: 'center' });
    } else if (followsEnd.current && !hasNewer) toEnd();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `version` names all that is shown
  }, [key, ...version, around, hasNewer, toEnd]);

  // A short page leaves room for the next one.
  useEffect(() => {
    const timer = setTimeout(look, 50);
    return () => clearTimeout(timer);
  }, [look, children]);

  // A keyboard that opens, or a window that changes, leaves the end in view.
  useEffect(() => {
    const { current } = list;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => {
      if (followsEnd.current) toEnd();
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [toEnd]);

  const onScroll = (): void => {
    const { current } = list;
    if (!current) return;
    followsEnd.current = !hasNewer && current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END_PX;
    setAway(!followsEnd.current);
    look();
  };

  return (
    <>
      <div
        className={css['feed']}
        ref={list}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label="Conversation so far"
      >
        {children}
        <div className={css['end']} />
      </div>
      <div className={css['jump']}>
        {isAway && (
          <Button
            icon="down"
            onClick={() => {
              followsEnd.current = true;
              if (hasNewer) onNewest();
              toEnd();
            }}
          >
            To the newest
          </Button>
        )}
      </div>
    </>
  );
}
