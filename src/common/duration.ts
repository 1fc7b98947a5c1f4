const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** No duration is written in more. */
const MOST_LETTERS = 100;

/** Milliseconds of `30m`, `1h30m`, `45` (in the given unit); undefined for what is no duration. */
export function durationMs(text: string | undefined, unit: keyof typeof UNIT_MS): number | undefined {
  const folded = text?.trim().toLowerCase();
  if (!folded || folded.length > MOST_LETTERS) return undefined;
  if (/^\d+(\.\d+)?$/.test(folded)) return Number(folded) * UNIT_MS[unit];
  const parts = [...folded.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== folded) return undefined;
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * UNIT_MS[name as keyof typeof UNIT_MS], 0);
}
