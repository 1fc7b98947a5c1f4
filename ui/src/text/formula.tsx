import { t } from '@lingui/core/macro';
import { type ReactNode, createElement, useEffect, useMemo, useState } from 'react';
import { readableText, visiblePieces } from '../../../src/common/visible-text';
import { loadPart } from '../loading/load-part';
import { Prose } from './safe-text';
import type { MathElement } from './tex';
import css from './text.module.css';

let loaded: typeof import('./tex') | undefined;

/** A formula as the browser draws it, as soon as what reads TeX is there; one that can't be read stays as it was written. */
export function Formula({ raw, isBlock = false }: { raw: string; isBlock?: boolean }) {
  const [reader, setReader] = useState(loaded);
  useEffect(() => {
    if (loaded) return;
    loadPart(() => import('./tex')).then(
      (found) => {
        loaded = found;
        setReader(found);
      },
      () => undefined,
    );
  }, []);
  const formula = useMemo(() => reader?.readTex(raw), [reader, raw]);
  const shown = formula ? (
    draw(formula, 0)
  ) : (
    <code>
      <Prose text={raw} />
    </code>
  );
  if (!isBlock) return <span className={css['formula']}>{shown}</span>;
  return (
    <div className={css['formula']} data-block tabIndex={0} role="group" aria-label={t`Formula`} dir="ltr">
      {shown}
    </div>
  );
}

const draw = ({ name, attributes, style, children }: MathElement, key: number): ReactNode =>
  createElement(
    name,
    { key, ...attributes, style },
    ...children.map((child, index) =>
      typeof child === 'string' ? visiblePieces(readableText(child)).join('') : draw(child, index),
    ),
  );
