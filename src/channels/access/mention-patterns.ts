import { agentEntries } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';

/** Patterns that count as a mention in groups: the configured ones, else the names that the agents go by. */
export function mentionPatterns(config: OpenclawConfig): string[] {
  const agents = agentEntries(config);
  const ofAgents = agents.flatMap(({ groupChat }) => groupChat?.mentionPatterns ?? []);
  const configured = config.messages?.groupChat?.mentionPatterns;
  if (configured) return [...configured, ...ofAgents];
  const names = agents.flatMap(({ identity }) => {
    const name = identity?.name?.trim() ?? '';
    return name.length < 2 ? [] : [`(?<![\\p{L}\\p{N}])@?${escaped(name)}(?![\\p{L}\\p{N}])`];
  });
  return [...names, ...ofAgents];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Whether a text holds one of the patterns that count as a mention; broken patterns match nothing. */
export function matchesPattern(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => {
    // Patterns that people wrote before may be none with the `u` flag.
    for (const flags of ['iu', 'i']) {
      try {
        return new RegExp(pattern, flags).test(text);
      } catch {
        continue;
      }
    }
    return false;
  });
}
