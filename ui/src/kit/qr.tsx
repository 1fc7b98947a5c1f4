import { useEffect, useState } from 'react';
import { loadPart } from '../loading/load-part';
import css from './qr.module.css';

/** Light modules around a code; without them cameras don't find it. */
const QUIET = 4;

/** A text as a code that phones read. The library comes with the first one; until then there is room for it. */
export function Qr({ text, label }: { text: string; label: string }) {
  const [code, setCode] = useState<{ text: string; path: string; size: number }>();
  useEffect(() => {
    let stale = false;
    loadPart(() => import('qr')).then(
      ({ default: encode }) => {
        if (stale) return;
        const rows = encode(text, 'raw', { ecc: 'medium', border: QUIET });
        setCode({ text, path: pathOf(rows), size: rows.length });
      },
      (error: unknown) =>
        setCode(() => {
          throw error;
        }),
    );
    return () => {
      stale = true;
    };
  }, [text]);
  const shown = code?.text === text ? code : undefined;
  return (
    <svg
      className={css['qr']}
      viewBox={`0 0 ${shown?.size ?? 1} ${shown?.size ?? 1}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      {shown && <path d={shown.path} />}
    </svg>
  );
}

/** Each dark stretch of a row as one rectangle. */
export function pathOf(rows: readonly (readonly boolean[])[]): string {
  const parts: string[] = [];
  for (const [y, row] of rows.entries())
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end++;
      parts.push(`M${x} ${y}h${end - x}v1h${x - end}z`);
      x = end;
    }
  return parts.join('');
}
