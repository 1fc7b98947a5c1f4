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

/** Configured agents of both spellings, ids normalised; `main` when there is none. */
export function agentEntries({ agents }: OpenclawConfig): AgentEntryConfig[] {
  const named = Object.entries(agents?.entries ?? {}).map(([id, entry]) => ({ ...entry, id: normaliseAgentId(id) }));
  const listed = (agents?.list ?? []).map((entry) => ({ ...entry, id: normaliseAgentId(entry.id) }));
  const all = [...named, ...listed.filter(({ id }) => !named.some((entry) => entry.id === id))];
  return all.length === 0 ? [{ id: FALLBACK_AGENT }] : all;
}

/**
 * Agent of whatever no binding fits and no request names; undefined where `agents.ownership` is "explicit" and none of
 * several is named.
 */
export function ownerOfTheRest(config: OpenclawConfig): string | undefined {
  const entries = agentEntries(config);
  const wanted = config.agents?.defaults?.systemAgent?.agentId;
  if (wanted !== undefined) {
    const id = normaliseAgentId(wanted);
    if (entries.some((entry) => entry.id === id)) return id;
  }
  if (config.agents?.ownership === 'explicit') return entries.length === 1 ? entries[0]?.id : undefined;
  return (entries.find((entry) => entry.default) ?? entries[0])?.id;
}

/** The agent that commands, files and views mean where nobody names one; there always is one. */
export function defaultAgentId(config: OpenclawConfig): string {
  return ownerOfTheRest(config) ?? agentEntries(config)[0]?.id ?? FALLBACK_AGENT;
}

export function findAgent(config: OpenclawConfig, id: string): AgentEntryConfig | undefined {
  const wanted = normaliseAgentId(id);
  return agentEntries(config).find((entry) => entry.id === wanted);
}
