import type { OperatorScope } from '../../rpc/scopes';

/** Who gets an event. An event without a rule is not sent to anybody. */
export interface EventRule {
  /** Scope that protocol 4 clients need; undefined: none. */
  scopeV4?: OperatorScope;
  /** Scope that protocol 3 clients need; undefined: none. */
  scopeV3?: OperatorScope;
  droppable?: boolean;
  toNodes?: boolean;
}

export const EVENT_RULES: Readonly<Record<string, EventRule>> = {
  'connect.challenge': {},
  agent: { scopeV4: 'operator.read' },
  chat: { scopeV4: 'operator.read' },
  presence: { scopeV4: 'operator.read', droppable: true },
  tick: { droppable: true, toNodes: true },
  health: {},
  shutdown: { toNodes: true },
  'update.available': { droppable: true },
  heartbeat: { droppable: true },
  cron: { scopeV4: 'operator.read', droppable: true },
  'sessions.changed': { scopeV4: 'operator.read', droppable: true },
  'session.message': { scopeV4: 'operator.read' },
  'session.tool': { scopeV4: 'operator.read' },
  'device.pair.requested': { scopeV3: 'operator.pairing', scopeV4: 'operator.pairing', droppable: true },
  'device.pair.resolved': { scopeV3: 'operator.pairing', scopeV4: 'operator.pairing', droppable: true },
  'channels.pairing.requested': { scopeV3: 'operator.pairing', scopeV4: 'operator.pairing', droppable: true },
  'channels.pairing.resolved': { scopeV3: 'operator.pairing', scopeV4: 'operator.pairing', droppable: true },
  'exec.approval.requested': { scopeV3: 'operator.approvals', scopeV4: 'operator.approvals' },
  'exec.approval.resolved': { scopeV3: 'operator.approvals', scopeV4: 'operator.approvals' },
  // Always targeted at one node.
  'node.invoke.request': { scopeV3: 'operator.admin', scopeV4: 'operator.admin', toNodes: true },
  'channels.changed': { scopeV4: 'operator.read', droppable: true },
  'skills.changed': { scopeV4: 'operator.read', droppable: true },
  'plugins.changed': { scopeV4: 'operator.read', droppable: true },
  'intake.changed': { scopeV4: 'operator.read', droppable: true },
  'diagnostics.heartbeat': { scopeV4: 'operator.read', droppable: true },
  'config.changed': { scopeV4: 'operator.read', droppable: true },
};
