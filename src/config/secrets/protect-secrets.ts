import JSON5 from 'json5';
import { shortId } from '../../common/short-id';
import { isPlainObject, valueAt } from '../../common/plain-object';
import { REDACTED } from '../../common/redactor';
import type { ConfigPath } from '../config-path';
import { Json5Document } from '../json5-document';
import { unescaped } from '../references';
import { forEachSecret } from '../sensitive-paths';
import { referenceTo, secretNameOf, secretNamesIn } from './secret-reference';
import type { SecretStore } from './secret-store';

/**
 * Moves plain secrets of a configuration text into the store and leaves references in their place.
 * @param current the text before a change: what stood there in plain already stays, unless `everything`
 * @returns the new text and the paths that were moved
 */
export function protectSecrets(
  text: string,
  store: SecretStore,
  current: string | undefined,
  everything = false,
): { text: string; moved: { path: string; name: string; value: string }[] } {
  const parsed = parse(text);
  const before = everything || current === undefined ? undefined : parse(current);
  const document = new Json5Document(text);
  const moved: { path: string; name: string; value: string }[] = [];
  const taken = new Set(secretNamesIn(text));
  forEachSecret(parsed, (path, value) => {
    if (value === REDACTED || valueAt(before, path) === value) return;
    const name = freeName(path, taken);
    taken.add(name);
    // What comes from the store is not read for references any more.
    store.set(name, unescaped(value));
    document.set(path, referenceTo(name));
    moved.push({ path: path.join('.'), name, value });
  });
  return { text: moved.length > 0 ? document.toString() : text, moved };
}

/** Entries of a list change their places and keep their references: the name of this path may be in use elsewhere. */
function freeName(path: ConfigPath, taken: ReadonlySet<string>): string {
  const own = secretNameOf(path);
  let name = own;
  for (let count = 2; taken.has(name); count++) name = `${shortId(own, 190)}-${count}`;
  return name;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON5.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    // What is not valid JSON5 is reported by whoever validates the text.
    return undefined;
  }
}
