import { type PlainObject, isPlainObject } from '../common/plain-object';
import type { ConfigEdit } from './apply-edits';
import type { ConfigPath } from './config-path';

/** RFC 7396 as edits of single paths, so that comments and order of the rest survive: null deletes, arrays are replaced. */
export function mergePatch(current: unknown, patch: PlainObject, at: ConfigPath = []): ConfigEdit[] {
  const edits: ConfigEdit[] = [];
  for (const [key, value] of Object.entries(patch)) {
    const path = [...at, key];
    const known = isPlainObject(current) ? current[key] : undefined;
    if (value === null) edits.push({ path, unset: true });
    else if (isPlainObject(value) && isPlainObject(known)) edits.push(...mergePatch(known, value, path));
    else edits.push({ path, value: isPlainObject(value) ? withoutNulls(value) : value });
  }
  return edits;
}

function withoutNulls(object: PlainObject): PlainObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isPlainObject(value) ? withoutNulls(value) : value]),
  );
}
