#!/usr/bin/env node
// A chart as SVG. usage: chart.mjs FILE --type bar|line|scatter|pie --x COLUMN --y COLUMN[,COLUMN] --out chart.svg [--title T] [--unit U]
import { writeFileSync } from 'node:fs';
import { columnIndex, optionsOf, readTable, run, short } from './table.mjs';

const [WIDTH, HEIGHT] = [900, 520];
const PLOT = { left: 80, right: 880, top: 70, bottom: 430 };
const COLOURS = ['#2b6cb0', '#dd6b20', '#2f855a', '#b83280', '#6b46c1', '#975a16', '#319795', '#c53030'];
const MOST_POINTS = 2000;

run((args) => {
  const { options, words } = optionsOf(args, ['type', 'x', 'y', 'out', 'title', 'unit']);
  const { type = 'bar', x, y, out, unit = '' } = options;
  if (words.length !== 1 || !x || !y || !out)
    throw new Error(
      'usage: chart.mjs FILE --type bar|line|scatter|pie --x COLUMN --y COLUMN[,COLUMN] --out chart.svg [--title T] [--unit U]',
    );
  const kinds = { bar, line, scatter, pie };
  if (!Object.hasOwn(kinds, type)) throw new Error(`--type ${type}: one of ${Object.keys(kinds).join(', ')}`);
  const table = readTable(words[0]);
  const names = table.columns.includes(y) ? [y] : y.split(',').map((name) => name.trim());
  const xIndex = columnIndex(table, x);
  const series = names.map((name) => ({ name, index: columnIndex(table, name) }));
  const rows = table.rows.filter((row) => series.some(({ index }) => typeof row[index] === 'number'));
  if (rows.length === 0) throw new Error(`there are no numbers in ${names.join(', ')}`);
  if (rows.length > MOST_POINTS)
    throw new Error(`${rows.length} points are too many to be seen; group them first (analyse.mjs --group or --month)`);
  const data = {
    labels: rows.map((row) => row[xIndex]),
    series: series.map(({ name, index }) => ({
      name,
      values: rows.map((row) => (typeof row[index] === 'number' ? row[index] : null)),
    })),
    x,
    unit,
  };
  const title = options.title ?? `${names.join(', ')} by ${x}`;
  const body = [text(WIDTH / 2, 34, title, 'middle', 20, 'bold'), ...kinds[type](data)];
  if (type !== 'pie' && series.length > 1) body.push(...legend(names));
  writeFileSync(
    out,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" role="img"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="#fff"/>${body.join('')}</svg>\n`,
  );
  console.log(
    `${out}: ${rows.length} points of ${names.join(', ')}${table.rows.length > rows.length ? `; ${table.rows.length - rows.length} rows without a number left out` : ''}`,
  );
});

const escaped = (value) =>
  String(value).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const round = (value) => Number(value.toFixed(2));
const text = (x, y, value, anchor = 'start', size = 13, weight = 'normal', turn = 0) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="#222"${turn ? ` transform="rotate(${turn} ${round(x)} ${round(y)})"` : ''}>${escaped(value)}</text>`;

/** Steps of 1, 2 or 5 times a power of ten; bars always begin at zero. */
function scale(values, fromZero) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (fromZero || (low > 0 && low < high / 3)) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = [low - 1, high + 1];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) =>
    Number((from + index * step).toPrecision(12)),
  );
  return { from, to, ticks };
}

function axes({ ticks, from, to }, unit, place) {
  const lines = ticks.map((tick) => {
    const y = place(tick);
    return `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${round(y)}" y2="${round(y)}" stroke="${tick === 0 ? '#555' : '#ddd'}"/>${text(PLOT.left - 8, y + 4, short(tick) + unit, 'end')}`;
  });
  return from <= 0 && to >= 0
    ? lines
    : [...lines, `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}" stroke="#555"/>`];
}

const placeIn =
  ({ from, to }) =>
  (value) =>
    PLOT.bottom - ((value - from) / (to - from)) * (PLOT.bottom - PLOT.top);

/** As many labels as there is room for. */
function labels(all, middle) {
  const every = Math.ceil(all.length / 24);
  const slanted = all.length > 8 || all.some((label) => String(label).length > 10);
  return all.flatMap((label, index) => {
    if (index % every !== 0) return [];
    const shown = String(label).length > 18 ? `${String(label).slice(0, 17)}…` : label;
    return [
      slanted
        ? text(middle(index) + 4, PLOT.bottom + 18, shown, 'end', 12, 'normal', -35)
        : text(middle(index), PLOT.bottom + 20, shown, 'middle'),
    ];
  });
}

const legend = (names) =>
  names.map(
    (name, index) =>
      `<rect x="${PLOT.left + index * 190}" y="46" width="12" height="12" fill="${COLOURS[index % COLOURS.length]}"/>${text(PLOT.left + 18 + index * 190, 57, name)}`,
  );

