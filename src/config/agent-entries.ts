import { shortId } from '../common/short-id';
import type { AgentEntryConfig } from '../agent/agents.config';
import type { OpenclawConfig } from './openclaw.config';

const FALLBACK_AGENT = 'main';

/** Lower-case letters, digits, `_` and `-`, at most 64; other characters become `-`. */
export function normaliseAgentId(id: string): string {
  const cleaned = id
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '');
  return cleaned === '' ? FALLBACK_AGENT : shortId(cleaned, 64);
}

/** Configured agents, ids normalised; `main` when none is listed. */
export function agentEntries(config: OpenclawConfig): AgentEntryConfig[] {
  const list = config.agents?.list ?? [];
  if (list.length === 0) return [{ id: FALLBACK_AGENT }];
  return list.map((entry) => ({ ...entry, id: normaliseAgentId(entry.id) }));
}

export function defaultAgentId(config: OpenclawConfig): string {
  const entries = agentEntries(config);
  return (entries.find((entry) => entry.default) ?? entries[0])?.id ?? FALLBACK_AGENT;
}

export function findAgent(config: OpenclawConfig, id: string): AgentEntryConfig | undefined {
  const wanted = normaliseAgentId(id);
  return agentEntries(config).find((entry) => entry.id === wanted);
}
