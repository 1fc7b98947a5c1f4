import { isDeepStrictEqual } from 'node:util';
import { isPlainObject, valueAt } from '../common/plain-object';
import { REDACTED } from '../common/redactor';
import { restoreComments } from './config-comments';
import { ConfigError } from './config-error';
import { type ConfigPath, formatConfigPath } from './config-path';
import type { Environment } from './environment';
import { Json5Document } from './json5-document';
import { interpretConfig } from './load-config';
import { redactConfig } from './sensitive-paths';

/** Keys that tell which entry of a list an object is, whatever else of it was changed. */
const NAMING_KEYS = ['id', 'name', 'url'] as const;

/**
 * A configuration text in which each redaction mark is the stored value again that it stands for: the one at the same
 * path, and in lists the one of the same entry, wherever that stands by now.
 * @throws ConfigError CONFIG_REDACTED where nothing is stored, or where it can't be told which entry is meant
 */
export function restoreRedacted(text: string, current: string | undefined, path: string, env: Environment): string {
  if (!text.includes(REDACTED)) return text;
  const whole = restoreComments(text, current ?? '');
  const { parsed: stored, secrets } = interpretConfig(path, current, env);
  const document = new Json5Document(whole);
  const walk = (value: unknown, original: unknown, at: ConfigPath): void => {
    if (value === REDACTED) {
      if (typeof original !== 'string') throw refusal(at, 'is the redaction mark, but nothing is stored there');
      document.set(at, original);
    } else if (Array.isArray(value)) {
      const before = Array.isArray(original) ? (original as unknown[]) : [];
      const shown = before.map((entry, index) => redactConfig(entry, secrets, [...at, index]));
      value.forEach((entry: unknown, index) => {
        if (!holdsMark(entry)) return;
        const from = counterpartOf(index, value, before, shown);
        if (from === undefined && before.length > 0) {
          throw refusal([...at, index], 'holds the redaction mark, and which stored entry it is can not be told');
        }
        walk(entry, from === undefined ? undefined : before[from], [...at, index]);
      });
    } else if (isPlainObject(value)) {
      for (const [key, entry] of Object.entries(value)) walk(entry, valueAt(original, [key]), [...at, key]);
    }
  };
  walk(interpretConfig(path, whole, env).parsed, stored, []);
  return document.toString();
}

/**
 * Which stored entry one of a sent list is.
 * @param shown the stored entries as they are shown
 */
function counterpartOf(
  index: number,
  sent: readonly unknown[],
  stored: readonly unknown[],
  shown: readonly unknown[],
): number | undefined {
  const entry = sent[index];
  const isUntouched = (at: number): boolean =>
    isDeepStrictEqual(sent[at], shown[at]) || isDeepStrictEqual(sent[at], stored[at]);
  const isSameLength = sent.length === stored.length;
  // Marks alone say nothing of themselves but where they stand.
  if (isSameLength && (entry === REDACTED || sent.every((_, at) => isUntouched(at)))) return index;

  const sentAlike = placesOf(sent, (each) => isDeepStrictEqual(each, entry));
  const storedAlike = placesOf(shown, (each) => isDeepStrictEqual(each, entry));
  if (storedAlike.length > 0) {
    if (storedAlike.length === sentAlike.length) return storedAlike[sentAlike.indexOf(index)];
    const [first = 0] = storedAlike;
    return storedAlike.every((at) => isDeepStrictEqual(stored[at], stored[first])) ? first : undefined;
  }

  for (const key of NAMING_KEYS) {
    const name = valueAt(entry, [key]);
    if (typeof name !== 'string' || name === REDACTED) continue;
    const isCalledSo = (each: unknown): boolean => valueAt(each, [key]) === name;
    const [from, ...others] = placesOf(stored, isCalledSo);
    if (from !== undefined && others.length === 0 && placesOf(sent, isCalledSo).length === 1) return from;
  }
  // All the others are where they were: this one was changed in its place.
  return isSameLength && sent.every((_, at) => at === index || isUntouched(at)) ? index : undefined;
}

const placesOf = (list: readonly unknown[], fits: (entry: unknown) => boolean): number[] =>
  list.flatMap((entry, at) => (fits(entry) ? [at] : []));

function holdsMark(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsMark);
  return isPlainObject(value) ? Object.values(value).some(holdsMark) : value === REDACTED;
}

const refusal = (at: ConfigPath, why: string): ConfigError =>
  new ConfigError('CONFIG_REDACTED', `${formatConfigPath(at)} ${why}; send the real value`);
