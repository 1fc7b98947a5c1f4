import type { Audience } from './audience';
import type { EventName } from './event-rules';

/** An event for connected clients. The gateway decides per connection whether it is sent (see its event rules). */
export interface WireEvent {
  event: EventName;
  payload: unknown;
  /** Payload for protocol 3 clients, where it differs. */
  payloadV3?: unknown;
  /** Only these connections. Targeted events carry no `seq`. */
  connectionIds?: ReadonlySet<string>;
  /** Only connections that pass, e.g. by declared capability. Said as data, so that other gateways can tell theirs. */
  audience?: Audience;
  stateVersion?: { presence: number; health: number };
}
