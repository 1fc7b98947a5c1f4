import { EXAMPLES } from './examples';

/** What the help of a command ends with: examples of it, and where the flags are that every command takes. */
export function helpAfter(path: string): string {
  const lines = (EXAMPLES[path] ?? []).map((example) => `  openclaw ${path}${example === '' ? '' : ` ${example}`}`);
  const examples = lines.length === 0 ? [] : [lines.length === 1 ? 'Example:' : 'Examples:', ...lines, ''];
  return ['', ...examples, 'Global flags, anywhere on the line: openclaw --help'].join('\n');
}
