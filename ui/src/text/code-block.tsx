import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useMemo, useState } from 'react';
import { loadPart } from '../loading/load-part';
import { Prose } from './safe-text';
import { COPY_WORDS, useCopy } from './use-copy';
import css from './text.module.css';

/** More lines than this are folded. */
const MOST_LINES = 40;
const FOLDED_LINES = 30;

/** Code of an answer: its language, a copy as it was written, long lines wrapped on demand, long blocks folded. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const [wraps, setWraps] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [copied, copy] = useCopy();
  const lines = code.split('\n');
  const folds = lines.length > MOST_LINES;
  const shown = folds && !isOpen ? lines.slice(0, FOLDED_LINES) : lines;
  const isDiff = language === 'diff' || language === 'patch';
  return (
    <figure className={css['code']} dir="ltr">
      <figcaption>
        <span>{language || t`text`}</span>
        <button type="button" aria-pressed={wraps} onClick={() => setWraps(!wraps)}>
          <Trans>Wrap</Trans>
        </button>
        <button type="button" onClick={() => copy(code)} aria-live="polite">
          {COPY_WORDS[copied]}
        </button>
      </figcaption>
      <pre data-wraps={wraps} tabIndex={0} aria-label={t`Code, ${language || t`text`}`} role="group">
        <code>
          {isDiff ? (
            shown.map((line, index) => (
              <span key={index} data-change={changeOf(line)}>
                <Prose text={line} />
                {index < shown.length - 1 ? '\n' : ''}
              </span>
            ))
          ) : (
            <Coloured code={shown.join('\n')} language={language} />
          )}
        </code>
      </pre>
      {folds && (
        <button type="button" className={css['unfold']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t`Show less` : t`Show all ${lines.length} lines`}
        </button>
      )}
    </figure>
  );
}

let loaded: typeof import('./highlight') | undefined;

/** Code in the colours of its language, as soon as what knows them is there. */
function Coloured({ code, language }: { code: string; language: string }) {
  const [highlight, setHighlight] = useState(loaded);
  useEffect(() => {
    if (loaded || language === '') return;
    loadPart(() => import('./highlight')).then(
      (found) => {
        loaded = found;
        setHighlight(found);
      },
      () => undefined,
    );
  }, [language]);
  const tokens = useMemo(() => highlight?.tokensOf(code, language), [highlight, code, language]);
  if (!tokens) return <Prose text={code} />;
  return tokens.map(({ kind, text }, index) =>
    kind === 'plain' ? (
      <Prose key={index} text={text} />
    ) : (
      <span key={index} data-token={kind}>
        <Prose text={text} />
      </span>
    ),
  );
}

function changeOf(line: string): '+' | '-' | undefined {
  const [first] = line;
  return first === '+' || first === '-' ? first : undefined;
}
