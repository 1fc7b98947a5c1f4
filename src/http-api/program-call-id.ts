const HEAD = 'call';
/** Before which digits of a UUID a dash stands. */
const DASHES: ReadonlySet<number> = new Set([8, 12, 16, 20]);

/** Name of a call for the program that runs it: it says which run asked for it, so that the answer finds its way back. */
export const programCallId = (runId: string, index: number): string =>
  [HEAD, runId.replaceAll('-', ''), index].join('_');

/** The run and the place in it that a name leads to; undefined for names that others have given. */
export function callNamed(id: string): { runId: string; index: number } | undefined {
  const [, digits = '', place] = id.split('_');
  const runId = [...digits].map((digit, at) => (DASHES.has(at) ? `-${digit}` : digit)).join('');
  const index = Number(place);
  return Number.isSafeInteger(index) && programCallId(runId, index) === id ? { runId, index } : undefined;
}
