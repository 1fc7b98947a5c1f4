import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { loadPart } from '../../loading/load-part';
import { SafeText } from '../../text/safe-text';
import css from './agents.module.css';

/** What changes, line by line; the library comes with the first one. */
export function Diff({ name, from, to }: { name: string; from: string; to: string }) {
  const [lines, setLines] = useState<readonly string[]>();
  useEffect(() => {
    let stale = false;
    loadPart(() => import('diff')).then(
      ({ structuredPatch }) => {
        if (stale) return;
        const { hunks } = structuredPatch(name, name, from, to, undefined, undefined, { context: 3 });
        setLines(hunks.flatMap((hunk) => [t`@@ line ${hunk.newStart}`, ...hunk.lines]));
      },
      (error: unknown) =>
        setLines(() => {
          throw error;
        }),
    );
    return () => {
      stale = true;
    };
  }, [name, from, to]);
  return (
    <pre className={css['diff']} tabIndex={0} role="group" aria-label={t`Changes of ${name}`} data-testid="diff">
      {lines?.length === 0 && t`Nothing differs.`}
      {lines?.map((line, index) => (
        <span key={index} data-change={line[0]}>
          <SafeText text={line} lines />
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
