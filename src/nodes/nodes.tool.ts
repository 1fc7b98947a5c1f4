import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../common/plain-object';
import { messageOf } from '../common/openclaw-error';
import { Bool, Doc, Int, Num, OneOf, Opt, Str, StrList, Text, Hidden } from '../common/validation/fields';
import { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../tools/agent-tool';
import { FileWriter } from '../tools/files/file-writer.service';
import { NodePairingService } from '../gateway/devices/node-pairing.service';
import { NodeRegistry } from './connected-nodes.service';
import { nodeRows } from './node-rows';
import { askNode, chooseNode, pictureIn } from './node-tool-support';
import { type CallSinks, Leaves } from '../tools/provenance/sinks';

const ACTIONS = [
  'status',
  'describe',
  'pending',
  'approve',
  'reject',
  'notify',
  'camera_snap',
  'camera_list',
  'camera_clip',
  'screen_record',
  'location_get',
  'run',
] as const;
/** Actions that only look, or keep somebody out. */
const HARMLESS: ReadonlySet<string> = new Set(['status', 'describe', 'pending', 'camera_list', 'reject']);
const DEFAULT_CLIP_MS = 3000;
const DEFAULT_RECORD_MS = 10_000;
/** What a node gets beyond the length of a recording. */
const RECORD_GRACE_MS = 20_000;

/** Actions that need no connected node. */
const OF_GATEWAY: ReadonlySet<string> = new Set(['status', 'describe', 'pending', 'approve', 'reject']);

@Leaves<NodesParams>({
  action: 'out',
  node: 'none',
  requestId: 'none',
  title: 'out',
  body: 'out',
  sound: 'out',
  priority: 'none',
  delivery: 'none',
  facing: 'none',
  maxWidth: 'none',
  quality: 'none',
  delayMs: 'none',
  deviceId: 'none',
  duration: 'none',
  durationMs: 'none',
  includeAudio: 'none',
  fps: 'none',
  screenIndex: 'none',
  outPath: 'none',
  maxAgeMs: 'none',
  locationTimeoutMs: 'none',
  desiredAccuracy: 'none',
  command: 'host',
  cwd: 'none',
  env: 'host',
  commandTimeoutMs: 'none',
  invokeTimeoutMs: 'none',
  needsScreenRecording: 'none',
  gatewayUrl: 'none',
  gatewayToken: 'none',
  timeoutMs: 'none',
})
export class NodesParams {
  @OneOf(ACTIONS) @Doc('What a node does, or what becomes of its pairing.') action!: (typeof ACTIONS)[number];
  @Opt() @Text() @Doc('Node by name, id or address.') node?: string;
  @Opt() @Text() @Doc('approve, reject: request from pending.') requestId?: string;
  @Opt() @Str({ max: 200 }) @Doc('notify: heading.') title?: string;
  @Opt() @Str({ max: 2000 }) @Doc('notify: text.') body?: string;
  @Opt() @Text() @Doc('notify: name of a sound.') sound?: string;
  @Opt() @OneOf(['passive', 'active', 'timeSensitive']) @Doc('notify: how urgent.') priority?: string;
  @Opt() @OneOf(['system', 'overlay', 'auto']) @Doc('notify: where it is shown.') delivery?: string;
  @Opt() @OneOf(['front', 'back', 'both']) @Doc('camera_snap, camera_clip: which camera.') facing?:
    'front' | 'back' | 'both';
  @Opt() @Int({ min: 1 }) @Doc('Widest, in pixels.') maxWidth?: number;
  @Opt() @Num({ min: 0, max: 1 }) @Doc('Of a picture, from 0 to 1.') quality?: number;
  @Opt() @Int({ min: 0, max: 60_000 }) @Doc('Milliseconds to wait before the picture is taken.') delayMs?: number;
  @Opt() @Text() @Doc('Camera by its id from camera_list.') deviceId?: string;
  @Opt() @Text() @Doc('Length of a clip, such as 10s.') duration?: string;
  @Opt() @Int({ min: 1, max: 300_000 }) @Doc('Length of a clip in milliseconds.') durationMs?: number;
  @Opt() @Bool() @Doc('With sound.') includeAudio?: boolean;
  @Opt() @Num({ min: 1, max: 60 }) @Doc('screen_record: frames a second.') fps?: number;
  @Opt() @Int({ min: 0 }) @Doc('screen_record: which screen, counted from 0.') screenIndex?: number;
  @Opt() @Text() @Doc('Where a clip is kept in the workspace.') outPath?: string;
  @Opt() @Int({ min: 0 }) @Doc('location_get: how old a known place may be, in milliseconds.') maxAgeMs?: number;
  @Opt() @Int({ min: 1 }) @Doc('location_get: milliseconds to look for the place.') locationTimeoutMs?: number;
  @Opt() @OneOf(['coarse', 'balanced', 'precise']) @Doc('location_get: how exact.') desiredAccuracy?: string;
  @Opt() @StrList({ max: 200 }) @Doc('run: program and arguments.') command?: string[];
  @Opt() @Text() @Doc('run: folder on the node.') cwd?: string;
  @Opt() @StrList({ max: 100 }) @Doc('run: NAME=value.') env?: string[];
  @Opt() @Int({ min: 1 }) @Doc('run: milliseconds until the command is stopped.') commandTimeoutMs?: number;
  @Opt() @Int({ min: 1 }) @Doc('Milliseconds to wait for the answer of the node.') invokeTimeoutMs?: number;
  @Opt() @Bool() @Doc('run: the command looks at the screen.') needsScreenRecording?: boolean;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) @Doc('Milliseconds to wait in all.') timeoutMs?: number;
}

