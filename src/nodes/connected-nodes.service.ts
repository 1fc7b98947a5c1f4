import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import type { ConnectedNode, EventMap } from '../events/event-map';
import { Elsewhere, type Questions } from '../replicas/elsewhere.service';
import type { HostStats } from './host-stats';
import { OpenclawError } from '../common/openclaw-error';
import { timerMs } from '../common/sleep';
import { allowedCommands, paramsFault, passedOn } from '../gateway/protocol/node-commands';

const DEFAULT_TIMEOUT_MS = 30_000;
/** For the way to another gateway and back. */
const ELSEWHERE_MS = 2000;

/** Why a node did not do what it was asked; `code` is NOT_CONNECTED, NOT_ALLOWED, INVALID_PARAMS, TIMEOUT, DISCONNECTED or the node's own. */
export class NodeInvokeError extends OpenclawError {}

export interface InvokeOptions {
  timeoutMs?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface NodeAnswer {
  ok: boolean;
  payload?: unknown;
  payloadJSON?: string;
  error?: { code?: string; message?: string };
}

interface Waiting {
  nodeId: string;
  settle(answer: NodeAnswer | NodeInvokeError): void;
}

/**
 * Nodes that are connected now, here or to another gateway on the database, and calls to them that wait for an answer. A node of
 * another gateway is asked through that one.
 */
@Injectable()
export class NodeRegistry {
  private readonly nodes = new Map<string, ConnectedNode>();
  /** Of other gateways, by gateway. */
  private readonly elsewhere = new Map<string, readonly ConnectedNode[]>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly stats = new Map<string, HostStats>();

  constructor(
    private readonly config: ConfigService,
    private readonly events: EventBus,
    private readonly others: Elsewhere,
  ) {}

  listen(): void {
    this.events.on('node.connected', (node) => {
      this.nodes.set(node.nodeId, node);
      this.tellElsewhere();
    });
    // Whoever approves it may do so at another gateway.
    this.events.on('node.changed', (change) => this.changed(change), 'anywhere');
    this.events.on('nodes.there', ({ nodes }, from = '') => void this.elsewhere.set(from, nodes), 'elsewhere');
    this.events.on('replica.left', ({ gateway }) => void this.elsewhere.delete(gateway));
    this.events.on('replica.joined', () => this.tellElsewhere());
    this.others.on('node.invoke', (question) => this.invokeFor(question));
    this.events.on('node.gone', ({ nodeId, connectionId }) => {
      if (this.nodes.get(nodeId)?.connectionId !== connectionId) return;
      this.nodes.delete(nodeId);
      this.stats.delete(nodeId);
      this.tellElsewhere();
      for (const call of this.waiting.values())
        if (call.nodeId === nodeId) call.settle(new NodeInvokeError('DISCONNECTED', 'the node went away'));
    });
  }

  private changed({ deviceId, node: approved, nodeName }: EventMap['node.changed']): void {
    const node = this.nodes.get(deviceId);
    if (!node) return;
    this.nodes.set(deviceId, {
      ...node,
      ...(nodeName ? { displayName: nodeName } : {}),
      caps: node.declared.caps.filter((cap) => approved?.caps.includes(cap)),
      commands: node.declared.commands.filter((command) => approved?.commands.includes(command)),
    });
    this.tellElsewhere();
  }

  private tellElsewhere(): void {
    this.events.emit('nodes.there', { nodes: [...this.nodes.values()] });
  }

  connected(): ConnectedNode[] {
    const away = [...this.elsewhere.values()].flat().filter(({ nodeId }) => !this.nodes.has(nodeId));
    return [...this.nodes.values(), ...away].sort((a, b) =>
      (a.displayName ?? a.nodeId).localeCompare(b.displayName ?? b.nodeId),
    );
  }

  /** What the machine of a connected node says of itself. */
  statsOf(nodeId: string): HostStats | undefined {
    return this.stats.get(nodeId);
  }

  /** @returns false for a connection that is not the node's newest */
  keepStats({ nodeId, connectionId }: { nodeId: string; connectionId: string }, stats: HostStats): boolean {
    if (this.nodes.get(nodeId)?.connectionId !== connectionId) return false;
    this.stats.set(nodeId, stats);
    this.events.emit('wire.event', { event: 'node.hostStats', payload: { nodeId, hostStats: stats } });
    return true;
  }

  /** By id, name or address. */
  find(wanted: string): ConnectedNode | undefined {
    const folded = wanted.trim().toLowerCase();
    return this.connected().find((node) =>
      [node.nodeId, node.displayName, node.remoteIp].some((name) => name?.toLowerCase() === folded),
    );
  }

