import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { SafeText } from '../text/safe-text';
import css from './diff.module.css';

/** A unified diff: what goes, and what comes. Its head, which names files, is left out. */
export function Diff({ text, label }: { text: string; label: string }) {
  const all = text.split('\n');
  // What is changed may itself begin like a line of the head.
  const start = all.findIndex((line) => line.startsWith('@@'));
  const lines = (start === -1 ? [] : all.slice(start)).filter(
    (line) => line !== '' && !line.startsWith('\\ No newline'),
  );
  if (lines.length === 0)
    return (
      <p className={css['none']}>
        <Trans>Nothing changes.</Trans>
      </p>
    );
  return (
    <div className={css['diff']} role="group" aria-label={label} tabIndex={0} data-testid="diff">
      <ul>
        {lines.map((line, index) => (
          <li key={index} data-kind={kindOf(line)}>
            {line.startsWith('@@') ? (
              '⋯'
            ) : (
              <>
                <span aria-hidden="true">{line.charAt(0)}</span>
                {kindOf(line) !== 'same' && (
                  <span className="visually-hidden">{kindOf(line) === 'out' ? t`out:` : t`in:`} </span>
                )}
                <SafeText text={line.slice(1)} />
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const kindOf = (line: string): 'in' | 'out' | 'gap' | 'same' =>
  line.startsWith('@@') ? 'gap' : line.startsWith('+') ? 'in' : line.startsWith('-') ? 'out' : 'same';
