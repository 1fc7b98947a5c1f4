import { Injectable } from '@nestjs/common';
import JSON5 from 'json5';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject, valueAt } from '../../common/plain-object';
import { Doc, Int, OneOf, Opt, Str, Text, Hidden } from '../../common/validation/fields';
import { ConfigInvalidError } from '../../config/config-error';
import { ConfigService } from '../../config/config.service';
import { mergePatch } from '../../config/merge-patch';
import { RestartControl } from '../../config/restart-control';
import { type RestartNote, RestartSentinel } from '../../config/restart-sentinel';
import { redactConfig } from '../../config/sensitive-paths';
import { describeConfig } from '../../config/ui-hints';
import { appVersion } from '../../common/app-root';
import { UpdateDesk } from '../../events/update-desk';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { ApprovalService, fingerprintOf } from '../../tools/approvals/approval.service';
import { type CallSinks, Leaves } from '../../tools/provenance/sinks';

const ACTIONS = ['restart', 'config.get', 'config.schema', 'config.apply', 'config.patch', 'update.run'] as const;
const DEFAULT_DELAY_MS = 2000;
const MAX_DELAY_MS = 60_000;
const MAX_SCHEMA = 60_000;

/** Paths below which a change decides who may do what; always asked for. */
const GUARDED = [
  ['gateway', 'auth'],
  ['gateway', 'bind'],
  ['gateway', 'trustedProxies'],
  ['tools'],
  ['approvals'],
  ['commands'],
  ['secrets'],
  ['browser'],
  ['plugins'],
  ['hooks'],
] as const;
const GUARDED_KEYS =
  /^(allowFrom|groupAllowFrom|dmPolicy|groupPolicy|tools|toolsBySender|sandbox|elevated|allowAgents|configWrites)$/;

@Leaves<GatewayToolParams>({
  action: 'standing',
  raw: 'standing',
  baseHash: 'none',
  sessionKey: 'none',
  note: 'own',
  delayMs: 'none',
  restartDelayMs: 'none',
  reason: 'own',
  gatewayUrl: 'none',
  gatewayToken: 'none',
  timeoutMs: 'none',
})
export class GatewayToolParams {
  @OneOf(ACTIONS) action!: (typeof ACTIONS)[number];
  @Opt()
  @Str({ max: 500_000 })
  @Doc('config.apply: the whole file; config.patch: the part to merge (JSON5).')
  raw?: string;
  @Opt() @Text() baseHash?: string;
  @Opt() @Text() sessionKey?: string;
  @Opt() @Str({ max: 2000 }) note?: string;
  @Opt() @Int({ min: 0, max: MAX_DELAY_MS }) delayMs?: number;
  @Opt() @Int({ min: 0, max: MAX_DELAY_MS }) restartDelayMs?: number;
  @Opt() @Str({ max: 200 }) reason?: string;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

@Injectable()
@AgentTool({
  name: 'gateway',
  description:
    'Look at or change the configuration of this gateway, or restart it. Secrets are not shown. For owners only.',
  params: GatewayToolParams,
  idempotent: false,
  core: true,
  rare: 'settings and restart of this gateway',
  origin: 'gateway',
})
export class GatewayTool {
  constructor(
    private readonly config: ConfigService,
    private readonly restarts: RestartControl,
    private readonly approvals: ApprovalService,
    private readonly updates: UpdateDesk,
  ) {}

  sinksOf(params: GatewayToolParams): CallSinks {
    const { action, raw, reason, note } = params;
    const isWrite = action === 'config.apply' || action === 'config.patch';
    // What is guarded is asked for in any case, with the paths it changes; so is an update.
    if ((!isWrite && action !== 'restart') || (isWrite && this.guardedPaths(params).length > 0))
      return { action: 'none', raw: 'none' };
    const summary = [action, isWrite ? raw : undefined, reason, note].filter((part) => part !== undefined).join(' ');
    return { action: 'none', raw: { sink: 'standing', summary } };
  }

  async execute(params: GatewayToolParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'config.get': {
        const { hash, config, issues, secrets } = this.config.peek();
        return textResult(JSON.stringify(redactConfig(config, secrets), null, 1), { hash, issues });
      }
      case 'config.schema': {
        const text = JSON.stringify(describeConfig(appVersion()));
        return textResult(text.length > MAX_SCHEMA ? `${text.slice(0, MAX_SCHEMA)}…` : text, { length: text.length });
      }
      case 'config.apply':
      case 'config.patch':
        return this.write(params, context);
      case 'restart':
        return this.restart(params, context);
      case 'update.run':
        return this.update(params, context);
    }
  }

  private async write(params: GatewayToolParams, context: ToolContext): Promise<ToolResult> {
    if (!context.isOwner)
      throw new ToolError('denied_by_policy', 'the configuration is changed only in turns that an owner started');
    const value = parsed(params);
    const before = this.config.peek();
    if (params.baseHash !== undefined && params.baseHash !== before.hash)
      throw new ToolError(
        'invalid_args',
        'the configuration has changed since; call config.get again and send its hash',
      );
    const guarded = this.guardedPaths(params);
    if (guarded.length > 0)
      await this.permit(
        `${params.action}: ${params.raw ?? ''}`,
        `it changes ${guarded.join(', ')}`,
        [params.action, params.raw, before.hash],
        context,
      );
    const baseHash = before.hash ?? null;
    try {
      if (params.action === 'config.apply')
        await this.config.replace(params.raw ?? '', { baseHash, refuseNewUnknownKeys: true });
      else await this.config.edit(mergePatch(before.parsed, value), { baseHash, refuseNewUnknownKeys: true });
    } catch (error) {
      const issues =
        error instanceof ConfigInvalidError ? error.issues.map((issue) => `${issue.path}: ${issue.message}`) : [];
      throw new ToolError('invalid_args', [messageOf(error), ...issues].join('\n'));
    }
    const restarting = this.askForRestart(params.action, params, context);
    return textResult(
      `Written.${restarting ? ' The gateway restarts with it in a moment.' : ' It counts from the next start.'}`,
      { ok: true, restarting },
    );
  }

