import type { ContentOrigin } from '../common/content-parts';
import type { GrantedRule } from '../common/granted-rule';
import type { DeliveryRoute } from '../common/delivery-route';

export interface DeliveryContext {
  channel?: string;
  to?: string;
  accountId?: string;
  threadId?: string;
}

/** Levels and choices that a session overrides. */
export interface SessionOverrides {
  thinkingLevel?: string;
  verboseLevel?: string;
  reasoningLevel?: string;
  elevatedLevel?: string;
  responseUsage?: string;
  execHost?: string;
  execSecurity?: string;
  execAsk?: string;
  execNode?: string;
  /** `web`: sandboxed commands reach public addresses; `none`: nothing but the loopback of their room. */
  execNetwork?: string;
  providerOverride?: string;
  modelOverride?: string;
  sendPolicy?: string;
  groupActivation?: string;
  queueMode?: string;
  queueDebounceMs?: number;
  queueCap?: number;
  queueDrop?: string;
}

/** A task of the assistant's own list. */
export interface TodoItem {
  id: number;
  text: string;
  status: 'open' | 'doing' | 'done';
  /** Whose words it may repeat: a list outlives the messages of its conversation. Missing in what was noted long ago. */
  origin?: ContentOrigin;
}

/** How people keep order among their sessions. */
export interface SessionOrder {
  pinnedAt?: number;
  /** Put away: lists leave it out unless they are asked. */
  archivedAt?: number;
  category?: string;
  icon?: string;
  color?: string;
  /** A person has marked it as not read. */
  markedUnreadAt?: number;
  /** Until when it was read, of sessions that are marked as read at all. */
  lastReadAt?: number;
}

/** How the last run of a session went. */
export interface LastRun {
  runId: string;
  startedAt: number;
  endedAt: number;
  outcome: 'done' | 'failed' | 'killed';
}

/** A session as it is stored and shown. */
export interface SessionEntry extends SessionOverrides, SessionOrder {
  key: string;
  agentId: string;
  sessionId: string;
  createdAt: number;
  updatedAt: number;
  /** When a person last said something in it. */
  lastInteractionAt?: number;
  label?: string;
  displayName?: string;
  channel?: string;
  subject?: string;
  chatType?: 'direct' | 'group' | 'channel';
  spawnedBy?: string;
  /** What the sub-agent that this is the conversation of may do unasked. */
  rules?: readonly GrantedRule[];
  /** Session whose conversation this one began with. */
  forkedFrom?: string;
  /** Session that had this conversation until it went on from an earlier message. */
  branchOf?: string;
  /** The request by which the conversation last went on from an earlier message, and which it had before. */
  rewound?: { by: string; from: string };
  /** Where answers go instead of where they were asked for. */
  dock?: DeliveryRoute;
  deliveryContext?: DeliveryContext;
  lastChannel?: string;
  lastTo?: string;
  lastAccountId?: string;
  lastThreadId?: string;
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
  contextTokens?: number;
  modelProvider?: string;
  model?: string;
  abortedLastRun?: boolean;
  lastRun?: LastRun;
  todos?: TodoItem[];
  /** Nothing is changed before a plan was approved. */
  planMode?: true;
}

/** Fields that survive a reset: the person's choices, not what was said. */
export const KEPT_ON_RESET = [
  'thinkingLevel',
  'verboseLevel',
  'reasoningLevel',
  'elevatedLevel',
  'responseUsage',
  'execHost',
  'execSecurity',
  'execAsk',
  'execNode',
  'execNetwork',
  'providerOverride',
  'modelOverride',
  'sendPolicy',
  'groupActivation',
  'queueMode',
  'queueDebounceMs',
  'queueCap',
  'queueDrop',
  'pinnedAt',
  'archivedAt',
  'category',
  'icon',
  'color',
  'displayName',
  'channel',
  'subject',
  'chatType',
  'spawnedBy',
  'rules',
  'dock',
  'deliveryContext',
  'lastChannel',
  'lastTo',
  'lastAccountId',
  'lastThreadId',
  'contextTokens',
  'modelProvider',
  'model',
] as const satisfies readonly (keyof SessionEntry)[];

const ORDER = ['pinnedAt', 'archivedAt', 'category', 'icon', 'color', 'markedUnreadAt', 'lastReadAt'] as const;

/** A session's fields without its place among the others: a copy has one of its own. */
export function withoutOrder<T extends SessionOrder>(entry: T): Omit<T, keyof SessionOrder> {
  const copy = { ...entry };
  for (const field of ORDER) delete copy[field];
  return copy;
}
