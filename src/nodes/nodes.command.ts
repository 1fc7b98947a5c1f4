import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { jsonObject } from '../common/cli/json-argument';
import { WatchingCommand } from '../common/cli/watching';
import { printJson, printLine, printLines, printTable, timeText } from '../common/cli/output';
import { OpenclawError } from '../common/openclaw-error';
import { callGateway } from '../config/calling-command';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import type { GatewayClient } from '../gateway/client/gateway-client';
import { withGateway } from '../gateway/client/with-gateway';
import type { ListedDevice, ListedDevices } from '../gateway/devices/device-view';
import type { PairedNode, PendingNode } from '../gateway/devices/paired-node';
import type { NodeRow } from './node-rows';
import { nodeView, pairingView } from './nodes-view';

interface NodeOptions extends GatewayOptions {
  node?: string;
  name?: string;
  command?: string;
  params?: Record<string, unknown>;
  invokeTimeout?: number;
}

const GRACE_MS = 5000;

@Injectable()
abstract class NodesCommandBase extends GatewayCommandBase {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected with<T>(
    options: GatewayOptions,
    work: (client: GatewayClient) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    return withGateway(resolveGatewayTarget(this.env, options), work, timeoutMs === undefined ? {} : { timeoutMs });
  }
}

/** Commands that show how nodes are. */
@Injectable()
abstract class NodesViewBase extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected ask<T>(options: GatewayOptions, method: string): Promise<T> {
    return callGateway(this.env, options, method);
  }

  protected async devices(options: GatewayOptions): Promise<ListedDevice[]> {
    return (await this.ask<ListedDevices>(options, 'device.pair.list')).paired;
  }
}

/** Commands about one node. */
@Injectable()
abstract class OneNodeCommandBase extends NodesCommandBase {
  @Option({ flags: '--node <id>', description: 'the node, by id, name or address' })
  parseNode(value: string): string {
    return value;
  }

  /** @throws OpenclawError NODE_NOT_FOUND, NODE_AMBIGUOUS */
  protected async find(client: GatewayClient, { node: wanted }: NodeOptions): Promise<NodeRow> {
    if (wanted === undefined) throw new UsageError('--node is needed: id, name or address of a node');
    const { nodes } = await client.call<{ nodes: NodeRow[] }>('node.list');
    const folded = wanted.trim().toLowerCase();
    const exact = nodes.filter(({ nodeId, displayName, remoteIp }) =>
      [nodeId, displayName, remoteIp].some((name) => name?.toLowerCase() === folded),
    );
    const found =
      exact.length > 0 ? exact : nodes.filter(({ nodeId }) => folded.length >= 8 && nodeId.startsWith(folded));
    const [node, ...more] = found;
    if (!node)
      throw new OpenclawError('NODE_NOT_FOUND', `there is no node "${wanted}"; openclaw nodes list shows them`);
    if (more.length > 0)
      throw new OpenclawError(
        'NODE_AMBIGUOUS',
        `several nodes fit "${wanted}": ${found.map(({ nodeId }) => nodeId).join(', ')}`,
      );
    return node;
  }
}

const nameOf = ({ displayName, nodeId }: { displayName?: string; nodeId: string }): string => displayName ?? nodeId;

@SubCommand({ name: 'status', description: 'paired nodes, who is connected, and what their machines say' })
export class NodesStatusCommand extends NodesViewBase {
  protected async once(options: GatewayOptions): Promise<void> {
    const answer = await this.ask<{ nodes: NodeRow[] }>(options, 'node.list');
    if (options.json) {
      const devices = await this.devices(options);
      printJson({ ...answer, nodes: answer.nodes.map((row) => nodeView(row, devices)) });
    } else if (answer.nodes.length === 0)
      printLine('no nodes; on another machine: openclaw node run --host <this one>');
    else
      printTable(answer.nodes, [
        { title: 'Node', value: (row) => nameOf(row) },
        { title: 'Id', value: (row) => row.nodeId },
        {
          title: 'State',
          value: (row) => `${row.connected ? 'connected' : 'away'}${row.pendingRequestId ? ', wants more' : ''}`,
        },
        { title: 'Platform', value: (row) => row.platform },
        { title: 'Load', value: (row) => row.hostStats?.loadAverage?.map((load) => load.toFixed(1)).join(' ') },
        { title: 'Commands', value: (row) => row.commands.length },
      ]);
  }
}

@SubCommand({ name: 'list', description: 'pairing: who is a node, and who asks to be one' })
export class NodesListCommand extends NodesViewBase {
  protected async once(options: GatewayOptions): Promise<void> {
    const answer = await this.ask<{ pending: PendingNode[]; paired: PairedNode[] }>(options, 'node.pair.list');
    const rows = [
      ...answer.pending.map((node) => ({ state: 'pending', id: node.requestId, node, at: node.ts })),
      ...answer.paired.map((node) => ({ state: 'paired', id: node.nodeId, node, at: node.approvedAtMs })),
    ];
    if (options.json) {
      const { nodes } = await this.ask<{ nodes: NodeRow[] }>(options, 'node.list');
      printJson(pairingView(answer, nodes, await this.devices(options)));
    } else if (rows.length === 0) printLine('no nodes');
    else
      printTable(rows, [
        { title: 'State', value: (row) => row.state },
        { title: 'Id', value: (row) => row.id },
        { title: 'Node', value: (row) => nameOf(row.node) },
        { title: 'Platform', value: (row) => row.node.platform },
        { title: 'Since', value: (row) => timeText(row.at) },
      ]);
  }
}

