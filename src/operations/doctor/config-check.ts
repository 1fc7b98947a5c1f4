import { commandLine, quoted, withOwnCommands } from '../../common/cli/own-commands';
import type { ConfigCause, ConfigIssue } from '../../config/config-error';
import { ConfigHistory } from '../../config/config-history';
import { accessNotes } from '../../config/sender-lists';
import { resolveRuntimeSettings } from '../../gateway/runtime-settings';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isLeftByOpenclaw } from '../migrate/left-behind';
import { type DoctorCheck, type DoctorFacts, type DoctorFinding, note, problem, sound } from './finding';

const CODES: Readonly<Record<ConfigCause['kind'], string>> = {
  syntax: 'config.syntax',
  variable: 'config.variable_missing',
  secret: 'config.secret',
  secret_provider: 'config.secret_provider',
  secret_store: 'config.secrets',
};

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
    ...snapshot.issues.map((issue) =>
      problem(codeOf(issue), `${issue.path || '(root)'}: ${issue.message}`, wayOut(facts, issue.cause)),
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

function codeOf({ path, cause }: ConfigIssue): string {
  if (cause) return CODES[cause.kind];
  return path === '$include' ? 'config.include' : 'config.invalid';
}

/** What can do without a value that is missing, and is off until then; a store that can't be read is more than one value. */
function missingProblem(warning: ConfigIssue, facts: DoctorFacts): DoctorFinding {
  const { path, message, cause } = warning;
  const text = `${path}: ${withOwnCommands(message)}`;
  if (!cause) return note('config.warning', text);
  const isOneValue = cause.kind === 'variable' || cause.kind === 'secret';
  return (isOneValue ? note : problem)(CODES[cause.kind], text, wayOut(facts, cause));
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

/** What brings a broken configuration back: the value that it lacks, or what it was before. */
function wayOut({ configPath, stateDir }: DoctorFacts, cause: ConfigCause | undefined): string {
  switch (cause?.kind) {
    case 'variable':
      return `set it where the gateway is started, or in ${stateDir}/.env`;
    case 'secret':
      return commandLine(`secrets set ${cause.name}`);
    case 'secret_provider':
      return `correct what it reads from: ${commandLine(`config get ${quoted(`secrets.providers.${cause.name}`)}`)}`;
    case 'secret_store':
      return `${commandLine('backup restore <archive>')}; without a backup remove secrets.key and secrets.json in ${stateDir} and store each value again: ${commandLine('secrets set <name>')}`;
    case 'syntax':
    case undefined: {
      const newest = new ConfigHistory(configPath).list().at(-1);
      return newest === undefined
        ? `edit ${configPath}`
        : `edit ${configPath}, or bring the last content that was written back: ${commandLine(`config restore ${newest.number}`)}`;
    }
  }
}
