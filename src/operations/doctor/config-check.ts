import { commandLine } from '../../common/cli/own-commands';
import { ConfigHistory } from '../../config/config-history';
import { accessNotes } from '../../config/sender-lists';
import { resolveRuntimeSettings } from '../../gateway/runtime-settings';
import { messageOf } from '../../common/openclaw-error';
import { isLeftByOpenclaw } from '../migrate/left-behind';
import { type DoctorCheck, type DoctorFacts, type DoctorFinding, note, problem } from './finding';

/** The configuration file: whether it can be read, is valid, and makes a gateway that can start. */
export const checkConfig: DoctorCheck = (facts) => {
  const { snapshot, configPath, env } = facts;
  if (!snapshot.exists) return [note('config', `${configPath} does not exist yet; the first start makes it`)];
  const findings: DoctorFinding[] = [
    ...(isLeftByOpenclaw(facts.stateDir)
      ? [
          note(
            'migration',
            `OpenClaw has left conversations, jobs or people in ${facts.stateDir}, which were not taken over`,
            commandLine(`migrate plan ${facts.stateDir}`),
          ),
        ]
      : []),
    ...snapshot.issues.map(({ path, message }) =>
      problem('config', `${path || '(root)'}: ${message}`, wayOut(facts, message)),
    ),
    ...snapshot.legacyIssues.map(({ path, message }) =>
      note('config', `${path}: ${message}`, commandLine('doctor --fix')),
    ),
    ...[...snapshot.warnings, ...accessNotes(snapshot.config)].map(({ path, message }) =>
      note('config', `${path}: ${message}`),
    ),
  ];
  if (snapshot.issues.length > 0) return findings;
  try {
    resolveRuntimeSettings(snapshot.config, {}, env);
  } catch (error) {
    findings.push(problem('gateway settings', messageOf(error), `change what is named in ${configPath}`));
  }
  return findings.length > 0 ? findings : [{ check: 'config', level: 'ok', message: 'valid' }];
};

/** What brings a broken configuration back: what it was before, or the key of the secrets that it refers to. */
function wayOut({ configPath, stateDir }: DoctorFacts, message: string): string {
  if (message.includes('secret'))
    return `bring secrets.key and secrets.json in ${stateDir} back from a backup, or store the value again: ${commandLine('secrets set <name>')}`;
  const newest = new ConfigHistory(configPath).list().at(-1);
  return newest === undefined
    ? `edit ${configPath}`
    : `edit ${configPath}, or bring the last content that was written back: ${commandLine(`config restore ${newest.number}`)}`;
}
