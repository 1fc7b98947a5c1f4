/** Limits of text that file tools return; whichever is reached first. */
export const MAX_LINES = 2000;
export const MAX_BYTES = 50 * 1024;

export interface LimitedLines {
  lines: string[];
  truncated: boolean;
}

/** The first lines that fit. */
export function limitLines(lines: readonly string[], maxLines = MAX_LINES, maxBytes = MAX_BYTES): LimitedLines {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (kept.length >= maxLines || (bytes > maxBytes && kept.length > 0)) return { lines: kept, truncated: true };
    kept.push(line);
  }
  return { lines: kept, truncated: false };
}
