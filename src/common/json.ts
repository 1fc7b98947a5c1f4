/** Deepest nesting accepted in untrusted JSON. Ordinary messages stay below 20. */
export const MAX_JSON_DEPTH = 128;

/** Thrown when text is JSON but nested deeper than {@link MAX_JSON_DEPTH}. */
export class JsonTooDeepError extends Error {}

/**
 * Parses JSON of an untrusted peer: depth-limited, own `__proto__` keys dropped.
 * @throws SyntaxError when the text is not JSON, JsonTooDeepError when it is nested too deeply.
 */
export function parseUntrustedJson(text: string): unknown {
  if (text.length > MAX_JSON_DEPTH * 2 && deeperThan(text, MAX_JSON_DEPTH)) throw new JsonTooDeepError();
  if (!text.includes('__proto__') && !text.includes('\\u')) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
}

/** What a text says as JSON; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}
