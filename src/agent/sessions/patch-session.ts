import { THINKING_LEVELS } from '../agents.config';
import { invalidRequest } from '../../rpc/rpc-error';
import type { SessionEntry } from '../../sessions/session-entry';
import type { SessionsPatchParams } from './sessions.dto';

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
  if (patch.spawnedBy !== undefined) applySpawnedBy(next, patch.spawnedBy);
  return next;
}

function applySpawnedBy(entry: SessionEntry, spawnedBy: string | null): void {
  if (!entry.key.includes(':subagent:')) throw invalidRequest('spawnedBy is only supported for sub-agent sessions');
  if (entry.spawnedBy !== undefined && entry.spawnedBy !== spawnedBy)
    throw invalidRequest("spawnedBy can't be changed once it is set");
  if (spawnedBy !== null) entry.spawnedBy = spawnedBy;
}
