import { defaultAgentId } from '../config/agent-entries';
import { ConfigInvalidError } from '../config/config-error';
import { ConfigService } from '../config/config.service';
import { ConfigWriter } from '../config/config-writer';
import type { Environment } from '../config/environment';
import { ensureFirstConfig, missingBasics } from '../config/first-config';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { Redactor } from '../common/redactor';
import { WorkspaceService } from '../workspace/workspace.service';
import { type OnboardingPlan, editsOf, wizardEdits } from './onboarding-plan';

export interface Applied {
  configPath: string;
  workspace: string;
}

/**
 * Writes a plan: the configuration, where there is none a first one with a token of its own, and the workspace. Checked as
 * a whole before anything is written.
 * @throws ConfigInvalidError
 */
export async function applyPlan(env: Environment, plan: OnboardingPlan, command: string): Promise<Applied> {
  const configPath = resolveConfigPath(env, resolveStateDir(env));
  const writer = new ConfigWriter(configPath, env);
  const { now } = writer.draft({ edits: [] });
  const edits = [
    ...(now.exists ? missingBasics(now.config, env) : []),
    ...editsOf(plan, now.config),
    ...wizardEdits(command),
  ];
  const { issues } = writer.draft({ edits }).next;
  if (issues.length > 0) throw new ConfigInvalidError(configPath, issues);
  await ensureFirstConfig(env, configPath, {});
  await writer.edit(edits, { by: `openclaw ${command}` });
  const config = new ConfigService(env, new Redactor());
  const workspaces = new WorkspaceService(config);
  workspaces.ensureAll();
  return { configPath, workspace: workspaces.pathOf(defaultAgentId(config.config)) };
}
