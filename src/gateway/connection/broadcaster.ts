import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { isOf } from '../../rpc/audience';
import { type EventRule, eventRule } from '../../rpc/event-rules';
import { isEventOf } from '../../rpc/answer-views';
import type { WireEvent } from '../../rpc/wire-event';
import { satisfies } from '../../rpc/scopes';
import type { Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import type { ToldEvent } from './event-trail';

/** Sends events to the clients that may have them. The payload is serialised once, whatever their number. */
@Injectable()
export class Broadcaster {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly events: EventBus,
  ) {}

  start(): void {
    this.unsubscribe = this.events.on('wire.event', (event) => this.send(event), 'anywhere');
  }

  stop(): void {
    this.unsubscribe?.();
  }

  send(event: WireEvent): void {
    const rule = eventRule(event.event);
    if (!rule || !this.connections.hasRecipients) return;
    const words: { 3?: InWords; 4?: InWords } = {};
    for (const connection of this.connections.recipients()) {
      if (!mayReceive(connection, rule, event)) continue;
      const revision = event.payloadV3 === undefined ? 4 : connection.protocol;
      const { told, payloadJson } = (words[revision] ??= inWords(event, revision));
      if (event.connectionIds) connection.sendTargetedEvent(event.event, payloadJson);
      else connection.sendEvent(told, payloadJson, rule.droppable === true);
    }
  }
}

interface InWords {
  told: ToldEvent;
  payloadJson: string;
}

function inWords(event: WireEvent, revision: 3 | 4): InWords {
  const payloadJson = JSON.stringify((revision === 3 ? event.payloadV3 : event.payload) ?? null);
  const stateVersionJson = event.stateVersion && JSON.stringify(event.stateVersion);
  return { told: { event: event.event, payloadJson, stateVersionJson }, payloadJson };
}

function mayReceive(connection: Connection, rule: EventRule, event: WireEvent): boolean {
  const { caller } = connection;
  if (!caller) return false;
  if (event.connectionIds && !event.connectionIds.has(connection.id)) return false;
  if (!isEventOf(connection.protocol, event.event)) return false;
  if (event.audience && !isOf(event.audience, connection)) return false;
  if (caller.role === 'node')
    return rule.toNodes === 'following' ? isFollowed(event.payload, caller.follows) : rule.toNodes === true;
  return rule.scope === 'none' || satisfies(caller.scopes, rule.scope);
}

const isFollowed = (payload: unknown, follows: ReadonlySet<string>): boolean =>
  follows.has(String((payload as { sessionKey?: unknown } | null)?.sessionKey));
