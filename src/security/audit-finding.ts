import type { ConfigSnapshot } from '../config/config-snapshot';
import type { OpenclawConfig } from '../config/openclaw.config';

export type Severity = 'critical' | 'warn' | 'info';

export interface AuditFinding {
  /** `area.check`; stable. */
  id: string;
  severity: Severity;
  message: string;
  /** What to do about it: a command or a change of the configuration. */
  fix: string;
  /** A file whose permissions `--fix` tightens, and those it should have. */
  repair?: { path: string; mode: number };
}

/** What an audit looks at. Everything is read before, so that a check is a pure function. */
export interface AuditFacts {
  snapshot: ConfigSnapshot;
  config: OpenclawConfig;
  stateDir: string;
  home: string;
  /** How callers prove who they are; undefined where the settings can't be used, or there are none yet. */
  authMode: 'none' | 'token' | 'password' | undefined;
  /** Token or password in effect; undefined with `auth.mode: none`. */
  secret: string | undefined;
  /** Why the settings of the gateway can't be used, if they can't. */
  settingsError: string | undefined;
  /** Whether other machines can reach the port. */
  isExposed: boolean;
  /** Real, absolute folders of the agents. */
  workspaces: readonly { agentId: string; path: string }[];
  /** Names of secrets that the configuration refers to and the store lacks. */
  missingSecrets: readonly string[];
  /** Why the store of secrets can't be read, if it can't. */
  secretsError?: string;
  /** Content of `exec-approvals.json`, or why it can't be read. */
  approvals: { content: Record<string, unknown> } | { error: string };
}

export type AuditCheck = (facts: AuditFacts) => AuditFinding[];

/** Findings of a list, one for each entry to which the condition applies. */
export function each<T>(entries: readonly T[], finding: (entry: T) => AuditFinding | undefined): AuditFinding[] {
  return entries.map(finding).filter((found): found is AuditFinding => found !== undefined);
}

/** The finding when the condition holds. */
export const when = (condition: boolean | undefined, finding: AuditFinding): AuditFinding[] =>
  condition === true ? [finding] : [];
