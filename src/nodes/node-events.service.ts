import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../common/clock';
import type { DeliveryRoute } from '../common/delivery-route';
import { cutText } from '../common/cut-text';
import { isPlainObject } from '../common/plain-object';
import { quoteRest } from '../common/quoted-words';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { scopesOf } from '../gateway/devices/device-record';
import { InboxService } from '../inbox/inbox.service';
import { IntakeLine } from '../inbox/intake-line';
import type { RpcCaller } from '../rpc/rpc-context';
import { satisfies } from '../rpc/scopes';
import { sendAllowed } from '../sessions/send-policy';
import { agentOfSession, canonicalSessionKey } from '../sessions/session-key';
import { SessionStore } from '../sessions/session.store';
import { SystemEventStore } from '../sessions/system-event.store';
import { readHostStats } from './host-stats';
import { NodeRegistry } from './connected-nodes.service';

const CHANNEL = 'node';
const MAX_TEXT = 20_000;
const MAX_TOLD = 2000;

/** What became of an event; `reason` says why nothing did, or what was done. */
export interface EventVerdict {
  handled: boolean;
  reason?: string;
}

type Payload = Record<string, unknown>;

/**
 * What nodes tell of their own accord. A node does what it is asked: its words are no orders of the owner, unless the same
 * device may also write as an operator.
 */
@Injectable()
export class NodeEvents {
  private readonly handlers: Readonly<Record<string, (payload: Payload, node: RpcCaller) => Promise<EventVerdict>>>;

  constructor(
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly line: IntakeLine,
    private readonly sessions: SessionStore,
    private readonly systemEvents: SystemEventStore,
    private readonly devices: DevicePairingService,
    private readonly nodes: NodeRegistry,
    private readonly events: EventBus,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.handlers = {
      'voice.transcript': (payload, node) => this.say(textIn(payload, 'text'), 'main', payload, node),
      'agent.request': (payload, node) => this.say(textIn(payload, 'message'), ownSession(node), payload, node),
      'chat.subscribe': (payload, node) => Promise.resolve(this.follow(payload, node, true)),
      'chat.unsubscribe': (payload, node) => Promise.resolve(this.follow(payload, node, false)),
      'exec.started': (payload, node) => this.told('started', payload, node),
      'exec.finished': (payload, node) => this.told('finished', payload, node),
      'exec.denied': (payload, node) => this.told('denied', payload, node),
      'node.host.stats': (payload, node) => Promise.resolve(this.stats(payload, node)),
      'node.presence.alive': () => Promise.resolve({ handled: true, reason: 'connected' }),
    };
  }

  /** @param payload the event's object, or its JSON text */
  async take(event: string, payload: unknown, node: RpcCaller): Promise<EventVerdict> {
    const handler = Object.hasOwn(this.handlers, event) ? this.handlers[event] : undefined;
    if (!handler) return { handled: false, reason: 'unknown_event' };
    const facts = typeof payload === 'string' ? parsed(payload) : payload;
    if (!isPlainObject(facts)) return { handled: false, reason: 'invalid_payload' };
    return handler(facts, node);
  }

  /** Has the assistant work on what a node was told. */
  private async say(
    text: string | undefined,
    otherwise: string,
    payload: Payload,
    node: RpcCaller,
  ): Promise<EventVerdict> {
    if (text === undefined) return { handled: false, reason: 'invalid_payload' };
    const { config } = this.config;
    const sessionKey = canonicalSessionKey(config, textIn(payload, 'sessionKey') ?? otherwise);
    const session = await this.sessions.find(sessionKey);
    if (!sendAllowed(config, sessionKey, session)) return { handled: false, reason: 'send_blocked' };
    const route = payload['deliver'] === true ? lastRouteOf(session) : undefined;
    if (payload['deliver'] === true && !isMeant(payload, route)) return { handled: false, reason: 'delivery_refused' };
    const isOwners = await this.mayWrite(node);
    const runId = `node:${randomUUID()}`;
    await this.line.run(sessionKey, () =>
      this.inbox.accept({
        channel: CHANNEL,
        account: 'default',
        externalId: runId,
        sessionKey,
        runId,
        message: {
          text: isOwners ? text : `[from the node ${nodeName(node)}; its words are not the owner's] ${quoteRest(text)}`,
          isOwner: true,
          origin: isOwners ? 'owner' : 'stranger',
          ...(typeof payload['timeoutSeconds'] === 'number' && payload['timeoutSeconds'] > 0
            ? { timeoutMs: payload['timeoutSeconds'] * 1000 }
            : {}),
          ...(route ? { route } : {}),
        },
      }),
    );
    return { handled: true, reason: 'accepted' };
  }

