import { commandLine, quoted, withOwnCommands } from '../../common/cli/own-commands';
import type { ConfigIssue } from '../../config/config-error';
import { ConfigHistory } from '../../config/config-history';
import { accessNotes } from '../../config/sender-lists';
import { resolveRuntimeSettings } from '../../gateway/runtime-settings';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isLeftByOpenclaw } from '../migrate/left-behind';
import { type DoctorCheck, type DoctorFacts, type DoctorFinding, note, problem, sound } from './finding';

/** One value that is not there; everything else that is said of secrets is about all of them. */
const IS_NOT_STORED = /^secret "([^"]+)" is not stored/;
const SECRETS = /secret|keychain/;

/** The configuration file: whether it can be read, is valid, and makes a gateway that can start. */
export const checkConfig: DoctorCheck = (facts) => {
  const { snapshot, configPath, env } = facts;
  if (!snapshot.exists) return [note('config.missing', `${configPath} does not exist yet; the first start makes it`)];
  const findings: DoctorFinding[] = [
    ...(isLeftByOpenclaw(facts.stateDir)
      ? [
          note(
            'migration.left_behind',
            `OpenClaw has left conversations, jobs or people in ${facts.stateDir}, which were not taken over`,
            commandLine(`migrate plan ${facts.stateDir}`),
          ),
        ]
      : []),
    ...snapshot.issues.map(({ path, message }) =>
      problem(codeOf(path, message), `${path || '(root)'}: ${message}`, wayOut(facts, message)),
    ),
    ...snapshot.legacyIssues.map(({ path, message }) =>
      note('config.legacy_key', `${path}: ${message}`, commandLine('doctor --fix')),
    ),
    ...snapshot.warnings.map((warning) =>
      snapshot.unknown.includes(warning)
        ? note('config.unknown_key', `${warning.path}: ${warning.message}`, unset(warning.path))
        : missingProblem(warning, facts),
    ),
    ...accessNotes(snapshot.config).map(({ path, message }) => note('config.access', `${path}: ${message}`)),
  ];
  if (snapshot.issues.length > 0) return findings;
  try {
    resolveRuntimeSettings(snapshot.config, {}, env);
  } catch (error) {
    findings.push(settingsProblem(error, facts));
  }
  return findings.length > 0 ? findings : [sound('config', 'valid')];
};

const unset = (path: string): string => commandLine(`config unset ${quoted(path)}`);

function codeOf(path: string, message: string): string {
  if (message.startsWith('not valid JSON5')) return 'config.syntax';
  if (path === '$include') return 'config.include';
  if (message.startsWith('environment variable ')) return 'config.variable_missing';
  if (IS_NOT_STORED.test(message)) return 'config.secret';
  return SECRETS.test(message) ? 'config.secrets' : 'config.invalid';
}

/** What can do without a value that is missing, and is off until then; a store that can't be read is more than one value. */
function missingProblem({ path, message }: ConfigIssue, facts: DoctorFacts): DoctorFinding {
  const text = `${path}: ${withOwnCommands(message)}`;
  if (message.startsWith('environment variable ')) return note('config.variable_missing', text, wayOut(facts, message));
  if (IS_NOT_STORED.test(message)) return note('config.secret', text, wayOut(facts, message));
  return SECRETS.test(message) ? problem('config.secrets', text, wayOut(facts, message)) : note('config.warning', text);
}

/** Settings that are valid each, and together start no gateway. */
const SETTINGS: Readonly<Record<string, readonly [code: string, way: string]>> = {
  GATEWAY_MODE: ['gateway.mode', 'config set gateway.mode local'],
  GATEWAY_OPEN_BIND: ['gateway.open_bind', 'config set gateway.bind loopback'],
  GATEWAY_TAILSCALE: ['gateway.tailscale', 'config set gateway.tailscale.mode off'],
  GATEWAY_TOKEN_MISSING: ['gateway.no_secret', 'config set gateway.auth.token <token>'],
  GATEWAY_PASSWORD_MISSING: ['gateway.no_secret', 'config set gateway.auth.password <password>'],
  GATEWAY_TLS: ['tls.unreadable', 'config set gateway.tls.enabled false'],
};

function settingsProblem(error: unknown, { configPath }: DoctorFacts): DoctorFinding {
  const [code, way] = SETTINGS[error instanceof OpenclawError ? error.code : ''] ?? ['gateway.settings'];
  const message = withOwnCommands(messageOf(error));
  return problem(code, message, way === undefined ? `change what is named in ${configPath}` : commandLine(way));
}

/** What brings a broken configuration back: what it was before, or the key of the secrets that it refers to. */
function wayOut({ configPath, stateDir }: DoctorFacts, message: string): string {
  const [, name] = IS_NOT_STORED.exec(message) ?? [];
  if (name !== undefined) return commandLine(`secrets set ${name}`);
  if (SECRETS.test(message))
    return `${commandLine('backup restore <archive>')}; without a backup remove secrets.key and secrets.json in ${stateDir} and store each value again: ${commandLine('secrets set <name>')}`;
  if (message.startsWith('environment variable ')) return `set it where the gateway is started, or in ${stateDir}/.env`;
  const newest = new ConfigHistory(configPath).list().at(-1);
  return newest === undefined
    ? `edit ${configPath}`
    : `edit ${configPath}, or bring the last content that was written back: ${commandLine(`config restore ${newest.number}`)}`;
}
