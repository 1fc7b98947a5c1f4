/** What a template can name. */
export interface HookFacts {
  payload: unknown;
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  path: string;
  now: string;
}

const PLACE = /\{\{\s*([^{}]+?)\s*\}\}/g;
const ROOTS: ReadonlySet<string> = new Set(['payload', 'headers', 'query', 'path', 'now']);

/**
 * Fills `{{payload.a.b[0]}}`, `{{a.b}}` (of the payload), `{{headers.x}}`, `{{query.x}}`, `{{path}}` and `{{now}}`;
 * what is not there is left empty. Pure.
 */
export function renderTemplate(template: string, facts: HookFacts): string {
  return template.replace(PLACE, (_, expression: string) => {
    const [root = '', ...rest] = partsOf(expression);
    const isRoot = ROOTS.has(root) && !(rest.length === 0 && root === 'payload' && typeof facts.payload !== 'object');
    const value = isRoot
      ? valueAt(facts[root as keyof HookFacts], root === 'headers' ? rest.map((name) => name.toLowerCase()) : rest)
      : valueAt(facts.payload, [root, ...rest]);
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

const partsOf = (expression: string): string[] =>
  expression
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}
