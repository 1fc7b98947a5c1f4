import { type Stats, lstatSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { quoted } from '../common/cli/own-commands';
import { formatConfigPath } from '../config/config-path';
import { forEachSecret } from '../config/sensitive-paths';
import { type AuditCheck, type AuditFinding, each, when } from './audit-finding';

const GROUP_AND_OTHERS = 0o077;
const OTHERS_MAY_WRITE = 0o022;
/** Folders that programs copy to other machines. */
const SYNCED = ['Dropbox', 'OneDrive', 'Google Drive', 'iCloud Drive', 'Mobile Documents', 'Nextcloud', 'Syncthing'];
/** Below the state directory: what people work with themselves, and what is no secret. */
const NOT_WALKED = ['workspace', 'node_modules', 'cache'];
const MAX_FILES = 5000;
/** Keys whose misspelling leaves a door open. */
const GUARDED = ['gateway', 'tools', 'approvals', 'channels', 'hooks'];

const secrets: AuditCheck = ({ snapshot, missingSecrets, secretsError }) => {
  const plain: string[] = [];
  forEachSecret(snapshot.parsed, (path) => void plain.push(formatConfigPath(path)));
  return [
    ...when(plain.length > 0, {
      id: 'secrets.plain',
      severity: 'warn',
      message: `the configuration holds secrets in plain text: ${plain.join(', ')}`,
      fix: 'openclaw secrets move',
    }),
    ...when(secretsError !== undefined, {
      id: 'secrets.unreadable',
      severity: 'critical',
      message: `the store of secrets can't be read: ${secretsError ?? ''}`,
      fix: 'openclaw backup restore <archive>',
    }),
    ...each(missingSecrets, (name) => ({
      id: 'secrets.missing',
      severity: 'critical',
      message: `the configuration refers to the secret "${name}", which is not stored`,
      fix: `openclaw secrets set ${name}`,
    })),
  ];
};

const unknownKeys: AuditCheck = ({ snapshot }) =>
  each(snapshot.warnings, ({ path, message }) =>
    GUARDED.includes(path.split('.')[0] ?? '')
      ? {
          id: 'config.unknown_key',
          severity: 'warn',
          message: `${path}: ${message}; a rule that is not read protects nothing`,
          fix: `openclaw config unset ${quoted(path)}`,
        }
      : undefined,
  );

const logging: AuditCheck = ({ config }) => [
  ...when(config.logging?.redactSensitive === 'off', {
    id: 'logging.redaction_off',
    severity: 'warn',
    message: 'logging.redactSensitive is "off": what tools print goes into the log as it is',
    fix: 'openclaw config unset logging.redactSensitive',
  }),
  ...when(config.diagnostics?.cacheTrace?.enabled === true, {
    id: 'diagnostics.cache_trace',
    severity: 'info',
    message: 'diagnostics.cacheTrace writes prompts into a file',
    fix: 'openclaw config unset diagnostics.cacheTrace',
  }),
];

const plugins: AuditCheck = ({ config }) => {
  const { enabled, allow, entries = {}, load } = config.plugins ?? {};
  const isUsed = Object.keys(entries).length > 0 || (load?.paths ?? []).length > 0;
  return when(enabled !== false && isUsed && allow === undefined, {
    id: 'plugins.no_allowlist',
    severity: 'info',
    message: 'plugins are used without plugins.allow: whatever is installed may be switched on',
    fix: 'list the plugins you want in plugins.allow',
  });
};

const stateFolder: AuditCheck = ({ stateDir }) => {
  const parts = stateDir.split(sep);
  const synced = SYNCED.find((name) => parts.includes(name));
  const info = lstatSync(stateDir, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  return [
    ...when(synced !== undefined, {
      id: 'files.synced',
      severity: 'warn',
      message: `${stateDir} is copied to other machines by ${synced ?? ''}, keys and all, and a database does not survive that`,
      fix: 'move it and set OPENCLAW_STATE_DIR',
    }),
    ...when(info?.isSymbolicLink(), {
      id: 'files.state_link',
      severity: 'info',
      message: `${stateDir} is a link; whoever may change the link chooses the configuration`,
      fix: 'set OPENCLAW_STATE_DIR to the folder itself',
    }),
    ...when(info !== undefined && uid !== undefined && info.uid !== uid && !info.isSymbolicLink(), {
      id: 'files.owner',
      severity: 'critical',
      message: `${stateDir} belongs to user ${info?.uid ?? ''}, the gateway runs as ${uid ?? ''}`,
      fix: `sudo chown -R ${uid ?? ''} ${quoted(stateDir)}, or run it as the owner`,
    }),
    ...foreign(stateDir, info),
  ];
};

/** What somebody else has left in the state, most likely root by `sudo`: its owner can neither read nor replace it. */
function foreign(stateDir: string, owner: Stats | undefined): AuditFinding[] {
  if (!owner?.isDirectory() || process.platform === 'win32') return [];
  const paths = entriesOf(stateDir).flatMap((path) => [
    path,
    ...(path.endsWith(`${sep}workspace`) ? [] : entriesOf(path)),
  ]);
  const others = paths.filter((path) => (lstatSync(path, { throwIfNoEntry: false })?.uid ?? owner.uid) !== owner.uid);
  return when(others.length > 0, {
    id: 'files.foreign',
    severity: 'critical',
    message: `${others.length === 1 ? '1 entry' : `${others.length} entries`} of ${stateDir} ${others.length === 1 ? 'belongs' : 'belong'} to another user than the folder, such as ${others[0] ?? ''}`,
    fix: `sudo chown -R ${owner.uid} ${quoted(stateDir)}`,
  });
}

function entriesOf(folder: string): string[] {
  try {
    return lstatSync(folder).isDirectory()
      ? readdirSync(folder)
          .slice(0, MAX_FILES)
          .map((name) => join(folder, name))
      : [];
  } catch {
    return [];
  }
}

const permissions: AuditCheck = ({ stateDir, snapshot }) => {
  if (process.platform === 'win32') return [];
  const paths = [...below(stateDir), ...(snapshot.exists ? [snapshot.path] : []), ...snapshot.includes];
  return each([...new Set(paths)], (path): AuditFinding | undefined => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info || (info.mode & GROUP_AND_OTHERS) === 0) return undefined;
    const mode = info.isDirectory() ? 0o700 : 0o600;
    return {
      id: 'files.open',
      severity: (info.mode & OTHERS_MAY_WRITE) !== 0 || path === stateDir ? 'critical' : 'warn',
      message: `${path} is open to other users (${(info.mode & 0o777).toString(8)})`,
      fix: `chmod ${mode.toString(8)} ${quoted(path)}`,
      repair: { path, mode },
    };
  });
};

/** The state directory and what lies in it, without what is behind links. */
function below(stateDir: string): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (!info || info.isSymbolicLink() || found.length >= MAX_FILES) return;
    found.push(path);
    if (!info.isDirectory()) return;
    // What nobody else can enter needs no look inside.
    if (path !== stateDir && (info.mode & GROUP_AND_OTHERS) === 0) return;
    for (const name of readdirSync(path)) if (!NOT_WALKED.includes(name)) visit(join(path, name));
  };
  visit(stateDir);
  return found;
}

/** What lies on the disk, and what the configuration says about it. */
export const FILE_CHECKS: readonly AuditCheck[] = [secrets, unknownKeys, logging, plugins, stateFolder, permissions];
