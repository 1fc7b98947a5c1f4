import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { type EventRule, eventRule } from '../../rpc/event-rules';
import { isEventOf } from '../../rpc/answer-views';
import type { WireEvent } from '../../rpc/wire-event';
import { satisfies } from '../../rpc/scopes';
import type { Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';

/** Sends events to the clients that may have them. The payload is serialised once, whatever their number. */
@Injectable()
export class Broadcaster {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly events: EventBus,
  ) {}

  start(): void {
    this.unsubscribe = this.events.on('wire.event', (event) => this.send(event));
  }

  stop(): void {
    this.unsubscribe?.();
  }

  send(event: WireEvent): void {
    const rule = eventRule(event.event);
    if (!rule || this.connections.size === 0) return;
    const payloads: { 3?: string; 4?: string } = {};
    let stateVersionJson: string | undefined;
    for (const connection of this.connections.all()) {
      if (!mayReceive(connection, rule, event)) continue;
      const revision = event.payloadV3 === undefined ? 4 : connection.protocol;
      const payloadJson = (payloads[revision] ??= JSON.stringify(
        (revision === 3 ? event.payloadV3 : event.payload) ?? null,
      ));
      stateVersionJson ??= event.stateVersion && JSON.stringify(event.stateVersion);
      if (event.connectionIds) connection.sendTargetedEvent(event.event, payloadJson);
      else connection.sendEvent(event.event, payloadJson, rule.droppable === true, stateVersionJson);
    }
  }
}

function mayReceive(connection: Connection, rule: EventRule, event: WireEvent): boolean {
  const { caller } = connection;
  if (!caller) return false;
  if (event.connectionIds && !event.connectionIds.has(connection.id)) return false;
  if (!isEventOf(connection.protocol, event.event)) return false;
  if (event.accepts && !event.accepts(connection)) return false;
  if (caller.role === 'node')
    return rule.toNodes === 'following' ? isFollowed(event.payload, caller.follows) : rule.toNodes === true;
  return rule.scope === 'none' || satisfies(caller.scopes, rule.scope);
}

const isFollowed = (payload: unknown, follows: ReadonlySet<string>): boolean =>
  follows.has(String((payload as { sessionKey?: unknown } | null)?.sessionKey));
