import { isPlainObject } from '../../common/plain-object';
import { redactConfig } from '../../config/sensitive-paths';

/**
 * What the assistant may change without a question: how things look and how fast they come. Nothing here says who may
 * do what, what runs, where anything is sent, read or kept, or which words a model is given.
 */
const HARMLESS = new Set([
  'ui.seamColor',
  'ui.assistant.name',
  'logging.consoleStyle',
  'agents.defaults.userTimezone',
  'agents.defaults.timeFormat',
  'agents.defaults.envelopeTimezone',
  'agents.defaults.envelopeTimestamp',
  'agents.defaults.envelopeElapsed',
  'agents.defaults.thinkingDefault',
  'agents.defaults.verboseDefault',
  'agents.defaults.typingMode',
  'agents.defaults.typingIntervalSeconds',
  'agents.defaults.blockStreamingDefault',
  'agents.defaults.blockStreamingBreak',
  'agents.defaults.humanDelay.mode',
  'agents.defaults.humanDelay.minMs',
  'agents.defaults.humanDelay.maxMs',
]);
/** A text that can't be a reference, an address, a path upwards or a sentence. */
const PLAIN = /^[\p{L}\p{N} _:+/#-]{0,64}$/u;

export interface ConfigChange {
  path: string[];
  /** Undefined: it is not there. */
  from: unknown;
  to: unknown;
}

/** Single values that differ; lists are compared as a whole. */
export function changesBetween(from: unknown, to: unknown, path: string[] = []): ConfigChange[] {
  const isBranch = (value: unknown): boolean => isPlainObject(value) && Object.keys(value).length > 0;
  if (isBranch(from) || isBranch(to)) {
    const before = isPlainObject(from) ? from : {};
    const after = isPlainObject(to) ? to : {};
    const own = (object: Record<string, unknown>, key: string): unknown =>
      Object.hasOwn(object, key) ? object[key] : undefined;
    const inside = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesBetween(own(before, key), own(after, key), [...path, key]),
    );
    // A value that gives way to a branch, or the other way round, is a change of its own.
    const isTurned = (from !== undefined && !isPlainObject(from)) || (to !== undefined && !isPlainObject(to));
    return isTurned ? [{ path, from, to }, ...inside] : inside;
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

/** Whether a change may be made unasked: a known key, and a plain value or none. */
export function isHarmless({ path, to }: ConfigChange): boolean {
  if (!HARMLESS.has(path.join('.')) || path.some((key) => key.includes('.'))) return false;
  return (
    to === undefined || typeof to === 'number' || typeof to === 'boolean' || (typeof to === 'string' && PLAIN.test(to))
  );
}

/** RFC 7396 on plain values: what the file would say. */
export function mergedWith(current: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const base = isPlainObject(current) ? current : {};
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergedWith(Object.hasOwn(base, key) ? base[key] : undefined, value));
  }
  return Object.fromEntries(merged);
}

export const pathText = (path: readonly string[]): string =>
  path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.') || '(everything)';

/** Every change as a line for what goes and a line for what comes, without secrets. */
export function changesAsDiff(from: unknown, to: unknown, secrets: readonly string[]): string {
  const shown = (path: readonly string[], value: unknown): unknown =>
    // The path decides what is a secret, so the value is looked at in its place.
    path.reduce<unknown>(
      (inside, key) => (isPlainObject(inside) ? inside[key] : undefined),
      redactConfig(
        path.reduceRight<unknown>((inside, key) => ({ [key]: inside }), value),
        secrets,
      ),
    );
  return changesBetween(from, to)
    .flatMap(({ path, from: before, to: after }) => {
      const [old, now] = [before, after].map((value) => JSON.stringify(shown(path, value), null, 1));
      const name = pathText(path);
      if (old === now) return [`- ${name}: ${old}`, `+ ${name}: another secret`];
      return [...(old === undefined ? [] : [`- ${name}: ${old}`]), ...(now === undefined ? [] : [`+ ${name}: ${now}`])];
    })
    .join('\n');
}
