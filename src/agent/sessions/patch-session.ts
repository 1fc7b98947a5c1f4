import { THINKING_LEVELS } from '../agents.config';
import { type RpcError, invalidRequest } from '../../rpc/rpc-error';
import type { SessionEntry } from '../../sessions/session-entry';
import type { SessionsDeleteParams, SessionsPatchParams } from './sessions.dto';

/** Fields that the value `off` deletes. */
const OFF_DELETES = new Set(['thinkingLevel', 'reasoningLevel', 'responseUsage']);
const PLAIN_FIELDS = [
  'label',
  'thinkingLevel',
  'verboseLevel',
  'reasoningLevel',
  'responseUsage',
  'elevatedLevel',
  'execHost',
  'execSecurity',
  'execAsk',
  'execNode',
  'execNetwork',
  'sendPolicy',
  'groupActivation',
  'queueMode',
] as const;

/** A session with a patch applied. @throws RpcError INVALID_REQUEST naming the field */
export function patchSession(entry: SessionEntry, patch: SessionsPatchParams, defaultModel: string): SessionEntry {
  refuseChanged(entry, patch);
  const next: SessionEntry = { ...entry };
  const thinking = patch.thinkingLevel;
  if (typeof thinking === 'string' && !(THINKING_LEVELS as readonly string[]).includes(thinking) && thinking !== 'on') {
    throw invalidRequest(`invalid thinkingLevel "${thinking}" (use ${THINKING_LEVELS.join('|')})`);
  }
  for (const field of PLAIN_FIELDS) {
    const value = patch[field];
    if (value === undefined) continue;
    if (value === null || (value === 'off' && OFF_DELETES.has(field))) delete next[field];
    else next[field] = value;
  }
  if (patch.model === null || patch.model === defaultModel) delete next.modelOverride;
  else if (patch.model !== undefined) next.modelOverride = patch.model;
  if (patch.planMode === true) next.planMode = true;
  else if (patch.planMode !== undefined) delete next.planMode;
  applyOrder(next, patch, Date.now());
  if (patch.spawnedBy !== undefined) applySpawnedBy(next, patch.spawnedBy);
  return next;
}

function applyOrder(entry: SessionEntry, patch: SessionsPatchParams, now: number): void {
  for (const field of ['category', 'icon', 'color'] as const) {
    const value = patch[field];
    if (value === null) delete entry[field];
    else if (value !== undefined) entry[field] = value;
  }
  if (patch.pinned === false) delete entry.pinnedAt;
  else if (patch.pinned === true) entry.pinnedAt ??= now;
  if (patch.archived === false) delete entry.archivedAt;
  else if (patch.archived === true) entry.archivedAt ??= now;
  if (patch.unread === true) entry.markedUnreadAt = now;
  else if (patch.unread === false) {
    delete entry.markedUnreadAt;
    entry.lastReadAt = now;
  }
}

/** @throws RpcError INVALID_REQUEST where the session is not as whoever changes it has seen it */
function refuseChanged(entry: SessionEntry, patch: SessionsPatchParams): void {
  const { expectedSessionId, expectedMarkedUnreadAt } = patch;
  const isOther = expectedSessionId !== undefined && expectedSessionId !== entry.sessionId;
  const isMarkedElsewhere =
    expectedMarkedUnreadAt !== undefined && expectedMarkedUnreadAt !== (entry.markedUnreadAt ?? null);
  if (isOther || isMarkedElsewhere) throw sessionChanged();
}

/** @throws RpcError INVALID_REQUEST where the session is not one that is to be removed */
export function refuseToRemove(
  { key, sessionId, archivedAt }: SessionEntry,
  { expectedSessionId, archivedOnly }: SessionsDeleteParams,
): void {
  if (archivedOnly && archivedAt === undefined)
    throw invalidRequest(`session ${key} is not put away (archived); put it away first, or leave archivedOnly out`);
  if (expectedSessionId !== undefined && expectedSessionId !== sessionId) throw sessionChanged();
}

export const sessionChanged = (): RpcError =>
  invalidRequest('session changed since it was read; read it again and repeat', {
    details: { code: 'SESSION_CHANGED' },
  });

/** What whoever may write may change; anything else is the owner's. */
const ORGANISING: ReadonlySet<string> = new Set([
  'key',
  'agentId',
  'label',
  'pinned',
  'archived',
  'unread',
  'category',
  'icon',
  'color',
  'model',
  'thinkingLevel',
  'expectedSessionId',
  'expectedMarkedUnreadAt',
]);

export const needsAdmin = (patch: SessionsPatchParams): boolean =>
  Object.keys(patch).some((field) => !ORGANISING.has(field));

function applySpawnedBy(entry: SessionEntry, spawnedBy: string | null): void {
  if (!entry.key.includes(':subagent:')) throw invalidRequest('spawnedBy is only supported for sub-agent sessions');
  if (entry.spawnedBy !== undefined && entry.spawnedBy !== spawnedBy)
    throw invalidRequest("spawnedBy can't be changed once it is set");
  if (spawnedBy !== null) entry.spawnedBy = spawnedBy;
}