@SubCommand({ name: 'pending', description: 'what asks to be a node, or to be able to do more' })
export class NodesPendingCommand extends NodesViewBase {
  protected async once(options: GatewayOptions): Promise<void> {
    const { pending } = await this.ask<{ pending: PendingNode[] }>(options, 'node.pair.list');
    if (options.json) printJson(pending);
    else if (pending.length === 0) printLine('no pending requests');
    for (const request of options.json ? [] : pending) {
      printLine(`${request.requestId}  ${nameOf(request)} (${request.platform ?? '?'}, ${request.remoteIp ?? '?'})`);
      printLine(`  can do: ${request.commands.join(' ') || 'nothing'}`);
      printLine(`  openclaw nodes approve ${request.requestId}`);
    }
  }
}

@SubCommand({ name: 'approve', arguments: '<requestId>', description: 'let a node in, or let it be asked for more' })
export class NodesApproveCommand extends NodesCommandBase {
  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const { node } = await this.with(options, (client) =>
      client.call<{ node: PairedNode & { token?: string } }>('node.pair.approve', { requestId }),
    );
    // The node gets its token when it connects; nobody has to read it here.
    const { token: _, ...shown } = node;
    if (options.json) printJson({ requestId, node: shown });
    else printLine(`${nameOf(node)} is a node; it can be asked for: ${node.commands.join(' ') || 'nothing'}`);
  }
}

@SubCommand({ name: 'reject', arguments: '<requestId>', description: 'say no' })
export class NodesRejectCommand extends NodesCommandBase {
  async run([requestId = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.with(options, (client) => client.call('node.pair.reject', { requestId }));
    if (options.json) printJson(answer);
    else printLine('the request is rejected');
  }
}

@SubCommand({ name: 'describe', description: 'everything that is known of a node' })
export class NodesDescribeCommand extends OneNodeCommandBase {
  async run(_: string[], options: NodeOptions): Promise<void> {
    const { row, devices } = await this.with(options, async (client) => ({
      row: await this.find(client, options),
      devices: options.json ? (await client.call<ListedDevices>('device.pair.list')).paired : [],
    }));
    if (options.json) printJson({ ts: Date.now(), ...nodeView(row, devices) });
    else printLines(JSON.stringify(row, null, 2));
  }
}

@SubCommand({ name: 'rename', description: 'give a node another name' })
export class NodesRenameCommand extends OneNodeCommandBase {
  @Option({ flags: '--name <name>', description: 'what it is called from now on' })
  parseName(value: string): string {
    return value;
  }

  async run(_: string[], options: NodeOptions): Promise<void> {
    const { name } = options;
    if (name === undefined) throw new UsageError('--name is needed: what the node is called from now on');
    const answer = await this.with(options, async (client) => {
      const { nodeId } = await this.find(client, options);
      return client.call('node.rename', { nodeId, displayName: name });
    });
    if (options.json) printJson(answer);
    else printLine(`it is called ${name} now`);
  }
}

@SubCommand({ name: 'remove', description: 'forget a node' })
export class NodesRemoveCommand extends OneNodeCommandBase {
  async run(_: string[], options: NodeOptions): Promise<void> {
    const answer = await this.with(options, async (client) => {
      const { nodeId } = await this.find(client, options);
      return client.call('node.pair.remove', { nodeId });
    });
    if (options.json) printJson(answer);
    else printLine('it is no node any more');
  }
}

@SubCommand({ name: 'invoke', description: 'have a node carry out one of its commands' })
export class NodesInvokeCommand extends OneNodeCommandBase {
  @Option({ flags: '--command <name>', description: 'e.g. system.which' })
  parseCommand(value: string): string {
    return value;
  }

  @Option({ flags: '--params <json>', description: 'its parameters, as a JSON object' })
  parseParams(value: string): Record<string, unknown> {
    return jsonObject('--params', value);
  }

  @Option({ flags: '--invoke-timeout <ms>', description: 'how long the node may take; 30000 by default' })
  parseInvokeTimeout(value: string): number {
    return parseWholeNumber('--invoke-timeout', value, 1);
  }

  async run(_: string[], options: NodeOptions): Promise<void> {
    const { command, params = {}, invokeTimeout = 30_000 } = options;
    if (command === undefined)
      throw new UsageError('--command is needed: openclaw nodes describe shows what a node can do');
    const answer = await this.with(
      options,
      async (client) => {
        const { nodeId } = await this.find(client, options);
        const wish = { nodeId, command, params, timeoutMs: invokeTimeout, idempotencyKey: randomUUID() };
        return client.call<{ payload: unknown }>('node.invoke', wish);
      },
      options.timeout ?? invokeTimeout + GRACE_MS,
    );
    if (options.json) printJson(answer);
    else printLines(JSON.stringify(answer.payload, null, 2) ?? '');
  }
}

const LEAVES = [
  NodesStatusCommand,
  NodesListCommand,
  NodesPendingCommand,
  NodesApproveCommand,
  NodesRejectCommand,
  NodesDescribeCommand,
  NodesRenameCommand,
  NodesRemoveCommand,
  NodesInvokeCommand,
];

@Command({ name: 'nodes', description: 'devices and machines that do things for the assistant', subCommands: LEAVES })
export class NodesCommand extends CommandGroup {}

export const NODES_COMMANDS = [NodesCommand, ...LEAVES];