  /** Whether a node has declared a command and the policy lets it be asked for. */
  can(node: ConnectedNode, command: string): boolean {
    const rules = this.config.config.gateway?.nodes;
    return node.commands.includes(command) && allowedCommands(node.platform, rules).has(command);
  }

  /** Asks a node to do something and waits for its answer. @throws NodeInvokeError */
  async invoke(
    nodeId: string,
    command: string,
    params: unknown,
    options: InvokeOptions = {},
  ): Promise<{ payload: unknown; payloadJSON: string | null }> {
    const node = this.connected().find((each) => each.nodeId === nodeId);
    if (!node) throw new NodeInvokeError('NOT_CONNECTED', 'node not connected');
    if (!this.can(node, command)) throw new NodeInvokeError('NOT_ALLOWED', `node command not allowed: ${command}`);
    // As they go over the wire: what is left out there is not there.
    const given: unknown = params === undefined ? undefined : JSON.parse(JSON.stringify(params));
    const fault = paramsFault(command, given);
    const paramsJSON = given === undefined ? null : JSON.stringify(passedOn(command, given));
    if (fault !== undefined) throw new NodeInvokeError('INVALID_PARAMS', `invalid ${command} params: ${fault}`);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (this.nodes.get(nodeId) !== node) return this.invokeElsewhere(nodeId, command, given, timeoutMs, options);
    const id = randomUUID();
    const answer = await new Promise<NodeAnswer>((resolve, reject) => {
      const settle = (result: NodeAnswer | NodeInvokeError): void => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', stop);
        this.waiting.delete(id);
        if (result instanceof NodeInvokeError) reject(result);
        else resolve(result);
      };
      const stop = (): void => settle(new NodeInvokeError('ABORTED', 'the call was stopped'));
      const timer = setTimeout(
        () => settle(new NodeInvokeError('TIMEOUT', `the node did not answer within ${timeoutMs} ms`)),
        timerMs(timeoutMs),
      );
      options.signal?.addEventListener('abort', stop, { once: true });
      this.waiting.set(id, { nodeId, settle });
      this.events.emit('wire.event', {
        event: 'node.invoke.request',
        connectionIds: new Set([node.connectionId]),
        payload: {
          id,
          nodeId,
          command,
          paramsJSON,
          timeoutMs,
          ...(options.idempotencyKey ? { idempotencyKey: options.idempotencyKey } : {}),
        },
      });
    });
    if (!answer.ok)
      throw new NodeInvokeError(answer.error?.code ?? 'NODE_ERROR', answer.error?.message ?? 'the node refused');
    const payloadJSON = answer.payloadJSON ?? (answer.payload === undefined ? null : JSON.stringify(answer.payload));
    return { payload: answer.payload ?? (payloadJSON === null ? null : parse(payloadJSON)), payloadJSON };
  }

  /** Has the gateway that the node is connected to ask it. */
  private async invokeElsewhere(
    nodeId: string,
    command: string,
    params: unknown,
    timeoutMs: number,
    { idempotencyKey, signal }: InvokeOptions,
  ): Promise<{ payload: unknown; payloadJSON: string | null }> {
    const question = { nodeId, command, params, timeoutMs, ...(idempotencyKey ? { idempotencyKey } : {}) };
    const answer = await this.others.ask('node.invoke', question, timeoutMs + ELSEWHERE_MS, signal);
    if (signal?.aborted) throw new NodeInvokeError('ABORTED', 'the call was stopped');
    if (!answer)
      throw new NodeInvokeError(
        'TIMEOUT',
        'the gateway that the node is connected to has no answer, or one that is too large to be handed on',
      );
    if ('error' in answer) throw new NodeInvokeError(answer.error.code, answer.error.message);
    return { payload: answer.payload, payloadJSON: answer.payloadJSON };
  }

  private async invokeFor(
    question: Questions['node.invoke']['question'],
  ): Promise<Questions['node.invoke']['answer'] | undefined> {
    const { nodeId, command, params, ...options } = question;
    if (!this.nodes.has(nodeId)) return undefined;
    try {
      return await this.invoke(nodeId, command, params, options);
    } catch (error) {
      if (!(error instanceof NodeInvokeError)) throw error;
      return { error: { code: error.code, message: error.message } };
    }
  }

  /** Takes a node's answer. @returns false for one that nobody waits for */
  answered(id: string, nodeId: string, answer: NodeAnswer): boolean {
    const call = this.waiting.get(id);
    if (!call || call.nodeId !== nodeId) return false;
    call.settle(answer);
    return true;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
