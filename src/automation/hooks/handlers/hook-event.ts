import type { EventBus } from '../../../events/event-bus';
import type { EventMap } from '../../../events/event-map';

/** What is told to whom listens: a type, or one action of it. */
export const TOLD_EVENTS = [
  'command',
  'command:new',
  'command:reset',
  'command:stop',
  'session',
  'session:start',
  'agent',
  'agent:start',
  'agent:end',
  'gateway',
  'gateway:startup',
  'message',
  'message:received',
  'message:sent',
] as const;

/** What hooks can listen to: besides what they are told of, one event that waits for their answer. */
export const HOOK_EVENTS = [...TOLD_EVENTS, 'agent:bootstrap'] as const;

export type HookEvent = EventMap['hook.event'];

/** Whether a list of names of {@link HOOK_EVENTS} covers an event. */
export const covers = (names: readonly string[], { type, action }: HookEvent): boolean =>
  names.includes(type) || names.includes(`${type}:${action}`);

/**
 * Tells of everything that hooks may take part in.
 * @param agentId whose gateway it is
 */
export function onHookEvent(events: EventBus, agentId: () => string, told: (event: HookEvent) => void): void {
  events.on('hook.event', told);
  events.on('gateway.ready', ({ port }) =>
    told({ type: 'gateway', action: 'startup', agentId: agentId(), context: { port } }),
  );
  events.on('inbox.accepted', ({ sessionKey, runId }) =>
    told({ type: 'message', action: 'received', agentId: agentId(), sessionKey, context: { runId } }),
  );
  events.on('turn.started', ({ sessionKey, runId }) =>
    told({ type: 'agent', action: 'start', agentId: agentId(), sessionKey, context: { runId } }),
  );
  events.on('turn.closed', ({ sessionKey, runId, outcome }) => {
    told({ type: 'agent', action: 'end', agentId: agentId(), sessionKey, context: { runId, outcome } });
    if (outcome === 'reply')
      told({ type: 'message', action: 'sent', agentId: agentId(), sessionKey, context: { runId } });
  });
}
