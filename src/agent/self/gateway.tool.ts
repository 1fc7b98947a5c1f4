import { Injectable } from '@nestjs/common';
import JSON5 from 'json5';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { Doc, Int, OneOf, Opt, Str, Text, Hidden } from '../../common/validation/fields';
import { ConfigInvalidError } from '../../config/config-error';
import { ConfigService } from '../../config/config.service';
import { mergePatch } from '../../config/merge-patch';
import { RestartControl } from '../../config/restart-control';
import { type RestartNote, RestartSentinel } from '../../config/restart-sentinel';
import { schemaNodeAt } from '../../config/schema-node';
import { redactConfig } from '../../config/sensitive-paths';
import { UpdatePort } from '../../events/update-port';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { type ApprovalFact, askerOf } from '../../tools/approvals/approval-request';
import type { ApprovalQuestion } from '../../tools/approvals/approval-question';
import { ApprovalService } from '../../tools/approvals/approval.service';
import { fingerprintOf } from '../../tools/approvals/pending-approval';
import { type CallSinks, Leaves } from '../../tools/provenance/sinks';
import { worstOrigin } from '../../tools/provenance/taint';
import { changesAsDiff, changesBetween, isHarmless, mergedWith, pathText } from './config-changes';

/** For the history of the configuration. */
const BY = 'the assistant';
const ACTIONS = [
  'restart',
  'config.get',
  'config.schema',
  'config.schema.lookup',
  'config.apply',
  'config.patch',
  'update.run',
] as const;
const DEFAULT_DELAY_MS = 2000;
const MAX_DELAY_MS = 60_000;
/** Settings that the reason of a question names; the question shows all. */
const MOST_NAMED = 8;

