import type { EventName } from '../events/event-bus';
import type { EventMap } from '../events/event-map';
import { eventRule } from '../rpc/event-rules';

/** Events that other gateways are told of. What they carry is data, and survives JSON. */
const PASSED: ReadonlySet<EventName> = new Set<EventName>([
  'wire.event',
  'inbox.accepted',
  'command.closed',
  'turn.closed',
  'turn.stop-asked',
  'lanes.left',
  'approval.closed',
  'session.changed',
  'transcript.appended',
  'webhooks.queued',
  'device.closed',
  'node.changed',
  'presence.there',
  'nodes.there',
  'login.failed',
  'signature.used',
  'model.failed',
  'model.recovered',
  'elsewhere.asked',
  'elsewhere.answered',
]);

/** Whether an event means anything to other gateways: not what is for clients of this one. */
export function isPassed<N extends EventName>(name: N, payload: EventMap[N]): boolean {
  if (!PASSED.has(name)) return false;
  if (name !== 'wire.event') return true;
  const { event, connectionIds } = payload as EventMap['wire.event'];
  return connectionIds === undefined && eventRule(event)?.isOwn !== true;
}

/** An event that came as text; undefined where it is none, as from a gateway of another version. */
export function readEvent(text: string): { name: EventName; payload: EventMap[EventName] } | undefined {
  try {
    const { n, p } = JSON.parse(text) as { n?: EventName; p?: EventMap[EventName] };
    return n !== undefined && PASSED.has(n) && typeof p === 'object' && p !== null
      ? { name: n, payload: p }
      : undefined;
  } catch {
    return undefined;
  }
}

export const writeEvent = <N extends EventName>(name: N, payload: EventMap[N]): string =>
  JSON.stringify({ n: name, p: payload });
