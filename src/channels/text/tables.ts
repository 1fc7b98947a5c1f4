/** Whether a Markdown table begins in a line. */
export function isTableStart(lines: readonly string[], index: number): boolean {
  return (
    (lines[index] ?? '').includes('|') &&
    /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(lines[index + 1] ?? '') &&
    (lines[index + 1] ?? '').includes('|')
  );
}

/** Rows of a Markdown table in columns of equal width, for text of fixed width. */
export function alignTable(lines: readonly string[]): string {
  const rows = lines
    .filter((_, index) => index !== 1)
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => cell.trim()),
    );
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      widths
        .map((width, column) => (row[column] ?? '').padEnd(width))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Markdown with its tables as code blocks, for platforms that know none. */
export function tablesAsCode(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  let fence: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence === undefined) fence = mark;
    else if (line.trim().startsWith(fence)) fence = undefined;
    if (fence !== undefined || !isTableStart(lines, index)) {
      out.push(line);
      continue;
    }
    const table: string[] = [];
    for (; index < lines.length && (lines[index] ?? '').includes('|'); index++) table.push(lines[index] ?? '');
    index--;
    out.push('```', alignTable(table), '```');
  }
  return out.join('\n');
}
