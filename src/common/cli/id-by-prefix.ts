import { UsageError } from './cli-error';

export interface Known {
  id: string;
  /** What people call it. */
  name?: string;
}

/**
 * The id that somebody means by its beginning, or by a name that only one has. What fits nothing stays as it is: whoever is
 * asked for it says so.
 * @param what such as "job", for the refusal
 * @throws UsageError naming all that fit
 */
export function idByPrefix(typed: string, known: readonly Known[], what: string): string {
  if (typed === '' || known.some(({ id }) => id === typed)) return typed;
  const named = known.filter(({ name }) => name === typed);
  const found = named.length > 0 ? named : known.filter(({ id }) => id.startsWith(typed));
  const [only, ...others] = found;
  if (only === undefined) return typed;
  if (others.length === 0) return only.id;
  const names = found.map(({ id, name }) => (name === undefined ? id : `${id} (${name})`));
  throw new UsageError(`"${typed}" may be any of these: ${names.join(', ')}; write more of the id of one ${what}`);
}
