import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { SafeText } from '../text/safe-text';
import { Button } from './button';
import css from './states.module.css';

/** Nothing there: a sentence that says so, and what one can do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css['empty']}>
      <p className={css['title']}>{title}</p>
      {children}
    </div>
  );
}

interface FailureProps {
  /** What was not done. */
  what: string;
  /** Why, as the gateway says it. */
  why: string;
  onRetry?: () => void;
  children?: ReactNode;
}

/** What happened, why, and what to do next. */
export function Failure({ what, why, onRetry, children }: FailureProps) {
  return (
    <div className={css['failure']} role="alert">
      <p>
        <strong>{what}</strong> <SafeText text={why} />
      </p>
      {(onRetry || children) && (
        <p className={css['next']}>
          {onRetry && (
            <Button onClick={onRetry}>
              <Trans>Try again</Trans>
            </Button>
          )}
          {children}
        </p>
      )}
    </div>
  );
}

/** Grey lines in the shape of what is to come. */
export function Skeleton({ lines = 3, label = t`Loading` }: { lines?: number; label?: string }) {
  return (
    <div className={css['skeleton']} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

/** A state is a dot and a word, never a colour alone. */
export function Status({ tone, children }: { tone: 'good' | 'warn' | 'bad' | 'busy' | 'off'; children: ReactNode }) {
  return (
    <span className={css['status']}>
      <i data-tone={tone} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}
