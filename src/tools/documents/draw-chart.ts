import type { ChartSpec } from './document-blocks';

export const CHART_COLOURS = ['#3366cc', '#dc3912', '#ff9900', '#109618', '#990099', '#0099c6', '#dd4477', '#66aa00'];

interface Pen {
  save(): Pen;
  restore(): Pen;
  rect(x: number, y: number, width: number, height: number): Pen;
  circle(x: number, y: number, radius: number): Pen;
  moveTo(x: number, y: number): Pen;
  lineTo(x: number, y: number): Pen;
  path(data: string): Pen;
  lineWidth(width: number): Pen;
  fill(colour: string): Pen;
  stroke(colour: string): Pen;
  fillColor(colour: string): Pen;
  fontSize(size: number): Pen;
  text(text: string, x: number, y: number, options: Record<string, unknown>): Pen;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const colourOf = (index: number): string => CHART_COLOURS[index % CHART_COLOURS.length] ?? '#000000';

/** Draws a chart into a box of a page, with axis, values and legend. */
export function drawChart(pen: Pen, chart: ChartSpec, box: Box): void {
  pen.save();
  let { y } = box;
  if (chart.title) {
    pen
      .fillColor('#222222')
      .fontSize(12)
      .text(chart.title, box.x, y, { width: box.width, align: 'center', lineBreak: false });
    y += 20;
  }
  const legend = chart.type === 'pie' ? chart.labels : chart.series.map((series) => series.name);
  const legendHeight = 14 * Math.ceil(legend.length / 4);
  const area = { x: box.x + 40, y, width: box.width - 50, height: box.y + box.height - y - legendHeight - 26 };
  if (chart.type === 'pie') drawPie(pen, chart, area);
  else drawAxes(pen, chart, area);
  legend.forEach((name, index) => {
    const x = box.x + (index % 4) * (box.width / 4);
    const top = box.y + box.height - legendHeight + Math.floor(index / 4) * 14;
    pen.rect(x, top + 1, 8, 8).fill(colourOf(index));
    pen
      .fillColor('#222222')
      .fontSize(8)
      .text(name, x + 12, top, { width: box.width / 4 - 14, height: 10, ellipsis: true, lineBreak: false });
  });
  pen.restore();
}

function drawAxes(pen: Pen, chart: ChartSpec, area: Box): void {
  const values = chart.series.flatMap((series) => series.values);
  const top = niceCeiling(Math.max(0, ...values));
  const bottom = -niceCeiling(Math.max(0, ...values.map((value) => -value)));
  const span = top - bottom || 1;
  const yOf = (value: number): number => area.y + area.height - ((value - bottom) / span) * area.height;
  for (let step = 0; step <= 4; step++) {
    const value = bottom + (span * step) / 4;
    const y = yOf(value);
    pen
      .lineWidth(0.5)
      .moveTo(area.x, y)
      .lineTo(area.x + area.width, y)
      .stroke('#dddddd');
    pen
      .fillColor('#555555')
      .fontSize(8)
      .text(shortNumber(value), area.x - 40, y - 4, { width: 36, align: 'right', lineBreak: false });
  }
  const slot = area.width / chart.labels.length;
  const everyLabel = Math.max(1, Math.ceil(chart.labels.length / 12));
  chart.labels.forEach((label, index) => {
    if (index % everyLabel !== 0) return;
    pen
      .fillColor('#555555')
      .fontSize(8)
      .text(label, area.x + slot * index, area.y + area.height + 4, {
        width: slot * everyLabel,
        height: 10,
        align: 'center',
        ellipsis: true,
        lineBreak: false,
      });
  });
  chart.series.forEach((series, at) => {
    if (chart.type === 'bar') {
      const width = (slot * 0.8) / chart.series.length;
      series.values.forEach((value, index) => {
        const x = area.x + slot * index + slot * 0.1 + width * at;
        const y = Math.min(yOf(value), yOf(0));
        pen.rect(x, y, width, Math.max(0.5, Math.abs(yOf(value) - yOf(0)))).fill(colourOf(at));
      });
      return;
    }
    series.values.forEach((value, index) => {
      const x = area.x + slot * (index + 0.5);
      if (index === 0) pen.moveTo(x, yOf(value));
      else pen.lineTo(x, yOf(value));
    });
    pen.lineWidth(1.5).stroke(colourOf(at));
    series.values.forEach((value, index) =>
      pen.circle(area.x + slot * (index + 0.5), yOf(value), 2).fill(colourOf(at)),
    );
  });
}

function drawPie(pen: Pen, chart: ChartSpec, area: Box): void {
  const values = (chart.series[0]?.values ?? []).map((value) => Math.max(0, value));
  const total = values.reduce((sum, value) => sum + value, 0) || 1;
  const radius = Math.min(area.width, area.height) / 2;
  const x = area.x + area.width / 2;
  const y = area.y + area.height / 2;
  let angle = -Math.PI / 2;
  values.forEach((value, index) => {
    const share = value / total;
    if (share >= 0.9999) pen.circle(x, y, radius).fill(colourOf(index));
    else if (share > 0) {
      const end = angle + share * 2 * Math.PI;
      const point = (at: number): string => `${x + radius * Math.cos(at)} ${y + radius * Math.sin(at)}`;
      pen
        .path(`M ${x} ${y} L ${point(angle)} A ${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${point(end)} Z`)
        .fill(colourOf(index));
    }
    angle += share * 2 * Math.PI;
  });
}

/** The next round number: 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10;
  return factor * power;
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toFixed(1)}G`;
  if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return String(+value.toFixed(2));
}
