import { chmodSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists } from '../common/atomic-file';
import { isLoopbackAddress } from '../common/net/address';
import { messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { agentEntries } from '../config/agent-entries';
import type { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { secretNamesIn } from '../config/secrets/secret-reference';
import { SecretStore } from '../config/secrets/secret-store';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { resolveRuntimeSettings } from '../gateway/runtime-settings';
import { workspacePath } from '../workspace/workspace-path';
import type { AuditFacts, AuditFinding, Severity } from './audit-finding';
import { FILE_CHECKS } from './file-checks';
import { GATEWAY_CHECKS } from './gateway-checks';
import { PEOPLE_CHECKS } from './people-checks';
import { TOOL_CHECKS } from './tool-checks';

const CHECKS = [...GATEWAY_CHECKS, ...PEOPLE_CHECKS, ...TOOL_CHECKS, ...FILE_CHECKS];
const ORDER: readonly Severity[] = ['critical', 'warn', 'info'];

/** Everything that the checks look at, read from disk; no gateway is needed. */
export function readAuditFacts(env: Environment): AuditFacts {
  const stateDir = resolveStateDir(env);
  const snapshot = loadConfig(resolveConfigPath(env, stateDir), env);
  const { config } = snapshot;
  const store = SecretStore.of(env);
  const known = namesIn(store);
  return {
    snapshot,
    config,
    stateDir,
    home: env.home,
    ...settingsOf(() => resolveRuntimeSettings(config, {}, env), snapshot.exists),
    workspaces: agentEntries(config).map(({ id }) => ({
      agentId: id,
      path: real(workspacePath(config, env, stateDir, id)),
    })),
    missingSecrets: 'error' in known ? [] : secretNamesIn(snapshot.raw ?? '').filter((name) => !known.names.has(name)),
    ...('error' in known ? { secretsError: known.error } : {}),
    approvals: readApprovals(join(stateDir, 'exec-approvals.json')),
  };
}

function namesIn(store: SecretStore): { names: ReadonlySet<string> } | { error: string } {
  try {
    return { names: new Set(store.list().map(({ name }) => name)) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function settingsOf(
  resolve: () => ReturnType<typeof resolveRuntimeSettings>,
  isConfigured: boolean,
): Pick<AuditFacts, 'authMode' | 'secret' | 'isExposed' | 'settingsError'> {
  try {
    const { auth, hosts } = resolve();
    const isExposed = !hosts.every(isLoopbackAddress);
    return { authMode: auth.mode, secret: auth.secret, isExposed, settingsError: undefined };
  } catch (error) {
    // Without a configuration there is nothing to start yet; the first start makes one, with a token.
    return {
      authMode: undefined,
      secret: undefined,
      isExposed: false,
      settingsError: isConfigured ? messageOf(error) : undefined,
    };
  }
}

function readApprovals(path: string): AuditFacts['approvals'] {
  try {
    const content: unknown = JSON.parse(readTextIfExists(path) ?? '{}');
    return isPlainObject(content) ? { content } : { error: 'it is no object' };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Findings, the gravest first. */
export function audit(facts: AuditFacts): AuditFinding[] {
  return CHECKS.flatMap((check) => check(facts)).sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** Tightens permissions; nothing else is changed. Returns the findings that are gone. */
export function repair(findings: readonly AuditFinding[]): AuditFinding[] {
  return findings.filter(({ repair: wanted }) => {
    if (wanted) chmodSync(wanted.path, wanted.mode);
    return wanted !== undefined;
  });
}
