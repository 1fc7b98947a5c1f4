import type { SessionEntry } from '../../sessions/session-entry';
import { sessionKind } from '../../sessions/session-key';
import { OWN_RUNTIME } from './own-runtime';

/**
 * A session in the `recent` lists of `status`.
 * @param configured model of its agent, as `provider/model`; null where that one is not known
 */
export function recentRow(
  entry: SessionEntry,
  now: number,
  contextTokens: number | null,
  configured: string | null,
): Record<string, unknown> {
  const selected = entry.modelOverride ?? configured;
  const total = entry.totalTokens ?? null;
  const window = entry.contextTokens ?? contextTokens;
  return {
    agentId: entry.agentId,
    key: entry.key,
    kind: sessionKind(entry.key, entry.chatType),
    sessionId: entry.sessionId,
    updatedAt: entry.updatedAt,
    age: now - entry.updatedAt,
    ...(entry.thinkingLevel ? { thinkingLevel: entry.thinkingLevel } : {}),
    ...(entry.verboseLevel ? { verboseLevel: entry.verboseLevel } : {}),
    systemSent: (entry.inputTokens ?? 0) > 0,
    abortedLastRun: entry.abortedLastRun ?? false,
    inputTokens: entry.inputTokens ?? 0,
    outputTokens: entry.outputTokens ?? 0,
    totalTokens: total,
    totalTokensFresh: (total ?? 0) > 0,
    remainingTokens: window === null || total === null ? null : Math.max(0, window - total),
    percentUsed: window === null || total === null ? null : Math.min(999, Math.round((total / window) * 100)),
    model: entry.model ?? null,
    configuredModel: configured,
    selectedModel: selected,
    modelSelectionReason: selected === configured ? null : 'session override',
    runtime: OWN_RUNTIME.label,
    contextTokens: window,
    flags: [],
  };
}
