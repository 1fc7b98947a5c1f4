import { findAgent } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import { splitSessionKey } from './session-key';

/** Whether a session runs walled off as a whole: `agents.defaults.sandbox.mode`, overridden per agent. */
export function isSandboxed(config: OpenclawConfig, agentId: string, sessionKey: string): boolean {
  const mode = findAgent(config, agentId)?.sandbox?.mode ?? config.agents?.defaults?.sandbox?.mode ?? 'off';
  return mode === 'all' || (mode === 'non-main' && splitSessionKey(sessionKey).rest !== 'main');
}
