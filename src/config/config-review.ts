import JSON5 from 'json5';
import { valueAt } from '../common/plain-object';
import { unifiedDiff } from '../common/unified-diff';
import type { ReloadKind } from '../common/validation/field-registry';
import type { ConfigHistory, ConfigHistoryEntry } from './config-history';
import type { ConfigSnapshot } from './config-snapshot';
import { reloadPlan } from './reload-plan';
import { redactConfig, redactRawConfig } from './sensitive-paths';

/** One value that a change of the file brings, without secrets. */
export interface ReviewedChange {
  path: string;
  /** What the file says now and would say; null where it says nothing. */
  before: unknown;
  after: unknown;
  /** What it takes: nothing, taking over at once, or a restart. */
  effect: ReloadKind;
}

/**
 * What differs between two readings of the file, each with what it takes. Both must be valid.
 * @param started what the gateway began with: a channel that it did not know then is there after a restart
 */
export function changesBetween(
  now: ConfigSnapshot,
  next: ConfigSnapshot,
  started: ConfigSnapshot = now,
): ReviewedChange[] {
  const secrets = [...now.secrets, ...next.secrets];
  const { channels } = started.config;
  return reloadPlan(now.resolved, next.resolved, (id) => channels?.[id as keyof typeof channels] !== undefined).map(
    ({ path, keys, kind }) => ({
      path,
      before: redactConfig(valueAt(now.parsed, keys), secrets, [...keys]) ?? null,
      after: redactConfig(valueAt(next.parsed, keys), secrets, [...keys]) ?? null,
      effect: kind,
    }),
  );
}

/** Two readings of the file as a unified diff without secrets and comments. */
export function diffOfReadings(now: ConfigSnapshot, next: ConfigSnapshot): string {
  const secrets = [...now.secrets, ...next.secrets];
  const [before, after] = [now, next].map(({ raw }) => withoutSecrets(raw ?? '', secrets));
  return unifiedDiff({ from: now.path, to: now.path, fromNote: 'now', toNote: 'changed' }, before ?? '', after ?? '');
}

/** What an entry of the history changed against the one before it, as a unified diff without secrets and comments. */
export function diffOfEntry(history: ConfigHistory, entries: readonly ConfigHistoryEntry[], index: number): string {
  const [before, entry] = [entries[index - 1]?.number, entries[index]?.number ?? 0];
  const text = (number: number | undefined): string =>
    number === undefined ? '' : withoutSecrets(history.read(number));
  return unifiedDiff({ from: `#${before ?? 0}`, to: `#${entry}` }, text(before), text(entry));
}

/** The text as it may be shown; one in which secrets can't be found is not shown at all. */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  if (text === '') return text;
  try {
    return redactRawConfig(text, JSON5.parse(text), secrets);
  } catch {
    return '(not valid JSON5: not shown, because secrets could not be taken out)\n';
  }
}