@Injectable()
@AgentTool({
  name: 'nodes',
  description:
    'Use paired devices: see them, approve new ones, notify, take pictures and clips, record the screen, ask for the place, run a program.',
  params: NodesParams,
  idempotent: false,
  core: true,
  rare: 'paired phones and computers',
  origin: 'tool',
})
export class NodesTool {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly devices: DevicePairingService,
    private readonly pairing: NodePairingService,
    private readonly writer: FileWriter,
  ) {}

  /** Whatever a device shows, records or runs leaves the gateway, or lets somebody new in. */
  sinksOf(params: NodesParams): CallSinks {
    const judged = { title: 'none', body: 'none', sound: 'none', command: 'none', env: 'none' } as const;
    const { action, title, body, command, cwd, env = [], requestId } = params;
    if (HARMLESS.has(action)) return { ...judged, action: 'none' };
    const where = params.node ?? 'the only node';
    const what = [title, body, requestId, ...env, ...(command ?? []), cwd === undefined ? undefined : `in ${cwd}`];
    const summary = [`nodes ${action} on ${where}:`, ...what.filter((part) => part !== undefined)].join(' ');
    const isOnce = action === 'run' || action === 'approve' || action === 'notify';
    return {
      ...judged,
      action: {
        sink: action === 'run' ? 'host' : 'out',
        summary,
        ...(isOnce ? {} : { target: `${action} on ${where}` }),
      },
    };
  }

  precheck(params: NodesParams): void {
    if (OF_GATEWAY.has(params.action)) return;
    chooseNode(this.nodes, params.node, requestOf(params)[0]);
  }

  async execute(params: NodesParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'status': {
        const rows = await nodeRows(this.nodes, this.devices);
        const lines = rows.map(
          (row) =>
            `${row.displayName ?? row.nodeId} (${row.platform ?? '?'}) ${row.connected ? 'connected' : 'away'} ${row.caps.join(' ')}`,
        );
        return said(lines.join('\n') || 'No paired nodes.', { nodes: rows });
      }
      case 'describe': {
        const rows = await nodeRows(this.nodes, this.devices);
        const id = this.nodes.find(params.node ?? '')?.nodeId ?? params.node;
        const row = rows.find((candidate) => candidate.nodeId === id || candidate.displayName === params.node);
        if (!row) throw new ToolError('not_found', `there is no node "${params.node ?? ''}"; action status shows them`);
        return said(JSON.stringify(row, null, 1), { node: row });
      }
      case 'pending': {
        const { pending } = await this.pairing.list();
        const lines = pending.map(
          ({ requestId, displayName, nodeId, platform, remoteIp, commands }) =>
            `${requestId} ${displayName ?? nodeId} (${platform ?? '?'}, ${remoteIp ?? '?'}): ${commands.join(' ')}`,
        );
        return said(lines.join('\n') || 'Nobody asks to be paired.', { pending });
      }
      case 'approve':
      case 'reject':
        return this.decide(params.action, params.requestId, context);
      default:
        return this.use(params, context);
    }
  }

  private async decide(
    action: 'approve' | 'reject',
    requestId: string | undefined,
    context: ToolContext,
  ): Promise<ToolResult> {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only in turns that an owner started');
    if (requestId === undefined)
      throw new ToolError('invalid_args', `${action} needs requestId; action pending shows them`);
    try {
      if (action === 'approve') await this.pairing.approve(requestId, () => undefined);
      else await this.pairing.reject(requestId);
    } catch (error) {
      throw new ToolError('not_found', messageOf(error));
    }
    return said(action === 'approve' ? 'Paired.' : 'Rejected.', { ok: true });
  }

  private async use(params: NodesParams, context: ToolContext): Promise<ToolResult> {
    const [command, body, extraMs] = requestOf(params);
    const node = chooseNode(this.nodes, params.node, command);
    const timeoutMs =
      params.invokeTimeoutMs ?? params.timeoutMs ?? (extraMs === undefined ? undefined : extraMs + RECORD_GRACE_MS);
    const payload = await askNode(this.nodes, node, command, body, context, timeoutMs);
    const name = node.displayName ?? node.nodeId;
    const base64 = isPlainObject(payload) && typeof payload['base64'] === 'string' ? payload['base64'] : undefined;
    if (base64 === undefined)
      return said(JSON.stringify(payload ?? { ok: true }), { ok: true, node: node.nodeId, payload });
    const picture = params.action === 'camera_snap' ? pictureIn(payload) : undefined;
    if (picture)
      return { content: [{ type: 'text', text: `Picture from ${name}` }, picture], details: { node: node.nodeId } };
    const format = /^[a-z0-9]{2,4}$/i.exec(String((payload as Record<string, unknown>)['format'] ?? ''))?.[0] ?? 'mp4';
    const path = params.outPath ?? `output/${params.action}-${randomBytes(3).toString('hex')}.${format}`;
    await this.writer.write(context, path, Buffer.from(base64, 'base64'), ['tool']);
    return said(`Recording from ${name}: ${path}`, { node: node.nodeId, path });
  }
}

