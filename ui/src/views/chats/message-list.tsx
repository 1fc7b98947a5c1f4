import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Button } from '../../kit/button';
import css from './conversation.module.css';

/** Pixels from the end within which new text keeps scrolling into view. */
const NEAR_END_PX = 120;
/** Pixels from either end within which the next page is read. */
const READ_ON_PX = 900;

export interface ListItem {
  key: string;
  /** Number of its message. */
  seq?: number | undefined;
  content: ReactNode;
}

interface MessageListProps {
  items: readonly ListItem[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Number of the message that it begins at. */
  around: number | undefined;
  readOn(part: 'older' | 'newer'): Promise<void>;
  /** The end is not among what is shown: it has to be read. */
  onNewest(): void;
}

/**
 * The conversation from top to bottom, of which only what is seen is drawn. Stays at its end while the reader is there,
 * stays where they are when older messages come before it, and reads on where they go.
 */
export function MessageList({ items, hasOlder, hasNewer, around, readOn, onNewest }: MessageListProps) {
  const feed = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const followsEnd = useRef(around === undefined);
  const hasJumped = useRef(false);
  const lastTop = useRef(0);
  const isReading = useRef(false);
  const [isAway, setAway] = useState(false);
  const isPrinted = usePrinting();
  // Rows that come before what is seen push it down, and are scrolled past at once.
  const first = items.find(({ seq }) => seq !== undefined)?.seq;
  const [grown, setGrown] = useState({ items, first, before: false });
  if (items !== grown.items) {
    const before = first !== undefined && grown.first !== undefined && first < grown.first;
    setGrown({ items, first, before });
  }

  const toEnd = useCallback((): void => {
    const { current } = feed;
    followsEnd.current = true;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);

  const look = useCallback((): void => {
    const { current } = feed;
    if (!current || isReading.current) return;
    const below = current.scrollHeight - current.scrollTop - current.clientHeight;
    const part =
      hasOlder && current.scrollTop < READ_ON_PX ? 'older' : hasNewer && below < READ_ON_PX ? 'newer' : undefined;
    if (part === undefined) return;
    isReading.current = true;
    void readOn(part).finally(() => {
      isReading.current = false;
    });
  }, [hasOlder, hasNewer, readOn]);

  useLayoutEffect(() => {
    const index = around === undefined ? -1 : items.findIndex(({ seq }) => seq === around);
    if (index >= 0 && !hasJumped.current) {
      hasJumped.current = true;
      list.current?.scrollToIndex(index, { align: 'center' });
    } else if (followsEnd.current && !hasNewer) toEnd();
  }, [items, around, hasNewer, toEnd]);

  // A short page leaves room for the next one.
  useEffect(() => {
    const timer = setTimeout(look, 50);
    return () => clearTimeout(timer);
  }, [look, items]);

  // Rows get their height when they are drawn, a keyboard opens, a window changes: the end stays in view.
  useEffect(() => {
    const { current } = feed;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => {
      if (followsEnd.current) toEnd();
    });
    observer.observe(current);
    for (const child of current.children) observer.observe(child);
    return () => observer.disconnect();
  }, [toEnd]);

  const onScroll = (): void => {
    const { current } = feed;
    if (!current) return;
    // Text that grows takes nobody away from the end: only going up does.
    const isNear = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END_PX;
    const wentUp = current.scrollTop < lastTop.current;
    lastTop.current = current.scrollTop;
    followsEnd.current = !hasNewer && (isNear || (followsEnd.current && !wentUp));
    setAway(!followsEnd.current);
    look();
  };

  const rows = items.map(({ key, seq, content }) => (
    <div key={key} className={css['row']} data-seq={seq}>
      {content}
    </div>
  ));
  return (
    <>
      <div
        className={css['feed']}
        ref={feed}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label={t`Conversation so far`}
      >
        {isPrinted && hasOlder && (
          <p className={css['row']}>
            <Trans>What was said before is not printed; an export has all of it.</Trans>
          </p>
        )}
        {isPrinted ? (
          rows
        ) : (
          <Virtualizer ref={list} scrollRef={feed} shift={grown.before} bufferSize={600}>
            {rows}
          </Virtualizer>
        )}
        <div className={css['end']} />
      </div>
      <div className={css['jump']}>
        {isAway && (
          <Button
            icon="down"
            onClick={() => {
              if (hasNewer) onNewest();
              toEnd();
            }}
          >
            <Trans>To the newest</Trans>
          </Button>
        )}
      </div>
    </>
  );
}

/** Whether the page is being printed: on paper stands what is there, not only what is seen. */
function usePrinting(): boolean {
  const [isPrinted, setPrinted] = useState(false);
  useEffect(() => {
    const begin = (): void => flushSync(() => setPrinted(true));
    const end = (): void => setPrinted(false);
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return isPrinted;
}
