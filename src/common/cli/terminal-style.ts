/** What a text says beside its words, on terminals that have colours. */
export type Tint = 'title' | 'good' | 'bad' | 'warn' | 'faint' | 'slant' | 'code';

const CODES: Readonly<Record<Tint, [on: number, off: number]>> = {
  title: [1, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  faint: [2, 22],
  slant: [3, 23],
  code: [36, 39],
};

let hasColours = false;

/** Said once by the command line, which knows of NO_COLOR and its flag. */
export function allowColours(allowed: boolean): void {
  hasColours = allowed;
}

/** The text in a colour, where the stream is a terminal and nobody has asked for none. */
export function tinted(text: string, tint: Tint | undefined, stream: NodeJS.WriteStream = process.stdout): string {
  if (tint === undefined || text === '' || !hasColours || !stream.isTTY) return text;
  const [on, off] = CODES[tint];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** How good a state is, in the words that the gateway has for them. */
export function tintOfState(state: string): Tint | undefined {
  return STATES[state];
}

const STATES: Readonly<Record<string, Tint>> = {
  ...Object.fromEntries(
    'ok connected running answered sent ready sound active enabled allow loaded yes'
      .split(' ')
      .map((word) => [word, 'good'] as const),
  ),
  ...Object.fromEntries(
    'failed error disconnected unreachable refused broken missing deny expired crashed'
      .split(' ')
      .map((word) => [word, 'bad'] as const),
  ),
  ...Object.fromEntries(
    'reconnecting starting degraded waiting pending paused stale resting'
      .split(' ')
      .map((word) => [word, 'warn'] as const),
  ),
  ...Object.fromEntries('off disabled stopped skipped none no'.split(' ').map((word) => [word, 'faint'] as const)),
};
