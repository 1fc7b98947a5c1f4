import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBoundedFile, readPieces } from '../../common/bounded-file';
import { commandLine, quoted } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { defaultAgentId } from '../../config/agent-entries';
import { transformStates } from '../../automation/hooks/handlers/transform-files';
import { listHooks } from '../../automation/hooks/list-hooks';
import { listPlugins, pluginsFolder } from '../../plugins/catalog/plugin-catalog';
import { leftStages } from '../../plugins/plugin-stages';
import { bundledSkillsPath, managedSkillsPath } from '../../skills/catalog/skill-library';
import { MAX_SKILL_BYTES, scanRoot } from '../../skills/catalog/skill-scan';
import { readApprovals, warningsOf } from '../../tools/approvals/exec-approvals-file';
import { workspacePath } from '../../workspace/workspace-path';
import { type DoctorCheck, type DoctorFinding, note, problem } from './finding';

const EXECUTABLE = 0o111;
const MAX_SCRIPT_BYTES = 1024 * 1024;

/** Plugins that are on and are missing, were changed, or do not fit; what installations have left that were cut off. */
export const checkPlugins: DoctorCheck = async ({ config, stateDir, env, snapshot }) => {
  const left = (await leftStages(stateDir)).map((name) =>
    note(
      'plugin.unfinished',
      `${join(pluginsFolder(stateDir), name)} is left of an installation that was cut off`,
      commandLine('doctor --fix'),
    ),
  );
  if (snapshot.issues.length > 0) return left;
  return [
    ...left,
    ...listPlugins(config, stateDir, env.home).flatMap(({ id, reason, isFaulty }) =>
      isFaulty && reason !== undefined
        ? [problem('plugin.unusable', `${id}: ${reason}`, commandLine('plugins doctor'))]
        : [],
    ),
  ];
};

/** Skills that can't be read: of the workspace, installed, and those that come with the program. */
export const checkSkills: DoctorCheck = async ({ config, env, stateDir, snapshot }) => {
  const own =
    snapshot.issues.length > 0 ? [] : [join(workspacePath(config, env, stateDir, defaultAgentId(config)), 'skills')];
  const places = [...own, managedSkillsPath(stateDir), bundledSkillsPath()];
  const scans = await Promise.all(
    places.map((path) => scanRoot({ source: 'workspace', path }, new Map(), () => undefined)),
  );
  return scans.flatMap(({ skills }) =>
    skills.flatMap(({ broken, filePath, baseDir }) =>
      broken
        ? [problem('skill.unreadable', `${filePath}:${broken.line} ${broken.reason}`, 'mend or remove that file')]
        : scriptFaults(join(baseDir, 'scripts'), filePath),
    ),
  );
};

/** Scripts that the instructions call by their name, and that can't be called so; those behind `node` or `sh` can. */
function scriptFaults(folder: string, skillFile: string): DoctorFinding[] {
  if (process.platform === 'win32' || !existsSync(folder)) return [];
  const called = calledScripts(readBoundedFile(skillFile, MAX_SKILL_BYTES)?.toString('utf8') ?? '');
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!called.has(entry.name) || !entry.isFile() || (statSync(path).mode & EXECUTABLE) !== 0 || !isScript(path))
      return [];
    return [
      note(
        'skill.not_executable',
        `${path} is a script that the skill can't call by its name`,
        `chmod +x ${quoted(path)}`,
      ),
    ];
  });
}

/** Names in `scripts` with which a command begins: at the start of a line or of a piece of code. */
const calledScripts = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/(?:^|`|\$ )[ \t]*(?:[\w.{}$-]+\/)*scripts\/([\w.-]+)/gm)].map(([, name = '']) => name));

function isScript(path: string): boolean {
  let start = '';
  readPieces(path, MAX_SCRIPT_BYTES, (piece) => {
    if (start === '') start = piece.subarray(0, 2).toString('latin1');
  });
  return start === '#!';
}

/** Hooks that nobody has agreed to since they were changed. */
export const checkHooks: DoctorCheck = ({ config, stateDir, env, configPath }) => {
  const transforms = config.hooks?.enabled === true ? transformStates({ config, stateDir, path: configPath }) : [];
  const resting = transforms.flatMap(({ module, reason }) =>
    reason === undefined ? [] : [note('hooks.transform', `${module}: ${reason}`)],
  );
  if (config.hooks?.internal?.enabled !== true) return resting;
  const hooks = listHooks(config, stateDir, workspacePath(config, env, stateDir, defaultAgentId(config)));
  return [
    ...resting,
    ...hooks.flatMap(({ name, isUnagreed, reason }) =>
      isUnagreed && reason !== undefined ? [note('hooks.unagreed', `${name}: ${reason}`)] : [],
    ),
  ];
};

/** The list of commands that may run on the host. */
export const checkApprovals: DoctorCheck = ({ stateDir }) => {
  const path = join(stateDir, 'exec-approvals.json');
  try {
    return warningsOf(readApprovals(path)).map((message) => note('approvals.list', message));
  } catch (error) {
    return [
      problem(
        'approvals.unreadable',
        messageOf(error),
        `mend ${path}, or remove it: then every command on the host is asked for`,
      ),
    ];
  }
};
