/** A line of a unified diff as it is shown. */
export interface DiffRow {
  /** out: goes. in: comes. same: stands around it. gap: lines are left out. file: what follows changes this file. */
  kind: 'out' | 'in' | 'same' | 'gap' | 'file';
  text: string;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const KINDS: Readonly<Record<string, DiffRow['kind']>> = { '-': 'out', '+': 'in', ' ': 'same' };

/** Rows of a unified diff. Of its heads the name is shown, where it changes more than one file. */
export function diffRows(diff: string): DiffRow[] {
  const rows: DiffRow[] = [];
  let [old, next] = [0, 0];
  let name = '';
  for (const line of diff.split('\n')) {
    const kind = KINDS[line.charAt(0)];
    // What is changed may itself begin like a line of a head: only the counts tell.
    if ((old > 0 || next > 0) && kind) {
      if (kind !== 'in') old--;
      if (kind !== 'out') next--;
      rows.push({ kind, text: line.slice(1) });
      continue;
    }
    const hunk = HUNK.exec(line);
    if (hunk) {
      if (name !== '') rows.push({ kind: 'file', text: name });
      else rows.push({ kind: 'gap', text: '' });
      name = '';
      [old, next] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
    } else if (line.startsWith('+++ ')) name = line.slice(4).split('\t')[0] ?? '';
  }
  return rows.filter(({ kind }) => kind === 'file').length > 1
    ? rows
    : rows.map((row) => (row.kind === 'file' ? { kind: 'gap', text: '' } : row));
}
