import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { SafeText } from '../text/safe-text';
import { diffRows } from './diff-rows';
import css from './diff.module.css';

/** A unified diff: what goes, and what comes. Files are named where there is more than one. */
export function Diff({ text, label }: { text: string; label: string }) {
  const rows = diffRows(text);
  if (rows.length === 0)
    return (
      <p className={css['none']}>
        <Trans>Nothing changes.</Trans>
      </p>
    );
  return (
    <div className={css['diff']} role="group" aria-label={label} tabIndex={0} data-testid="diff">
      <ul>
        {rows.map(({ kind, text: line }, index) => (
          <li key={index} data-kind={kind}>
            {kind === 'gap' ? (
              '⋯'
            ) : kind === 'file' ? (
              <strong>
                <SafeText text={line} />
              </strong>
            ) : (
              <>
                <span aria-hidden="true">{MARKS[kind]}</span>
                {kind !== 'same' && <span className="visually-hidden">{kind === 'out' ? t`out:` : t`in:`} </span>}
                <SafeText text={line} />
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const MARKS = { out: '-', in: '+', same: ' ' } as const;
