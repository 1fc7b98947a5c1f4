import { join } from 'node:path';
import { commandLine } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { defaultAgentId } from '../../config/agent-entries';
import { transformStates } from '../../automation/hooks/handlers/transform-files';
import { listHooks } from '../../automation/hooks/list-hooks';
import { listPlugins, pluginsFolder } from '../../plugins/catalog/plugin-catalog';
import { leftStages } from '../../plugins/plugin-stages';
import { bundledSkillsPath, managedSkillsPath } from '../../skills/catalog/skill-library';
import { scanRoot } from '../../skills/catalog/skill-scan';
import { readApprovals, warningsOf } from '../../tools/approvals/exec-approvals-file';
import { workspacePath } from '../../workspace/workspace-path';
import { type DoctorCheck, note, problem } from './finding';

/** Plugins that are on and are missing, were changed, or do not fit; what installations have left that were cut off. */
export const checkPlugins: DoctorCheck = async ({ config, stateDir, env, snapshot }) => {
  const left = (await leftStages(stateDir)).map((name) =>
    note(
      'plugin',
      `${join(pluginsFolder(stateDir), name)} is left of an installation that was cut off`,
      commandLine('doctor --fix'),
    ),
  );
  if (snapshot.issues.length > 0) return left;
  return [
    ...left,
    ...listPlugins(config, stateDir, env.home).flatMap(({ id, reason, isFaulty }) =>
      isFaulty && reason !== undefined ? [problem('plugin', `${id}: ${reason}`, commandLine('plugins doctor'))] : [],
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
    skills.flatMap(({ broken, filePath }) =>
      broken ? [problem('skill', `${filePath}:${broken.line} ${broken.reason}`, 'mend or remove that file')] : [],
    ),
  );
};

/** Hooks that nobody has agreed to since they were changed. */
export const checkHooks: DoctorCheck = ({ config, stateDir, env, configPath }) => {
  const transforms = config.hooks?.enabled === true ? transformStates({ config, stateDir, path: configPath }) : [];
  const resting = transforms.flatMap(({ module, reason }) =>
    reason === undefined ? [] : [note('hooks', `${module}: ${reason}`)],
  );
  if (config.hooks?.internal?.enabled !== true) return resting;
  const hooks = listHooks(config, stateDir, workspacePath(config, env, stateDir, defaultAgentId(config)));
  return [
    ...resting,
    ...hooks.flatMap(({ name, isUnagreed, reason }) =>
      isUnagreed && reason !== undefined ? [note('hooks', `${name}: ${reason}`)] : [],
    ),
  ];
};

/** The list of commands that may run on the host. */
export const checkApprovals: DoctorCheck = ({ stateDir }) => {
  const path = join(stateDir, 'exec-approvals.json');
  try {
    return warningsOf(readApprovals(path)).map((message) => note('approvals', message));
  } catch (error) {
    return [
      problem('approvals', messageOf(error), `mend ${path}, or remove it: then every command on the host is asked for`),
    ];
  }
};
