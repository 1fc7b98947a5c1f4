import { isPlainObject } from '../../../common/plain-object';

/** Counts of tokens as numbers, also those that were written as texts; what counts nothing is left out. */
export function countsOf(usage: unknown): Record<string, unknown> {
  if (!isPlainObject(usage)) return {};
  return Object.fromEntries(
    Object.entries(usage).flatMap(([name, value]): [string, unknown][] => {
      if (isPlainObject(value)) return [[name, countsOf(value)]];
      const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof count === 'number' && Number.isFinite(count) ? [[name, count]] : [];
    }),
  );
}
