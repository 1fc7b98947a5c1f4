import { cutText } from '../../../common/cut-text';
import { isPlainObject } from '../../../common/plain-object';

const MOST_OUTPUT_CHARS = 4000;

/** Cells of a Jupyter notebook with what they put out; undefined where a text is none. */
export function notebookText(json: string): string | undefined {
  if (!/^\s*\{/.test(json) || !json.includes('"nbformat"')) return undefined;
  let notebook: unknown;
  try {
    notebook = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isPlainObject(notebook) || typeof notebook['nbformat'] !== 'number' || !Array.isArray(notebook['cells']))
    return undefined;
  return notebook['cells']
    .map((cell: unknown, index) => cellText(isPlainObject(cell) ? cell : {}, index + 1))
    .join('\n\n');
}

function cellText(cell: Record<string, unknown>, number: number): string {
  const { cell_type: type, execution_count: count, outputs } = cell;
  const ran = typeof count === 'number' ? `, run ${count}` : '';
  const head = `[cell ${number}, ${typeof type === 'string' ? type : 'unknown'}${ran}]`;
  const shown = (Array.isArray(outputs) ? outputs : []).map((each: unknown) =>
    outputText(isPlainObject(each) ? each : {}),
  );
  return [head, linesOf(cell['source']), ...shown].filter((part) => part !== '').join('\n');
}

function outputText(output: Record<string, unknown>): string {
  if (output['output_type'] === 'error')
    return `[error] ${String(output['ename'] ?? '')}: ${String(output['evalue'] ?? '')}`;
  const data = isPlainObject(output['data']) ? output['data'] : {};
  const text = linesOf(output['text'] ?? data['text/plain'] ?? data['text/markdown']).trimEnd();
  const pictures = Object.keys(data).filter((type) => type.startsWith('image/'));
  const shown = cutText(text, MOST_OUTPUT_CHARS, { mark: '\n[the rest of the output is left out]' });
  return [
    ...(shown === '' ? [] : [`[output]\n${shown}`]),
    ...pictures.map((type) => `[output: a picture, ${type}]`),
  ].join('\n');
}

/** Notebooks keep a text as one, or as its lines. */
const linesOf = (source: unknown): string =>
  typeof source === 'string'
    ? source
    : Array.isArray(source)
      ? source.filter((line) => typeof line === 'string').join('')
      : '';
