import { createHash } from 'node:crypto';
import { shortId } from '../common/short-id';
import { idsOn } from '../common/sender-identity';
import { defaultAgentId, normaliseAgentId } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import type { DmScope } from './session.config';

export const GLOBAL_KEY = 'global';
export const UNKNOWN_KEY = 'unknown';

export type SessionKind = 'direct' | 'group' | 'global' | 'unknown';

/**
 * Canonical key of whatever a caller writes: lower case, `main` and the configured main key resolved, a key without
 * `agent:` belongs to the default agent.
 */
export function canonicalSessionKey(config: OpenclawConfig, key: string, agentId?: string): string {
  const folded = key.trim().toLowerCase();
  if (folded === GLOBAL_KEY || folded === UNKNOWN_KEY) return folded;
  if (config.session?.scope === 'global') return GLOBAL_KEY;
  const agent = agentId ? normaliseAgentId(agentId) : defaultAgentId(config);
  const mainKey = (config.session?.mainKey ?? 'main').toLowerCase();
  if (folded === '' || folded === 'main' || folded === mainKey) return `agent:${agent}:main`;
  if (!folded.startsWith('agent:')) return `agent:${agent}:${folded}`;
  const { agentId: owner, rest } = splitSessionKey(folded);
  return `agent:${owner}:${rest === mainKey ? 'main' : rest}`;
}

/** Parts of a canonical key. Keys outside any agent belong to agent `main`. */
export function splitSessionKey(key: string): { agentId: string; rest: string } {
  const match = /^agent:([^:]+):(.*)$/.exec(key);
  if (!match) return { agentId: 'main', rest: key };
  return { agentId: normaliseAgentId(match[1] ?? ''), rest: match[2] === '' ? 'main' : (match[2] ?? 'main') };
}

export function agentOfSession(config: OpenclawConfig, key: string): string {
  return key.startsWith('agent:') ? splitSessionKey(key).agentId : defaultAgentId(config);
}

export function sessionKind(key: string, chatType?: string): SessionKind {
  if (key === GLOBAL_KEY) return 'global';
  if (key === UNKNOWN_KEY) return 'unknown';
  if (chatType === 'group' || chatType === 'channel' || /:(group|channel):/.test(key)) return 'group';
  return 'direct';
}

export interface PeerFacts {
  agentId: string;
  channel: string;
  account: string;
  /** Canonical name of the person, or the platform's id. */
  peer: string;
  threadId?: string;
  /** Whatever the configuration says, nobody else is in the session. */
  isGuest?: boolean;
}

/** Session of a direct message, by the configured scope. */
export function directSessionKey(config: OpenclawConfig, facts: PeerFacts): string {
  if (facts.isGuest) return guestSessionKey(facts);
  if (config.session?.scope === 'global') return GLOBAL_KEY;
  const scope: DmScope = config.session?.dmScope ?? 'main';
  const peer = linkedPeer(config, facts.channel, facts.peer).toLowerCase();
  const rest: Record<DmScope, string> = {
    main: 'main',
    'per-peer': `dm:${peer}`,
    'per-channel-peer': `${facts.channel}:dm:${peer}`,
    'per-account-channel-peer': `${facts.channel}:${facts.account}:dm:${peer}`,
  };
  return `agent:${facts.agentId}:${rest[scope]}${facts.threadId ? `:thread:${facts.threadId}` : ''}`;
}

/** A guest's own: no other person, channel or account has the same key, and no session of an owner is spelled so. */
function guestSessionKey({ agentId, channel, account, peer, threadId }: PeerFacts): string {
  const thread = threadId ? `:thread:${keyPart(threadId)}` : '';
  return `agent:${agentId}:${channel}:${account}:guest:${keyPart(peer)}${thread}`;
}

/** Whether a direct conversation is that of one person: of a guest, or of somebody for whom a scope says so. */
export const isOfOnePerson = (key: string): boolean => /:(?:guest|dm):/.test(key);

/** An id as part of a key, which knows no capital letters and has colons between its parts: different ids stay different. */
export function keyPart(id: string): string {
  if (/^[a-z0-9_.@+-]+$/.test(id)) return id;
  const readable = id.toLowerCase().replace(/[^a-z0-9_.@+-]+/g, '-');
  return `${shortId(readable, 40)}~${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
}

/** Key, within an agent, of a session that a caller names by an id of its own choice. */
export function namedSessionKey(id: string): string {
  return `explicit:${keyPart(id)}`;
}

export interface GroupFacts {
  agentId: string;
  channel: string;
  groupId: string;
  kind?: 'group' | 'channel';
  topicId?: string;
  topicWord?: 'topic' | 'thread';
  /** Whoever writes there is a guest. */
  isGuest?: boolean;
}

export function groupSessionKey(config: OpenclawConfig, facts: GroupFacts): string {
  if (config.session?.scope === 'global' && !facts.isGuest) return GLOBAL_KEY;
  const topic = facts.topicId ? `:${facts.topicWord ?? 'topic'}:${placePart(facts.topicId)}` : '';
  return `agent:${facts.agentId}:${facts.channel}:${facts.kind ?? 'group'}:${placePart(facts.groupId)}${topic}`;
}

/** As `keyPart`; ids of capital letters alone, as some platforms have them, differ in more than these. */
const placePart = (id: string): string => (/^[A-Z0-9_.@+-]+$/.test(id) ? id.toLowerCase() : keyPart(id));

/** One person on several platforms: `session.identityLinks` maps "channel:id" to a canonical name. */
function linkedPeer(config: OpenclawConfig, channel: string, peer: string): string {
  for (const [name, ids] of Object.entries(config.session?.identityLinks ?? {})) {
    if (Array.isArray(ids) && idsOn(channel, ids.map(String)).includes(peer)) return name;
  }
  return peer;
}

/** Key of a sub-agent's session, also of one that a sub-agent started. */
/** Whether it is the conversation of a scheduled job of its own. */
export const isJobKey = (key: string): boolean => splitSessionKey(key).rest.startsWith('cron:');

export const isSubagentKey = (key: string): boolean => splitSessionKey(key).rest.startsWith('subagent:');
