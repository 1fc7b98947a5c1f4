import { type Known, idByPrefix } from '../../common/cli/id-by-prefix';

/**
 * Key of the conversation that is meant by its beginning, with or without the agent in front, or by its name. What fits
 * nothing stays as it is.
 * @throws UsageError naming all that fit
 */
export function sessionByPrefix(typed: string, rows: readonly { key: string; label?: string | null }[]): string {
  const known = (idOf: (key: string) => string): Known[] =>
    rows.map(({ key, label }) => ({ id: idOf(key), ...(label ? { name: label } : {}) }));
  if (typed.startsWith('agent:')) return idByPrefix(typed, known(String), 'conversation');
  const rest = (key: string): string => /^agent:[^:]+:(.+)$/.exec(key)?.[1] ?? key;
  const found = idByPrefix(typed, known(rest), 'conversation');
  return rows.find(({ key }) => rest(key) === found)?.key ?? typed;
}
