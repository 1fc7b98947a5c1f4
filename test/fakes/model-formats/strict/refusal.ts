/** What a strict server answers instead of a request's answer: status and body in the provider's own shape. */
export interface Refusal {
  status: number;
  body: unknown;
}

export type Body = Record<string, unknown>;

/** Looks at a request as a provider does; undefined: it is taken. */
export type StrictProvider = (body: Body) => Refusal | undefined;

/** Checks that throw what is wrong, in the provider's words. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export function refuse(condition: boolean, message: string): void {
  if (condition) throw new Refused(message);
}

/** A provider whose checks throw, and whose errors have this shape. */
export const strict =
  (check: (body: Body) => void, shape: (message: string) => unknown): StrictProvider =>
  (body) => {
    try {
      check(body);
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: error.status, body: shape(error.message) };
    }
  };

/** No parser of JSON takes half a surrogate pair. */
export function refuseHalfPairs(value: unknown): void {
  if (typeof value === 'string') {
    refuse(
      !(value as unknown as { isWellFormed(): boolean }).isWellFormed(),
      'no low surrogate in string: line 1 column 1',
    );
  } else if (Array.isArray(value)) value.forEach(refuseHalfPairs);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseHalfPairs(key);
      refuseHalfPairs(entry);
    }
  }
}

export const isRecord = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const recordsOf = (value: unknown): Body[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** What base64 says it is, and what it is: PNG, JPEG, GIF or WEBP by its first bytes. */
export function refusePicture(
  data: string,
  mediaType: string,
  formats: readonly string[],
  mostBase64: number,
  what = 'image',
): void {
  refuse(!formats.includes(mediaType), `${what}: unsupported media type ${mediaType}`);
  refuse(data.length > mostBase64, `${what} exceeds ${mostBase64} bytes: ${data.length} bytes`);
  const head = Buffer.from(data.slice(0, 32), 'base64').toString('latin1');
  const actual = head.startsWith('\x89PNG')
    ? 'image/png'
    : head.startsWith('\xff\xd8\xff')
      ? 'image/jpeg'
      : head.startsWith('GIF8')
        ? 'image/gif'
        : head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP'
          ? 'image/webp'
          : undefined;
  refuse(actual === undefined, `${what}: Could not process image`);
  refuse(
    actual !== mediaType,
    `${what}: the image was specified using ${mediaType}, but appears to be ${String(actual)}`,
  );
}

/** Every call is answered at once, each by one result, and nothing is answered that was not called. */
export function refuseUnpaired(steps: readonly { calls: string[]; results: string[] }[]): void {
  let open: string[] | undefined;
  for (const { calls, results } of steps) {
    if (results.length > 0) {
      refuse(open === undefined, `a result without a call: ${results.join()}`);
      refuse(
        [...results].sort().join() !== [...(open ?? [])].sort().join(),
        `results ${results.join()} for calls ${String(open)}`,
      );
      open = undefined;
    } else refuse(open !== undefined, `calls without results: ${String(open)}`);
    refuse(new Set(calls).size !== calls.length, `a call twice: ${calls.join()}`);
    if (calls.length > 0) open = calls;
  }
  refuse(open !== undefined, `calls without results at the end: ${String(open)}`);
}

/** The signature that a fake's model gives its thoughts; no other model takes it. */
export const signatureOf = (model: string): string => `signature-of-${model}`;
