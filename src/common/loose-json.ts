import { type PlainObject, isPlainObject } from './plain-object';

/** Reading of JSON whose sender may leave out or change anything: what is not there, or of another kind, is empty. */

export const objectOf = (value: unknown): PlainObject => (isPlainObject(value) ? value : {});

export const objectsOf = (value: unknown): PlainObject[] => (Array.isArray(value) ? value.filter(isPlainObject) : []);

/** A text, or a number as one; '' otherwise. */
export const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Lines that have something in them, one below the other. */
export const linesOf = (...lines: readonly (string | undefined)[]): string =>
  lines.filter((line) => line !== undefined && line.trim() !== '').join('\n');

const MOST_LEAVES = 200;

/** Every text below the given keys, in order, for a thing whose kind nobody here knows. */
export function textsWithin(value: unknown, keys: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const visit = (each: unknown): void => {
    if (found.length >= MOST_LEAVES) return;
    if (Array.isArray(each)) each.forEach(visit);
    else if (isPlainObject(each))
      for (const [key, inner] of Object.entries(each)) {
        if (typeof inner !== 'string') visit(inner);
        else if (keys.has(key) && inner.trim() !== '') found.push(inner);
      }
  };
  visit(value);
  return found;
}
