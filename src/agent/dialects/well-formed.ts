/** `String.prototype.toWellFormed` is of ES2024; every Node that we run on has it. */
interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** A text without halves of surrogate pairs, which no provider reads; U+FFFD stands for each. */
export const wellFormed = (text: string): string =>
  (text as unknown as WellFormed).isWellFormed() ? text : (text as unknown as WellFormed).toWellFormed();

/**
 * The same value with every text in it well-formed, names of properties included. What needs no change is not copied:
 * a request may hold megabytes of pictures.
 */
export function deepWellFormed<T>(value: T): T {
  if (typeof value === 'string') return wellFormed(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined;
    for (const [index, entry] of (value as unknown[]).entries()) {
      const fitted = deepWellFormed(entry);
      if (fitted !== entry) (changed ??= [...(value as unknown[])])[index] = fitted;
    }
    return (changed ?? value) as T;
  }
  if (value instanceof Uint8Array || value instanceof URL) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => {
    const fitted: [string, unknown] = [wellFormed(key), deepWellFormed(entry as unknown)];
    changed ||= fitted[0] !== key || fitted[1] !== entry;
    return fitted;
  });
  return changed ? (Object.fromEntries(entries) as T) : value;
}
