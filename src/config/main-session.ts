import type { OpenclawConfig } from './openclaw.config';

/** Canonical key of an agent's main session. */
export function mainSessionKey(config: OpenclawConfig, agentId: string): string {
  return config.session?.scope === 'global' ? 'global' : `agent:${agentId}:main`;
}
