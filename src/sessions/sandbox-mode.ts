import { findAgent } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import { splitSessionKey } from './session-key';

export type WorkspaceAccess = 'none' | 'ro' | 'rw';

/** Which sessions run walled off as a whole: `agents.defaults.sandbox.mode`, overridden per agent. */
export const sandboxMode = (config: OpenclawConfig, agentId: string): 'off' | 'non-main' | 'all' =>
  settingsOf(config, agentId).mode ?? 'off';

export function isSandboxed(config: OpenclawConfig, agentId: string, sessionKey: string): boolean {
  const mode = sandboxMode(config, agentId);
  return mode === 'all' || (mode === 'non-main' && splitSessionKey(sessionKey).rest !== 'main');
}

/** What a sandboxed session may do with its agent's workspace; nothing unless the configuration says so. */
export const workspaceAccess = (config: OpenclawConfig, agentId: string): WorkspaceAccess =>
  settingsOf(config, agentId).workspaceAccess ?? 'none';

/** Which sandboxed sessions share a folder: one each, those of one agent (default), or all. */
export function sandboxScope(config: OpenclawConfig, agentId: string): 'session' | 'agent' | 'shared' {
  const { scope, perSession } = settingsOf(config, agentId);
  return scope ?? (perSession === undefined ? 'agent' : perSession ? 'session' : 'shared');
}

export const sandboxRoot = (config: OpenclawConfig, agentId: string): string | undefined =>
  settingsOf(config, agentId).workspaceRoot;

type SandboxSettings = NonNullable<NonNullable<NonNullable<OpenclawConfig['agents']>['defaults']>['sandbox']>;

const settingsOf = (config: OpenclawConfig, agentId: string): SandboxSettings => ({
  ...config.agents?.defaults?.sandbox,
  ...findAgent(config, agentId)?.sandbox,
});
