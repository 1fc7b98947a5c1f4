import { OpenclawError } from '../openclaw-error';
import { isPlainObject } from '../plain-object';
import { readableText, visibleJson, visibleLines } from '../visible-text';

/** Forms of output for programs; `table` is the one for people. */
export const OUTPUT_FORMS = ['json', 'yaml', 'table'] as const;
export type OutputForm = (typeof OUTPUT_FORMS)[number];

/** Stands for every entry of a list, or every value of an object. */
const EACH = '*';

interface Wanted {
  form: OutputForm;
  /** Part of the value that is printed. */
  field?: { text: string; path: readonly (string | number)[] };
}

const wanted: Wanted = { form: 'table' };
let writeYaml: ((value: unknown, allQuoted: boolean) => string) | undefined;

/** A new command line begins: nothing is wanted yet. */
export function wantNothing(): void {
  wanted.form = 'table';
  delete wanted.field;
}

/** `-o json`. The writer of YAML is given where it is needed: it is loaded for that alone. */
export function wantForm(form: OutputForm): void {
  wanted.form = form;
}

export function wantField(text: string, path: readonly (string | number)[]): void {
  wanted.field = { text, path };
}

export const wantsYaml = (): boolean => wanted.form === 'yaml';

export function provideYaml(write: (value: unknown, allQuoted: boolean) => string): void {
  writeYaml = write;
}

/** Whether a program reads all that is printed, errors included. One part is for `$(…)`, where errors have no place. */
export const isStructured = (): boolean => wanted.form !== 'table';

/** A value as text: JSON, or as the flags say. @throws OpenclawError FIELD_NOT_THERE */
export function structuredText(value: unknown): string {
  const { field } = wanted;
  if (field === undefined) return wholeText(value);
  const found = pick(value, field.path);
  if (found === undefined) throw new OpenclawError('FIELD_NOT_THERE', notThere(value, field));
  const isList = field.path.includes(EACH) && Array.isArray(found) && found.every(isScalar);
  if (isList) return found.map((each) => readableText(String(each))).join('\n');
  return isScalar(found) ? readableText(String(found)) : wholeText(found);
}

/** The same without a part taken out of it, for errors. */
export function wholeText(value: unknown): string {
  if (wanted.form !== 'yaml' || !writeYaml) return visibleJson(JSON.stringify(value, null, 2));
  const plain = writeYaml(value, false).trimEnd();
  // Text between quotation marks takes the same escapes as JSON.
  return visibleLines(plain) === plain ? plain : visibleJson(writeYaml(value, true).trimEnd());
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

function pick(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (key === EACH && !Object.hasOwn(value, key))
    return Object.values(value)
      .map((each) => pick(each, rest))
      .filter((each) => each !== undefined);
  return Object.hasOwn(value, key) ? pick((value as Record<string | number, unknown>)[key], rest) : undefined;
}

/** Names what there is at the first step that leads nowhere. */
function notThere(value: unknown, { text, path }: NonNullable<Wanted['field']>): string {
  let at = 0;
  while (at < path.length && pick(value, path.slice(0, at + 1)) !== undefined) at++;
  const before = pick(value, path.slice(0, at));
  const known = isPlainObject(before)
    ? `; there are: ${Object.keys(before).join(', ') || 'none'}`
    : Array.isArray(before)
      ? `; the list has ${before.length} entries, from 0`
      : '';
  return `--field ${text}: the answer has no "${String(path[at])}" there${known}`;
}
