import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** First cells of the table below a heading of a page of the documentation, without their code marks. */
export function documentedKinds(page: string, heading: string): string[] {
  const lines = readFileSync(resolve(__dirname, '../../docs', page), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (start < 0) throw new Error(`${page} has no heading "${heading}"`);
  const rows: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.startsWith('#')) break;
    if (!line.startsWith('|')) continue;
    const [, cell = ''] = line.replaceAll('\\|', '¦').split('|');
    rows.push(...cell.split(',').map((kind) => kind.trim().replaceAll('`', '').replaceAll('¦', '|')));
  }
  // The head and the line below it.
  return rows.slice(2).sort();
}
