#!/usr/bin/env node
// Figures from a table. usage: analyse.mjs FILE [--group COLUMN] [--value COLUMN] [--by sum|mean|count|min|max] [--month COLUMN] [--where COLUMN=VALUE] [--correlate A,B]
import { columnIndex, optionsOf, readTable, run, short } from './table.mjs';

run((args) => {
  const { options, words } = optionsOf(args, ['group', 'value', 'by', 'month', 'where', 'correlate']);
  if (words.length !== 1)
    throw new Error(
      'usage: analyse.mjs FILE [--group COLUMN | --month COLUMN] [--value COLUMN] [--by sum|mean|count|min|max] [--where COLUMN=VALUE] [--correlate A,B]',
    );
  const table = readTable(words[0]);
  if (options.where !== undefined) {
    const [, column, value] = /^(.*?)=(.*)$/.exec(options.where) ?? [];
    if (column === undefined) throw new Error('--where has the form COLUMN=VALUE');
    const index = columnIndex(table, column);
    table.rows = table.rows.filter((row) => String(row[index]) === value);
  }
  if (options.correlate !== undefined) correlate(table, options.correlate.split(','));
  else if (options.group !== undefined || options.month !== undefined) group(table, options);
  else describe(table);
});

const numbersOf = (rows, index) => rows.map((row) => row[index]).filter((value) => typeof value === 'number');
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;

function quantile(sorted, share) {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

/** Each column: how full it is, and its figures or its most frequent values. */
function describe({ columns, rows }) {
  console.log(`${rows.length} rows, ${columns.length} columns`);
  columns.forEach((column, index) => {
    const filled = rows.map((row) => row[index]).filter((value) => value !== '');
    const numbers = numbersOf(rows, index).sort((a, b) => a - b);
    const empty = rows.length - filled.length;
    const head = `${column}: ${empty > 0 ? `${empty} empty, ` : ''}`;
    if (numbers.length > 0 && numbers.length === filled.length) {
      const average = mean(numbers);
      const spread =
        numbers.length > 1 ? Math.sqrt(sum(numbers.map((value) => (value - average) ** 2)) / (numbers.length - 1)) : 0;
      const figures = {
        sum: sum(numbers),
        mean: average,
        sd: spread,
        min: numbers[0],
        q1: quantile(numbers, 0.25),
        median: quantile(numbers, 0.5),
        q3: quantile(numbers, 0.75),
        max: numbers.at(-1),
      };
      console.log(
        head +
          Object.entries(figures)
            .map(([name, value]) => `${name} ${short(value)}`)
            .join(', '),
      );
    } else {
      const counts = new Map();
      for (const value of filled) counts.set(value, (counts.get(value) ?? 0) + 1);
      const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
      const mixed = numbers.length > 0 ? `${numbers.length} numbers among ${filled.length} values, ` : '';
      console.log(
        `${head}${mixed}${counts.size} different, most often ${top.map(([value, count]) => `${value} (${count})`).join(', ')}`,
      );
    }
  });
}

/** As CSV, the largest first; months in their order. */
function group(table, { group: byColumn, month, value, by = value === undefined ? 'count' : 'sum' }) {
  const ways = {
    sum,
    mean,
    count: (values) => values.length,
    min: (values) => Math.min(...values),
    max: (values) => Math.max(...values),
  };
  if (!Object.hasOwn(ways, by)) throw new Error(`--by ${by}: one of ${Object.keys(ways).join(', ')}`);
  if (value === undefined && by !== 'count') throw new Error(`--by ${by} needs --value COLUMN`);
  const keyIndex = columnIndex(table, month ?? byColumn);
  const valueIndex = value === undefined ? undefined : columnIndex(table, value);
  const groups = new Map();
  let left = 0;
  for (const row of table.rows) {
    const key = month === undefined ? String(row[keyIndex]) : /^(\d{4}-\d\d)/.exec(String(row[keyIndex]))?.[1];
    const number = valueIndex === undefined ? 1 : row[valueIndex];
    if (key === undefined || typeof number !== 'number') left++;
    else groups.set(key, [...(groups.get(key) ?? []), number]);
  }
  const rows = [...groups].map(([key, values]) => [key, ways[by](values)]);
  rows.sort(month === undefined ? (a, b) => b[1] - a[1] : (a, b) => (a[0] < b[0] ? -1 : 1));
  console.log([month ?? byColumn, value === undefined ? 'count' : `${by} of ${value}`].map(field).join(','));
  for (const [key, number] of rows) console.log(`${field(key)},${short(number)}`);
  if (left > 0)
    console.error(
      `${left} rows left out: ${month === undefined ? `no number in ${value}` : `no date (YYYY-MM-…) in ${month}, or no number`}`,
    );
}

const field = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function correlate(table, names) {
  if (names.length !== 2) throw new Error('--correlate takes two columns: A,B');
  const [a, b] = names.map((name) => columnIndex(table, name.trim()));
  const pairs = table.rows
    .map((row) => [row[a], row[b]])
    .filter((pair) => pair.every((value) => typeof value === 'number'));
  if (pairs.length < 3) throw new Error(`only ${pairs.length} rows have numbers in both`);
  const [meanA, meanB] = [0, 1].map((side) => mean(pairs.map((pair) => pair[side])));
  const [varA, varB] = [0, 1].map((side) => sum(pairs.map((pair) => (pair[side] - [meanA, meanB][side]) ** 2)));
  if (varA === 0 || varB === 0) throw new Error('one of them never changes');
  const r = sum(pairs.map(([x, y]) => (x - meanA) * (y - meanB))) / Math.sqrt(varA * varB);
  console.log(`r = ${short(Number(r.toFixed(4)))} over ${pairs.length} rows`);
}