/** Command, its parameters, and how long it takes by itself. */
function requestOf(params: NodesParams): [command: string, body: unknown, extraMs?: number] {
  const length = (fallback: number): number => params.durationMs ?? milliseconds(params.duration) ?? fallback;
  switch (params.action) {
    case 'notify': {
      const { title, body, sound, priority, delivery } = params;
      if (!title && !body) throw new ToolError('invalid_args', 'notify needs title or body');
      return ['system.notify', { title, body, sound, priority, delivery }];
    }
    case 'camera_list':
      return ['camera.list', {}];
    case 'camera_snap':
      return [
        'camera.snap',
        {
          facing: params.facing ?? 'front',
          maxWidth: params.maxWidth,
          quality: params.quality,
          format: 'jpg',
          delayMs: params.delayMs,
          deviceId: params.deviceId,
        },
      ];
    case 'camera_clip': {
      if (params.facing === 'both') throw new ToolError('invalid_args', 'a clip has one camera: facing front or back');
      const durationMs = length(DEFAULT_CLIP_MS);
      return [
        'camera.clip',
        {
          facing: params.facing ?? 'front',
          durationMs,
          includeAudio: params.includeAudio ?? true,
          format: 'mp4',
          deviceId: params.deviceId,
        },
        durationMs,
      ];
    }
    case 'screen_record': {
      const durationMs = length(DEFAULT_RECORD_MS);
      return [
        'screen.record',
        {
          durationMs,
          screenIndex: params.screenIndex ?? 0,
          fps: params.fps ?? 10,
          format: 'mp4',
          includeAudio: params.includeAudio ?? true,
        },
        durationMs,
      ];
    }
    case 'location_get':
      return [
        'location.get',
        { maxAgeMs: params.maxAgeMs, desiredAccuracy: params.desiredAccuracy, timeoutMs: params.locationTimeoutMs },
      ];
    default: {
      if (!params.command?.length) throw new ToolError('invalid_args', 'run needs command: program and arguments');
      const env = Object.fromEntries(
        (params.env ?? []).map((entry) => {
          const at = entry.indexOf('=');
          if (at < 1) throw new ToolError('invalid_args', `env "${entry}" must be NAME=value`);
          return [entry.slice(0, at), entry.slice(at + 1)];
        }),
      );
      return [
        'system.run',
        {
          command: params.command,
          cwd: params.cwd,
          env,
          timeoutMs: params.commandTimeoutMs,
          needsScreenRecording: params.needsScreenRecording,
        },
        params.commandTimeoutMs,
      ];
    }
  }
}

/** `10s`, `500ms`, `1m`. */
function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  return Math.round(Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[(match[2] ?? 's') as 'ms' | 's' | 'm']);
}

const said = (text: string, details: Record<string, unknown>): ToolResult => ({
  content: [{ type: 'text', text }],
  details,
});
