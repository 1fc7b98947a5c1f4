import { date } from '../../words/formats';
import Plot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface DayValue {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

interface Drawing {
  values: readonly DayValue[];
  /** Of a value beside the axis. */
  format(value: number): string;
  /** Number of the day under the pointer. */
  onPoint(index: number | undefined): void;
  onChoose?: ((index: number) => void) | undefined;
}

const HEIGHT = 220;
const BAR = Plot.paths.bars?.({ size: [0.7, 48], radius: 0.15 });

/** Bars of days in the colours of the page, as wide as their box. Returns what takes them away again. */
export function drawDays(box: HTMLElement, { values, format, onPoint, onChoose }: Drawing): () => void {
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis: Plot.Axis = {
    stroke: colour('--dim'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const plot = new Plot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [12, 28, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { range: (_, least, most) => [least - 43_200, most + 43_200] },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          grid: { show: false },
          splits: ({ data, width }) => spread(data[0], Math.max(2, Math.floor(width / 90))),
          values: (_, splits) => splits.map((at) => dayAndMonth(at * 1000)),
        },
        { ...axis, size: 64, values: (_, splits) => splits.map((value) => format(value)) },
      ],
      series: [
        {},
        {
          fill: colour('--accent'),
          stroke: colour('--accent'),
          width: 0,
          ...(BAR ? { paths: BAR } : {}),
          points: { show: false },
        },
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    },
    [values.map(({ at }) => at / 1000), values.map(({ value }) => value)],
    box,
  );
  const choose = (): void => {
    const { idx } = plot.cursor;
    if (idx !== null && idx !== undefined) onChoose?.(idx);
  };
  plot.over.addEventListener('click', choose);
  const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  observer.observe(box);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

/** A few of many, equally far from each other, the last always among them. */
function spread(all: ArrayLike<number>, most: number): number[] {
  const step = Math.max(1, Math.ceil(all.length / most));
  return Array.from(all).filter((_, index) => (all.length - 1 - index) % step === 0);
}

const dayAndMonth = (at: number | Date): string => date(at, { day: 'numeric', month: 'short' });
