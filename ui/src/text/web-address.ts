const SHOWN = new Set(['http:', 'https:', 'mailto:']);

/** An address that may be followed; undefined for every other kind, such as scripts and files. */
export function webAddress(href: string): URL | undefined {
  try {
    const url = new URL(href);
    return SHOWN.has(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Where a link leads, said beside its words when these look like another address. */
export function realPlace(url: URL, words: string): string | undefined {
  if (url.protocol === 'mailto:') return undefined;
  const named = addressIn(words);
  return named !== undefined && named.host !== url.host ? url.host : undefined;
}

function addressIn(words: string): URL | undefined {
  const word = words.trim();
  if (/\s/.test(word) || !word.includes('.')) return undefined;
  try {
    return new URL(word.includes('://') ? word : `https://${word}`);
  } catch {
    return undefined;
  }
}
