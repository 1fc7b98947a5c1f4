import type { GrantedRule } from '../common/granted-rule';
import type { ContentOrigin } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';
import type { QueueMode } from '../config/sections/messages.config';
import type { PresenceEntry } from '../gateway/protocol/hello';
import type { WireEvent } from '../rpc/wire-event';

/** A node as it introduced itself. */
export interface ConnectedNode {
  connectionId: string;
  /** Device id. */
  nodeId: string;
  displayName?: string;
  platform: string;
  version: string;
  deviceFamily?: string;
  modelIdentifier?: string;
  remoteIp: string;
  /** What it offers and was approved. */
  caps: readonly string[];
  commands: readonly string[];
  /** All that it offers. */
  declared: { caps: readonly string[]; commands: readonly string[] };
  permissions?: Readonly<Record<string, boolean>>;
  pathEnv?: string;
  connectedAtMs: number;
}

/** What is called: a model with a credential. */
export interface ModelCallee {
  provider: string;
  id: string;
  profile?: string;
}

/** Every in-process event and what it carries. Emitting an unknown name does not compile. */
export interface EventMap {
  /** Something connected clients are told. */
  'wire.event': WireEvent;
  /** The gateway listens and every fatal step is done. */
  'gateway.ready': { port: number };
  /** A message waits in the inbox. */
  'inbox.accepted': { sessionKey: string; rowId: string; runId: string; queueMode?: QueueMode };
  /** A command waits in the inbox. */
  'command.accepted': { sessionKey: string; rowId: string; isUrgent: boolean };
  /** A command has been carried out, and everything about it is on disk; `runId` is that of the message it came with. */
  'command.closed': { runId: string; sessionKey: string };
  /** A turn has begun to work on messages of a route. */
  'turn.started': { runId: string; sessionKey: string; route?: DeliveryRoute };
  /** Visible text of a running turn, from its beginning. */
  'turn.text': { runId: string; sessionKey: string; route?: DeliveryRoute; text: string };
  /** The same of every run, as clients see it, by our own id of the run. */
  'run.text': { runId: string; text: string };
  /** A running turn begins to use a tool. */
  'turn.tool': { runId: string; sessionKey: string; route?: DeliveryRoute; tool: string };
  /** A turn has ended and everything about it is on disk. */
  'turn.closed': {
    runId: string;
    runIds: string[];
    sessionKey: string;
    outcome: string;
    route?: DeliveryRoute;
    /** Tokens of its last request with the answer, and of the model's window, where a model was asked. */
    size?: { tokens: number; window: number };
  };
  /** Something about a session has changed that lists show, or there is a new one, or one less. */
  'session.changed': { sessionKey: string; reason: string };
  /** Messages were added to a conversation behind the one of this number, and are on disk. */
  'transcript.appended': { sessionId: string; after: number; count: number };
  /** A conversation was removed with all that was said in it; what else was kept for it goes too. */
  'conversation.removed': { sessionId: string };
  /** The gateway has something to tell the assistant in a session; the same external id is told once. */
  'session.note': {
    sessionKey: string;
    externalId: string;
    text: string;
    /** Whether the turn that it belongs to was an owner's. */
    isOwner: boolean;
    /** Whose words are in it. */
    origin: ContentOrigin;
    route?: DeliveryRoute;
  };
  /** The owner has answered "always" to what a job asked for: the job has the rule from now on. */
  'job.rule': { jobId: string; rule: GrantedRule };
  /** Something that hooks may take part in. */
  'hook.event': {
    type: string;
    action: string;
    agentId: string;
    sessionKey?: string;
    context: Readonly<Record<string, unknown>>;
  };
  /** A heartbeat is wanted now, for something that waits. */
  'heartbeat.wake': { agentId: string; reason: string };
  /** A paired node has connected and says what it can do. */
  'node.connected': ConnectedNode;
  /** What is kept of a paired node has changed: what was approved of it, or its name. */
  'node.changed': {
    deviceId: string;
    node?: { caps: readonly string[]; commands: readonly string[] };
    nodeName?: string;
  };
  /** A node's connection is gone. */
  'node.gone': { connectionId: string; nodeId: string };
  /** Files of skills have changed. */
  'skills.changed': { version: number };
  /** Parts wait in the outbox. */
  'outbox.queued': { channel: string; account: string };
  /** Somebody wants turns to end that other gateways run; which stands in their rows. */
  'turn.stop-asked': { runId: string };
  /** Rows of approvals were decided, or their time is over. */
  'approval.closed': { ids: string[] };
  /** A gateway that stops has let go of these sessions, in which there is still something to do. */
  'lanes.left': { sessionKeys: string[] };
  /** What a device may do has changed: its connections end, and it connects anew. */
  'device.closed': { deviceId: string; role?: string };
  /** Something is to be told to webhooks. */
  'webhooks.queued': Record<never, never>;
  /** A message of a chat platform was judged: taken, left out, or known already. */
  'message.judged': { channel: string; account: string; verdict: string };
  /** A message to a chat platform has an end, or an attempt has failed and there will be another. */
  'delivery.told': { channel: string; account: string; outcome: 'sent' | 'failed' | 'uncertain' | 'retry' };
  /** A tool has ended. */
  'tool.ended': { tool: string; isError: boolean };
  /** Somebody has shown who they are, or has failed to. */
  'login.judged': { via: 'websocket' | 'http'; isAdmitted: boolean };
  /** Calls wait for an approval. */
  'approval.asked': { ids: string[]; tool: string; sessionKey: string; runId: string };
  /** Calls were decided, by a client, a chat or a rule, or their time is over (`timeout`). */
  'approval.decided': { ids: string[]; decision: string; by: string };
  /** A request to a language model has ended; `outcome` is `ok`, `aborted`, or the kind of the failure. */
  'model.called': { provider: string; model: string; outcome: string; seconds: number };
  /** What a request to a model has used, as it is billed. */
  'model.used': {
    provider: string;
    model: string;
    tokens: { input: number; output: number; cacheRead: number; cacheWrite: number };
    /** Millionths of a US dollar. */
    costMicros: number;
  };
  /** Another gateway has come, or hears again: it is to be told what it can't have heard of. */
  'replica.joined': Record<never, never>;
  /** Another gateway has stopped, or is not heard of any more. */
  'replica.left': { gateway: string };
  /** All clients that a gateway has. */
  'presence.there': { clients: PresenceEntry[] };
  /** All nodes that are connected to a gateway. */
  'nodes.there': { nodes: ConnectedNode[] };
  /** Somebody came with a wrong secret. */
  'login.failed': { source: string };
  /** A signature that counts once was accepted, and is worth nothing after a time in Unix milliseconds. */
  'signature.used': { signature: string; expiresAt: number };
  /** A model did not answer, or did again after that. */
  'model.failed': { callee: ModelCallee; kind: string; retryAfterMs?: number };
  'model.recovered': { callee: ModelCallee };
  /** A gateway asks for what another one may have, and is answered; without an answer that one has nothing. */
  'elsewhere.asked': { id: string; topic: string; question: unknown };
  'elsewhere.answered': { id: string; answer?: unknown };
  /** Other gateways share the database: time to look for what one of them has left, or did not tell of. */
  'replicas.look': Record<never, never>;
}
