import { createHash } from 'node:crypto';
import type { PlainObject } from '../common/plain-object';
import type { ConfigIssue } from './config-error';
import type { OpenclawConfig } from './openclaw.config';

/** One reading of the configuration file. Immutable. */
export interface ConfigSnapshot {
  path: string;
  exists: boolean;
  /** The file's text, or null when there is none. */
  raw: string | null;
  /** Lower-case hex SHA-256 of the text on disk; undefined without a file. */
  hash?: string;
  /** The file's own content: includes and variables not resolved. */
  parsed: PlainObject;
  /** What is in effect: includes, variables and defaults applied. */
  config: OpenclawConfig;
  issues: ConfigIssue[];
  warnings: ConfigIssue[];
  /** Those of the warnings that are about what nobody knows: keys, channels, people by names. */
  unknown: ConfigIssue[];
  legacyIssues: ConfigIssue[];
  /** Absolute paths of included files. */
  includes: string[];
  /** Path → environment variable that gave its value. */
  variables: ReadonlyMap<string, string>;
  /** Values that came from the secret store; for redaction only. */
  secrets: readonly string[];
  /** Content with includes and variables resolved, before defaults; tells file values from defaults. */
  resolved: PlainObject;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
