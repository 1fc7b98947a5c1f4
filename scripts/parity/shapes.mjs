// Compares the shapes of two answers: keys and JSON types, not values.

/** Keys that name one thing among many: they count as one. */
const NAMES_ONE = /^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{16,}$|^agent:|^\d{4}-\d\d-\d\d|^\d{6,}$|[/\\@]/i;
const DEEPEST = 10;

const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);

/** Every path in a value with its types; entries of lists count as one. */
export function shapeOf(value) {
  const paths = new Map();
  const walk = (at, path, depth) => {
    const known = paths.get(path) ?? new Set();
    paths.set(path, known.add(typeOf(at)));
    if (depth > DEEPEST) return;
    if (Array.isArray(at)) for (const entry of at) walk(entry, `${path}[]`, depth + 1);
    else if (typeOf(at) === 'object')
      for (const [key, entry] of Object.entries(at))
        walk(entry, `${path}${path === '' ? '' : '.'}${NAMES_ONE.test(key) ? '*' : key}`, depth + 1);
  };
  walk(value, '', 0);
  return paths;
}

/** What of the wanted shape the other lacks, and where its types are others; below what is lacking nothing is told. */
export function differences(wanted, found) {
  const [a, b] = [shapeOf(wanted), shapeOf(found)];
  const missing = [];
  const types = [];
  for (const [path, kinds] of a) {
    if (missing.some((lost) => path.startsWith(`${lost}.`) || path.startsWith(`${lost}[]`))) continue;
    const parent = path.slice(0, Math.max(path.lastIndexOf('.'), path.endsWith('[]') ? path.length - 2 : -1, 0));
    const others = b.get(path);
    // An empty list says nothing of its entries.
    if (!others && parent !== '' && !b.has(parent)) continue;
    if (!others && path.endsWith('[]')) continue;
    if (!others) missing.push(path);
    else if (isOther(kinds, others)) types.push(`${path} (${[...others].join(' or ')} for ${[...kinds].join(' or ')})`);
  }
  return { missing, types };
}

function isOther(kinds, others) {
  const real = (set) => [...set].filter((kind) => kind !== 'null');
  return real(kinds).length > 0 && real(others).length > 0 && !real(kinds).some((kind) => others.has(kind));
}

const isUnknown = ({ error }) => /^unknown method/.test(error?.message ?? '');

/** What to say of two answers to the same call. */
export function verdictOf(real, ours) {
  if (isUnknown(real)) return { verdict: isUnknown(ours) ? 'unknown to both' : 'only here' };
  if (isUnknown(ours)) return { verdict: 'missing' };
  if (real.error && ours.error)
    return real.error.code === ours.error.code
      ? { verdict: 'same' }
      : { verdict: 'other error', what: `${ours.error.code} for ${real.error.code}` };
  if (real.error) return { verdict: 'accepted', what: `there ${real.error.code}` };
  if (ours.error) return { verdict: 'refused', what: ours.error.message };
  const { missing, types } = differences(real.payload, ours.payload);
  if (missing.length + types.length === 0) return { verdict: 'same' };
  return { verdict: 'fields', what: [...missing, ...types].map((path) => `\`${path}\``).join(' ') };
}
