// Rows of docs/benchmarks.md.

export const tableLine = ({ figure, value, yardstick = '', limit, ok }) =>
  `| ${figure} | ${value} | ${yardstick} | ${limit} | ${ok ? '✓' : '✗'} |`;

/** The page with these rows in place of those of the same figures, or at the end of its table. */
export function withRows(page, rows) {
  const figureOf = (line) => /^\| (.*?) \|/.exec(line)?.[1];
  const lines = page.split('\n').filter((line) => !rows.some(({ figure }) => figureOf(line) === figure));
  const last = lines.findLastIndex((line) => line.startsWith('| '));
  return [...lines.slice(0, last + 1), ...rows.map(tableLine), ...lines.slice(last + 1)].join('\n');
}