function bar({ labels: all, series, unit }) {
  const range = scale(
    series.flatMap(({ values }) => values.filter((value) => value !== null)),
    true,
  );
  const place = placeIn(range);
  const slot = (PLOT.right - PLOT.left) / all.length;
  const width = (slot * 0.8) / series.length;
  const bars = series.flatMap(({ name, values }, number) =>
    values.map((value, index) => {
      if (value === null) return '';
      const [y, zero] = [place(value), place(0)];
      return `<rect x="${round(PLOT.left + index * slot + slot * 0.1 + number * width)}" y="${round(Math.min(y, zero))}" width="${round(width)}" height="${round(Math.abs(zero - y))}" fill="${COLOURS[number % COLOURS.length]}"><title>${escaped(`${all[index]}, ${name}: ${short(value)}${unit}`)}</title></rect>`;
    }),
  );
  return [...axes(range, unit, place), ...bars, ...labels(all, (index) => PLOT.left + (index + 0.5) * slot)];
}

function line({ labels: all, series, unit }) {
  const range = scale(
    series.flatMap(({ values }) => values.filter((value) => value !== null)),
    false,
  );
  const place = placeIn(range);
  const middle = (index) => PLOT.left + ((index + 0.5) * (PLOT.right - PLOT.left)) / all.length;
  const lines = series.map(({ values }, number) => {
    // A gap in the data is a gap in the line.
    let path = '';
    values.forEach(
      (value, index) =>
        (path +=
          value === null
            ? ''
            : `${index === 0 || values[index - 1] === null ? 'M' : 'L'}${round(middle(index))} ${round(place(value))}`),
    );
    const dots =
      values.length <= 60
        ? values
            .map((value, index) =>
              value === null
                ? ''
                : `<circle cx="${round(middle(index))}" cy="${round(place(value))}" r="3" fill="${COLOURS[number % COLOURS.length]}"/>`,
            )
            .join('')
        : '';
    return `<path d="${path}" fill="none" stroke="${COLOURS[number % COLOURS.length]}" stroke-width="2"/>${dots}`;
  });
  return [...axes(range, unit, place), ...lines, ...labels(all, middle)];
}

function scatter({ labels: all, series, x, unit }) {
  if (all.some((value) => typeof value !== 'number')) throw new Error(`a scatter chart needs numbers in ${x}, too`);
  const [xRange, yRange] = [
    scale(all, false),
    scale(
      series.flatMap(({ values }) => values.filter((value) => value !== null)),
      false,
    ),
  ];
  const place = placeIn(yRange);
  const across = (value) => PLOT.left + ((value - xRange.from) / (xRange.to - xRange.from)) * (PLOT.right - PLOT.left);
  const dots = series.flatMap(({ values }, number) =>
    values.map((value, index) =>
      value === null
        ? ''
        : `<circle cx="${round(across(all[index]))}" cy="${round(place(value))}" r="4" fill="${COLOURS[number % COLOURS.length]}" fill-opacity="0.6"/>`,
    ),
  );
  return [
    ...axes(yRange, unit, place),
    ...dots,
    ...xRange.ticks.map((tick) => text(across(tick), PLOT.bottom + 20, short(tick), 'middle')),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 50, x, 'middle'),
  ];
}

function pie({ labels: all, series, unit }) {
  const [{ values }] = series;
  if (series.length > 1) throw new Error('a pie shows one column');
  if (values.some((value) => value === null || value < 0)) throw new Error('a pie has no negative or missing parts');
  if (all.length > 8)
    throw new Error(
      `${all.length} parts of a pie can't be told apart; take a bar chart, or put the small ones together`,
    );
  const whole = values.reduce((total, value) => total + value, 0);
  if (whole === 0) throw new Error('all parts are zero');
  const [cx, cy, r] = [300, 270, 180];
  let angle = -Math.PI / 2;
  return values.flatMap((value, index) => {
    const share = value / whole;
    const end = angle + share * 2 * Math.PI;
    const point = (at) => `${round(cx + r * Math.cos(at))} ${round(cy + r * Math.sin(at))}`;
    const shape =
      share > 0.9999
        ? `<circle cx="${cx}" cy="${cy}" r="${r}" fill="${COLOURS[index]}"/>`
        : `<path d="M${cx} ${cy}L${point(angle)}A${r} ${r} 0 ${share > 0.5 ? 1 : 0} 1 ${point(end)}Z" fill="${COLOURS[index]}" stroke="#fff"/>`;
    angle = end;
    const y = 130 + index * 34;
    return [
      shape,
      `<rect x="540" y="${y}" width="14" height="14" fill="${COLOURS[index]}"/>`,
      text(562, y + 12, `${all[index]}: ${short(value)}${unit} (${(share * 100).toFixed(1)} %)`),
    ];
  });
}