  /** Asks in any case: neither an earlier answer nor a policy stands in for it. */
  private permit(
    command: string,
    reason: string,
    bound: readonly (string | undefined)[],
    context: ToolContext,
  ): Promise<unknown> {
    return this.approvals.permit(
      {
        kind: 'tool',
        tool: 'gateway',
        command,
        cwd: context.workspace,
        host: 'config',
        security: 'allowlist',
        ask: 'always',
        agentId: context.agentId,
        resolvedPath: null,
        sessionKey: context.sessionKey,
        runId: context.runId,
        envNames: [],
        reason,
        canAlways: false,
      },
      {
        callId: context.callId,
        sessionId: context.sessionId,
        fingerprint: fingerprintOf('gateway', ...bound),
      },
      context,
    );
  }

  private async update(params: GatewayToolParams, context: ToolContext): Promise<ToolResult> {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only an owner may update the gateway');
    await this.permit('update.run', 'it replaces the program itself', ['update.run', context.callId], context);
    const { result } = await this.updates.run({
      sessionKey: params.sessionKey ?? context.sessionKey,
      ...(params.note === undefined ? {} : { note: params.note }),
      ...(params.restartDelayMs === undefined ? {} : { restartDelayMs: params.restartDelayMs }),
      ...(params.timeoutMs === undefined ? {} : { timeoutMs: params.timeoutMs }),
    });
    const { status, hint } = result;
    return textResult(
      status === 'ok' ? 'Updated; the new release starts in a moment.' : `${status}: ${String(hint ?? result.reason)}`,
      result,
    );
  }

  private restart(params: GatewayToolParams, context: ToolContext): ToolResult {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only an owner may restart the gateway');
    if (this.config.config.commands?.restart !== true)
      throw new ToolError('denied_by_policy', 'restarts are off; set commands.restart to true to allow them');
    if (!this.askForRestart('restart', params, context))
      throw new ToolError('not_configured', 'nobody can restart this process');
    return textResult('The gateway restarts in a moment; running turns go on afterwards.', { ok: true });
  }

  private askForRestart(mode: string, params: GatewayToolParams, context: ToolContext): boolean {
    const delayMs = Math.min(params.restartDelayMs ?? params.delayMs ?? DEFAULT_DELAY_MS, MAX_DELAY_MS);
    const ok = this.restarts.request({ reason: params.reason ?? mode, delayMs });
    if (!ok) return false;
    const note: RestartNote = {
      kind: mode === 'restart' ? 'restart' : 'config-apply',
      status: 'ok',
      ts: Date.now(),
      sessionKey: params.sessionKey ?? context.sessionKey,
      message: params.note ?? null,
      doctorHint: 'Run: openclaw doctor',
      stats: { mode },
    };
    new RestartSentinel(this.config.stateDir).write(note);
    return true;
  }

  /** Guarded paths whose value a write would change. */
  private guardedPaths(params: GatewayToolParams): string[] {
    const current = this.config.peek().parsed;
    const value = parsed(params);
    const found = new Set<string>();
    const isWhole = params.action === 'config.apply';
    for (const path of GUARDED) {
      const wanted = valueAt(value, path);
      const isTouched = isWhole || wanted !== undefined || touchesParent(value, path);
      if (isTouched && JSON.stringify(wanted) !== JSON.stringify(valueAt(current, path))) found.add(path.join('.'));
    }
    const walk = (node: unknown, path: string[]): void => {
      if (!isPlainObject(node)) return;
      for (const [key, entry] of Object.entries(node)) {
        const at = [...path, key];
        if (GUARDED_KEYS.test(key) && JSON.stringify(entry) !== JSON.stringify(valueAt(current, at)))
          found.add(at.join('.'));
        else if (Array.isArray(entry)) {
          if (
            JSON.stringify(entry) !== JSON.stringify(valueAt(current, at)) &&
            JSON.stringify(entry).match(GUARDED_IN_LISTS)
          )
            found.add(at.join('.'));
        } else walk(entry, at);
      }
    };
    walk(value, []);
    if (isWhole) walk(current, []);
    return [...found];
  }
}

const GUARDED_IN_LISTS = /"(allowFrom|groupAllowFrom|tools|sandbox|elevated|allowAgents)"/;

/** A patch that removes or replaces what stands above a path removes the path as well. */
function touchesParent(patch: unknown, path: readonly string[]): boolean {
  for (let length = 1; length < path.length; length++) {
    const above = valueAt(patch, path.slice(0, length));
    if (above !== undefined && !isPlainObject(above)) return true;
  }
  return false;
}

function parsed(params: GatewayToolParams): Record<string, unknown> {
  if (params.raw === undefined) throw new ToolError('invalid_args', `${params.action} needs raw`);
  let value: unknown;
  try {
    value = JSON5.parse(params.raw);
  } catch (error) {
    throw new ToolError('invalid_args', `raw: ${messageOf(error)}`);
  }
  if (!isPlainObject(value)) throw new ToolError('invalid_args', 'raw must be an object');
  return value;
}
