import type { OperatorScope } from './scopes';

/** Who gets an event, of every protocol revision and dialect. What no rule names reaches nobody. */
export interface EventRule {
  /** Scope that an operator needs; `none`: it tells nothing but that the gateway is there. */
  scope: OperatorScope | 'none';
  /** May be left out for a client that does not keep up. */
  droppable?: boolean;
  /** Whether nodes get it: each, or one that follows the conversation it is about. */
  toNodes?: boolean | 'following';
  /** Only for clients of the gateway in which it happens: the others tell theirs of it themselves, or have nothing to tell. */
  isOwn?: true;
}

const RULES = {
  'connect.challenge': { scope: 'none', isOwn: true },
  agent: { scope: 'operator.read', toNodes: 'following' },
  chat: { scope: 'operator.read', toNodes: 'following' },
  piece: { scope: 'operator.read' },
  presence: { scope: 'operator.read', droppable: true, isOwn: true },
  tick: { scope: 'none', droppable: true, toNodes: true, isOwn: true },
  health: { scope: 'operator.read', isOwn: true },
  shutdown: { scope: 'none', toNodes: true, isOwn: true },
  'update.available': { scope: 'operator.read', droppable: true, isOwn: true },
  heartbeat: { scope: 'operator.read', droppable: true },
  cron: { scope: 'operator.read', droppable: true },
  'sessions.changed': { scope: 'operator.read', droppable: true, isOwn: true },
  'session.message': { scope: 'operator.read', isOwn: true },
  'session.tool': { scope: 'operator.read' },
  'device.pair.requested': { scope: 'operator.pairing', droppable: true },
  'device.pair.resolved': { scope: 'operator.pairing', droppable: true },
  'node.pair.requested': { scope: 'operator.pairing', droppable: true },
  'node.pair.resolved': { scope: 'operator.pairing', droppable: true },
  'channels.pairing.requested': { scope: 'operator.pairing', droppable: true },
  'channels.pairing.resolved': { scope: 'operator.pairing', droppable: true },
  'exec.approval.requested': { scope: 'operator.approvals' },
  'exec.approval.resolved': { scope: 'operator.approvals' },
  'question.requested': { scope: 'operator.questions' },
  'question.resolved': { scope: 'operator.questions' },
  'node.hostStats': { scope: 'operator.read', droppable: true, isOwn: true },
  'exec.approval.revoked': { scope: 'operator.approvals', droppable: true },
  // Always for one node alone.
  'node.invoke.request': { scope: 'operator.admin', toNodes: true, isOwn: true },
  'channels.changed': { scope: 'operator.read', droppable: true, isOwn: true },
  'skills.changed': { scope: 'operator.read', droppable: true, isOwn: true },
  'skills.install': { scope: 'operator.admin', droppable: true },
  'plugins.changed': { scope: 'operator.read', droppable: true, isOwn: true },
  'intake.changed': { scope: 'operator.read', droppable: true, isOwn: true },
  'diagnostics.heartbeat': { scope: 'operator.read', droppable: true, isOwn: true },
  'talk.mode': { scope: 'operator.read', droppable: true, toNodes: true },
  'voicewake.changed': { scope: 'operator.read', droppable: true, toNodes: true },
  'config.changed': { scope: 'operator.read', droppable: true, isOwn: true },
} satisfies Record<string, EventRule>;

/** Names of events: one without a rule does not compile. */
export type EventName = keyof typeof RULES;

export const EVENT_RULES: Readonly<Record<EventName, EventRule>> = RULES;

export const eventRule = (name: string): EventRule | undefined =>
  Object.hasOwn(EVENT_RULES, name) ? EVENT_RULES[name as EventName] : undefined;
