import type { SessionEntry } from '../../sessions/session-entry';
import { sessionKind } from '../../sessions/session-key';

/** A session in the `recent` lists of `status` and `health`. */
export function recentRow(entry: SessionEntry, now: number, contextTokens: number | null): Record<string, unknown> {
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
    remainingTokens: window === null || total === null ? null : Math.max(0, window - total),
    percentUsed: window === null || total === null ? null : Math.min(999, Math.round((total / window) * 100)),
    model: entry.model ?? null,
    contextTokens: window,
    flags: [],
  };
}
