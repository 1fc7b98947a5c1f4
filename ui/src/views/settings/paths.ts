export type Path = readonly (string | number)[];
export type Values = Record<string, unknown>;

export interface Edit {
  path: Path;
  /** Undefined: the key goes. */
  value: unknown;
}

export type Edits = ReadonlyMap<string, Edit>;

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As the gateway writes paths: `agents.list[0].id`, `models.providers["a.b"].baseUrl`. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number' || /^\d+$/.test(key)) text += `[${key}]`;
    else if (/^[^.[\]"']+$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = (value as unknown[])[Number(key)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** Where a value comes from, and what it is. */
export interface Origin {
  origin: string;
  value: unknown;
}

/** By path, as the gateway writes it. */
export type Origins = ReadonlyMap<string, Origin>;

/** Where the value at a path comes from; the gateway names a list as a whole, and not what stands in its entries. */
export function originOf(origins: Origins, path: Path): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = origins.get(pathText(path.slice(0, length)));
    if (!found) continue;
    const value = valueAt(found.value, path.slice(length));
    return value === undefined ? undefined : { origin: found.origin, value };
  }
  return undefined;
}

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A copy with these changes. Objects and lists that are missing on the way are made. */
export function withEdits(root: Values, edits: Edits): Values {
  let result: Values = root;
  for (const { path, value } of edits.values()) result = changed(result, path, value) as Values;
  return result;
}

/**
 * The changes with one more; what stands in the file already is none. An entry that goes out of a list moves those
 * behind it, so that the list as a whole is what changes, with what was changed in it.
 */
export function withEdit(root: Values, edits: Edits, path: Path, value: unknown): Edits {
  const next = new Map<string, Edit>(edits);
  if (value === undefined && typeof path.at(-1) === 'number') {
    const list = path.slice(0, -1);
    const left = valueAt(changed(withEdits(root, edits), path, undefined), list);
    for (const [at, edit] of edits) if (list.every((key, index) => edit.path[index] === key)) next.delete(at);
    const isNone = valueAt(root, list) === undefined && Array.isArray(left) && left.length === 0;
    return withEdit(root, next, list, isNone ? undefined : left);
  }
  const at = pathText(path);
  next.delete(at);
  if (!isSame(valueAt(withEdits(root, next), path), value)) next.set(at, { path, value });
  return next;
}

function changed(node: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(node) ? ([...node] as unknown[]) : [];
    const next = changed(list[key], rest, value);
    if (next === undefined) list.splice(key, 1);
    else list[key] = next;
    return list;
  }
  const copy: Values = isObject(node) ? { ...node } : {};
  const next = changed(copy[key], rest, value);
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}

/** What has to be merged into one to have the other (RFC 7396): null removes, a list replaces. */
export function patchBetween(before: Values, after: Values): Values {
  const patch: Values = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[key], after[key]];
    if (isSame(old, next)) continue;
    if (next === undefined) patch[key] = null;
    else patch[key] = isObject(next) ? patchBetween(isObject(old) ? old : {}, next) : next;
  }
  return patch;
}

/** Paths of the lists in a patch, as `config.patch` wants them named where entries go. */
export function listsIn(patch: Values, path: readonly string[] = []): string[] {
  return Object.entries(patch).flatMap(([key, value]) =>
    Array.isArray(value) ? [[...path, key].join('.')] : isObject(value) ? listsIn(value, [...path, key]) : [],
  );
}
