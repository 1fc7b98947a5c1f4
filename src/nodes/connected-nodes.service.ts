import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import type { ConnectedNode } from '../events/event-map';
import type { HostStats } from './host-stats';
import { OpenclawError } from '../common/openclaw-error';
import { timerMs } from '../common/sleep';
import { allowedCommands, paramsFault, passedOn } from '../gateway/protocol/node-commands';

const DEFAULT_TIMEOUT_MS = 30_000;

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

/** Nodes that are connected now, and calls to them that wait for an answer. */
@Injectable()
export class NodeRegistry {
  private readonly nodes = new Map<string, ConnectedNode>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly stats = new Map<string, HostStats>();

  constructor(
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  listen(): void {
    this.events.on('node.connected', (node) => {
      this.nodes.set(node.nodeId, node);
    });
    this.events.on('node.changed', ({ deviceId, node: approved, nodeName }) => {
      const node = this.nodes.get(deviceId);
      if (!node) return;
      this.nodes.set(deviceId, {
        ...node,
        ...(nodeName ? { displayName: nodeName } : {}),
        caps: node.declared.caps.filter((cap) => approved?.caps.includes(cap)),
        commands: node.declared.commands.filter((command) => approved?.commands.includes(command)),
      });
    });
    this.events.on('node.gone', ({ nodeId, connectionId }) => {
      if (this.nodes.get(nodeId)?.connectionId !== connectionId) return;
      this.nodes.delete(nodeId);
      this.stats.delete(nodeId);
      for (const call of this.waiting.values())
        if (call.nodeId === nodeId) call.settle(new NodeInvokeError('DISCONNECTED', 'the node went away'));
    });
  }

  connected(): ConnectedNode[] {
    return [...this.nodes.values()].sort((a, b) =>
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
    const node = this.nodes.get(nodeId);
    if (!node) throw new NodeInvokeError('NOT_CONNECTED', 'node not connected');
    if (!this.can(node, command)) throw new NodeInvokeError('NOT_ALLOWED', `node command not allowed: ${command}`);
    // As they go over the wire: what is left out there is not there.
    const given: unknown = params === undefined ? undefined : JSON.parse(JSON.stringify(params));
    const fault = paramsFault(command, given);
    const paramsJSON = given === undefined ? null : JSON.stringify(passedOn(command, given));
    if (fault !== undefined) throw new NodeInvokeError('INVALID_PARAMS', `invalid ${command} params: ${fault}`);
    const id = randomUUID();
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
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
