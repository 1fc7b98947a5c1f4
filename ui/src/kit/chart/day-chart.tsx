import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { loadPart } from '../../loading/load-part';
import { Failure } from '../states';
import { dayName } from '../time';
import type { DayValue } from './draw';
import css from './chart.module.css';

interface DayChartProps {
  /** What is drawn, read out to those who do not see it; the numbers belong into a table beside it. */
  label: string;
  /** One for each day, oldest first. */
  values: readonly DayValue[];
  format(value: number): string;
  onChoose?: (index: number) => void;
}

/** Days as bars. The library that draws them is fetched when the first chart is shown. */
export function DayChart({ label, values, format, onChoose }: DayChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const colours = useColours();
  const latest = useRef({ format, onChoose });
  useEffect(() => {
    latest.current = { format, onChoose };
  });
  useEffect(() => {
    let remove: (() => void) | undefined;
    let isGone = false;
    loadPart(() => import('./draw')).then(
      ({ drawDays }) => {
        if (isGone || !box.current) return;
        remove = drawDays(box.current, {
          values,
          format: (value) => latest.current.format(value),
          onPoint: setPoint,
          onChoose: (index) => latest.current.onChoose?.(index),
        });
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
    return () => {
      isGone = true;
      remove?.();
    };
  }, [values, colours]);
  if (problem !== undefined) return <Failure what={t`The chart could not be drawn.`} why={problem} />;
  const shown = point === undefined ? undefined : values[point];
  return (
    <figure className={css['chart']}>
      <div ref={box} className={css['box']} role="img" aria-label={label} data-testid="chart" />
      <figcaption aria-hidden="true">
        {shown === undefined ? label : `${dayName(shown.at)}: ${format(shown.value)}`}
      </figcaption>
    </figure>
  );
}

/** Counts changes of the colours of the page, which a canvas does not follow by itself. */
function useColours(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = (): void => setCount((old) => old + 1);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      dark.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);
  return count;
}