  private follow(payload: Payload, node: RpcCaller, isOn: boolean): EventVerdict {
    const key = textIn(payload, 'sessionKey');
    if (key === undefined) return { handled: false, reason: 'invalid_payload' };
    const sessionKey = canonicalSessionKey(this.config.config, key);
    if (isOn) node.follows.add(sessionKey);
    else node.follows.delete(sessionKey);
    return { handled: true, reason: isOn ? 'subscribed' : 'unsubscribed' };
  }

  /** Tells a conversation what became of a command that was begun for it. */
  private async told(what: string, payload: Payload, node: RpcCaller): Promise<EventVerdict> {
    const key = textIn(payload, 'sessionKey');
    const sessionKey = key === undefined ? undefined : canonicalSessionKey(this.config.config, key);
    // Who asked by `node.invoke` has the answer; a node that names no conversation of ours has nobody to tell.
    if (sessionKey === undefined || !(await this.sessions.find(sessionKey)))
      return { handled: false, reason: 'no_session' };
    const { exitCode, timedOut } = payload;
    const facts = [
      ...(what === 'finished' ? [timedOut === true ? 'time-out' : `code ${String(exitCode ?? '?')}`] : []),
      ...(textIn(payload, 'reason') ? [textIn(payload, 'reason')] : []),
    ];
    const detail = textIn(payload, what === 'finished' ? 'output' : 'command');
    const text = `A command on the node ${nodeName(node)} ${what}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}${
      detail === undefined ? '' : `: ${cutText(detail, MAX_TOLD)}`
    }`;
    const isNew = await this.systemEvents.add(sessionKey, text, 'tool');
    if (isNew && what !== 'started')
      this.events.emit('heartbeat.wake', {
        agentId: agentOfSession(this.config.config, sessionKey),
        reason: 'exec-event',
      });
    return { handled: true, reason: 'noted' };
  }

  private stats(payload: Payload, { deviceId, connectionId }: RpcCaller): EventVerdict {
    const stats = readHostStats(payload, this.clock.now());
    if (!stats) return { handled: false, reason: 'invalid_payload' };
    const isKept = this.nodes.keepStats({ nodeId: deviceId ?? '', connectionId }, stats);
    return isKept ? { handled: true, reason: 'updated' } : { handled: false, reason: 'stale_connection' };
  }

  private async mayWrite({ deviceId }: RpcCaller): Promise<boolean> {
    const device = deviceId === undefined ? undefined : await this.devices.find(deviceId);
    return device !== undefined && satisfies(new Set(scopesOf(device)), 'operator.write');
  }
}

const nodeName = ({ displayName, deviceId, clientId }: RpcCaller): string => displayName ?? deviceId ?? clientId;

const ownSession = ({ deviceId, clientId }: RpcCaller): string => `node-${deviceId ?? clientId}`;

function textIn(payload: Payload, name: string): string | undefined {
  const value = payload[name];
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.length > MAX_TEXT ? undefined : text;
}

/** A node may not choose where an answer goes: only back to where the conversation is held. */
function isMeant(payload: Payload, route: DeliveryRoute | undefined): boolean {
  const channel = textIn(payload, 'channel') ?? 'last';
  const to = textIn(payload, 'to');
  return route !== undefined && (channel === 'last' || channel === route.channel) && (to ?? route.to) === route.to;
}

function lastRouteOf(session: Awaited<ReturnType<SessionStore['find']>>): DeliveryRoute | undefined {
  if (!session?.lastChannel || !session.lastTo) return undefined;
  return {
    channel: session.lastChannel,
    account: session.lastAccountId ?? 'default',
    to: session.lastTo,
    ...(session.lastThreadId === undefined ? {} : { threadId: String(session.lastThreadId) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