@Leaves<GatewayToolParams>({
  action: 'standing',
  raw: 'standing',
  path: 'none',
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
  @OneOf(ACTIONS)
  @Doc('What to do with the gateway; config.schema.lookup: what may stand at path, and what it means.')
  action!: (typeof ACTIONS)[number];
  @Opt()
  @Str({ max: 1000 })
  @Doc(
    'config.schema, config.schema.lookup: such as channels.telegram; * for any key, [] for any entry; empty: the top.',
  )
  path?: string;
  @Opt()
  @Str({ max: 500_000 })
  @Doc('config.apply: the whole file; config.patch: the part to merge (JSON5).')
  raw?: string;
  @Opt()
  @Text()
  @Doc('config.apply, config.patch: hash from config.get, so that no newer change is lost.')
  baseHash?: string;
  @Opt() @Text() @Doc('Conversation to tell when it is back; this one by default.') sessionKey?: string;
  @Opt() @Str({ max: 2000 }) @Doc('What is told there.') note?: string;
  @Opt() @Int({ min: 0, max: MAX_DELAY_MS }) @Doc('restart: milliseconds to wait before.') delayMs?: number;
  @Opt()
  @Int({ min: 0, max: MAX_DELAY_MS })
  @Doc('config.apply, config.patch: milliseconds to wait before a restart that the change needs.')
  restartDelayMs?: number;
  @Opt() @Str({ max: 200 }) @Doc('restart: why, for the log.') reason?: string;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) @Doc('update.run: milliseconds each step may take.') timeoutMs?: number;
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
    private readonly updates: UpdatePort,
  ) {}

  sinksOf(params: GatewayToolParams): CallSinks {
    const { action, raw, reason, note } = params;
    const isWrite = action === 'config.apply' || action === 'config.patch';
    // What is not harmless is asked for in any case, with everything it changes; so is an update.
    if ((!isWrite && action !== 'restart') || (isWrite && this.askedPaths(params).length > 0))
      return { action: 'none', raw: 'none' };
    const summary = [action, isWrite ? raw : undefined, reason, note].filter((part) => part !== undefined).join(' ');
    return { action: 'none', raw: { sink: 'standing', summary } };
  }

  questionOf(params: GatewayToolParams, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    return Promise.resolve(context.isOwner ? this.question(params, context) : undefined);
  }

  /** What is asked for in any case: neither an earlier answer nor a policy stands in for it. */
  private question(params: GatewayToolParams, context: ToolContext): ApprovalQuestion | undefined {
    switch (params.action) {
      case 'config.apply':
      case 'config.patch': {
        const asked = this.askedPaths(params);
        if (asked.length === 0) return undefined;
        const { from, to, secrets } = this.outcomeOf(params);
        const more = asked.length > MOST_NAMED ? ` and ${asked.length - MOST_NAMED} more` : '';
        return questionAbout(
          `${params.action} (${asked.length === 1 ? 'one setting' : `${asked.length} settings`} and a restart)`,
          `it changes ${asked.slice(0, MOST_NAMED).join(', ')}${more}`,
          [params.action, params.raw, this.config.peek().hash, params.note, params.sessionKey],
          context,
          [{ label: 'Changes', text: changesAsDiff(from, to, secrets), form: 'diff' }, ...noteFact(params)],
        );
      }
      case 'update.run':
        return questionAbout(
          'update.run',
          'it replaces the program itself',
          ['update.run', context.callId, params.note, params.sessionKey],
          context,
          noteFact(params),
        );
      default:
        return undefined;
    }
  }

  async execute(params: GatewayToolParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'config.get': {
        const { hash, config, issues, secrets } = this.config.peek();
        return textResult(JSON.stringify(redactConfig(config, secrets), null, 1), { hash, issues });
      }
      case 'config.schema':
      case 'config.schema.lookup':
        return schemaAt(params.path ?? '');
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
    await this.permit(params, context);
    const baseHash = before.hash ?? null;
    try {
      if (params.action === 'config.apply')
        await this.config.replace(params.raw ?? '', { baseHash, refuseNewUnknownKeys: true, by: BY });
      else await this.config.edit(mergePatch(before.parsed, value), { baseHash, refuseNewUnknownKeys: true, by: BY });
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

  private async permit(params: GatewayToolParams, context: ToolContext): Promise<void> {
    const question = this.question(params, context);
    if (question) await this.approvals.permit(question.request, question.binding, context);
  }

  private async update(params: GatewayToolParams, context: ToolContext): Promise<ToolResult> {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only an owner may update the gateway');
    await this.permit(params, context);
    const { result } = await this.updates.run({
      sessionKey: params.sessionKey ?? context.sessionKey,
      ...(params.note === undefined ? {} : { note: params.note, origin: worstOrigin(context.provenance.origins) }),
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
      origin: worstOrigin(context.provenance.origins),
      doctorHint: 'Run: openclaw doctor',
      stats: { mode },
    };
    new RestartSentinel(this.config.stateDir).write(note);
    return true;
  }

  /** What the file says, and what it would say. */
  private outcomeOf(params: GatewayToolParams): { from: unknown; to: unknown; secrets: readonly string[] } {
    const { parsed: from, secrets } = this.config.peek();
    const value = parsed(params);
    return { from, to: params.action === 'config.apply' ? value : mergedWith(from, value), secrets };
  }

  /** Paths that a write would change and that are not on the list of harmless ones. */
  private askedPaths(params: GatewayToolParams): string[] {
    const { from, to } = this.outcomeOf(params);
    return changesBetween(from, to)
      .filter((change) => !isHarmless(change))
      .map(({ path }) => pathText(path));
  }
}

/** What may stand at a path, and directly below it: one step at a time, so that it is always whole. */
function schemaAt(path: string): ToolResult {
  const node = schemaNodeAt(path);
  if (!node)
    throw new ToolError(
      'invalid_args',
      `path "${path}": the configuration has no such key; config.schema.lookup of the path above it, or without path, lists what there is`,
    );
  const { schema, hint, children } = node;
  const below = children.map(({ key, type, required, hasChildren, hint: told }) => ({
    key,
    ...(type === undefined ? {} : { type }),
    ...(required ? { required } : {}),
    ...(hasChildren ? { hasChildren } : {}),
    ...(told?.help === undefined ? {} : { help: told.help }),
  }));
  return textResult(
    JSON.stringify(
      { path, schema, ...(hint?.help === undefined ? {} : { help: hint.help }), children: below },
      null,
      1,
    ),
    { path },
  );
}

/** What is told afterwards, and where: other conversations are not this one. */
const noteFact = ({ note, sessionKey }: GatewayToolParams): ApprovalFact[] =>
  note === undefined ? [] : [{ label: `Told afterwards in ${sessionKey ?? 'this conversation'}`, text: note }];

function questionAbout(
  command: string,
  reason: string,
  bound: readonly (string | null | undefined)[],
  context: ToolContext,
  details: ApprovalFact[] = [],
): ApprovalQuestion {
  return {
    request: {
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
      ...(context.runName ? { runName: context.runName } : {}),
      envNames: [],
      details,
      asker: askerOf(context),
      reason,
      canAlways: false,
    },
    binding: {
      callId: context.callId,
      sessionId: context.sessionId,
      fingerprint: fingerprintOf('gateway', ...bound),
    },
  };
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
