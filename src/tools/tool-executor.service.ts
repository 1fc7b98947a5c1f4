import { mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import { nearestName } from '../common/nearest-name';
import { messageOf } from '../common/openclaw-error';
import { ToolCallPort } from '../events/tool-call-port';
import { isPlainObject } from '../common/plain-object';
import { Redactor } from '../common/redactor';
import { fieldsOf } from '../common/validation/field-registry';
import { type DtoProblem, describeDtoProblems, findDtoProblems } from '../common/validation/validate-dto';
import { type ContentOrigin, textOf } from '../common/content-parts';
import {
  type LabelledResult,
  type PolicySubject,
  type ToolContext,
  ToolError,
  errorResult,
  isGuest,
} from './agent-tool';
import type { ApprovalQuestion } from './approvals/approval-question';
import { resultRoom } from './files/output-limits';
import { limitResult } from './limit-result';
import { PlanMode } from './plan/plan-mode.service';
import { ToolPolicyService } from './policy/tool-policy.service';
import { SinkGate } from './provenance/sink-gate.service';
import { withOrigin, worstOrigin } from './provenance/taint';
import { malformedArguments, readArguments, readForeignArguments } from './read-arguments';
import { type RegisteredTool, ToolRegistry, speakerOf } from './tool-registry.service';

/** What would become of a call: it runs, people are asked, or it is refused. */
export type CallVerdict =
  | { outcome: 'runs'; reason: string; where?: string }
  | { outcome: 'asked'; question: ApprovalQuestion }
  | { outcome: 'refused'; code: string; reason: string; layer?: string };

/**
 * The one way to start a tool, whoever asks: name, policy, parameters, provenance, execution. Never throws: every
 * failure is a result.
 */
@Injectable()
export class ToolExecutor {
  private readonly log: Logger;

  constructor(
    private readonly registry: ToolRegistry,
    private readonly policy: ToolPolicyService,
    private readonly gate: SinkGate,
    private readonly plans: PlanMode,
    private readonly redactor: Redactor,
    private readonly calls: ToolCallPort,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('tools');
  }

  async execute(name: string, args: unknown, context: ToolContext): Promise<LabelledResult> {
    const result = await this.watched(name, args, context);
    // Whatever a tool has come across: the gateway's own secrets go into no transcript and to no model.
    const known = withTexts(result, (text) => this.redactor.redactKnown(text));
    if (!isGuest(context.subject)) return known;
    const places = await placesOf(context.workspace, result.isError === true);
    return withTexts(known, (text) => places.reduce((all, [path, name]) => all.replaceAll(path, name), text));
  }

  /**
   * What a call would have to be asked for if it ran now; undefined: nothing, or it would be refused. Asks nobody and
   * changes nothing; when the call runs it is judged again.
   */
  async questionOf(name: string, args: unknown, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    const call = this.prepare(name, args, context);
    if (!('tool' in call)) return undefined;
    try {
      for await (const question of this.questions(call, context)) return question;
    } catch {
      // The call itself says why it can't be done.
    }
    return undefined;
  }

  /** What would become of a call if it ran now. Asks nobody and changes nothing. */
  async judge(name: string, args: unknown, context: ToolContext): Promise<CallVerdict> {
    const call = this.prepare(name, args, context);
    if (!('tool' in call)) return refusalIn(call);
    try {
      const where = await call.tool.handler.foresee?.(call.params as never, context);
      let granted: string | undefined;
      for await (const question of this.questions(call, context)) {
        if (!(await this.gate.isGranted(question, context))) return { outcome: 'asked', question };
        granted = `it was allowed for this conversation: ${question.request.sessionRule ?? question.request.command}`;
      }
      const reason = granted ?? this.gate.whyFree(context);
      return { outcome: 'runs', reason, ...(where === undefined ? {} : { where }) };
    } catch (error) {
      return {
        outcome: 'refused',
        code: error instanceof ToolError ? error.code : 'failed',
        reason: messageOf(error),
      };
    }
  }

  /** All that a call would have to be asked for, in the order in which it is asked. */
  private async *questions(
    { tool, params }: { tool: RegisteredTool; params: unknown },
    context: ToolContext,
  ): AsyncGenerator<ApprovalQuestion> {
    await this.plans.check(tool.declaration, context.sessionKey);
    tool.handler.precheck?.(params as never, context);
    const leaving = await this.gate.questionOf(tool, params, context);
    if (leaving) yield leaving;
    const own = await tool.handler.questionOf?.(params as never, context);
    if (own) yield own;
  }

  /** The tool of a call and its parameters, or why it can't be called. */
  private prepare(
    name: string,
    args: unknown,
    { subject }: ToolContext,
  ): { tool: RegisteredTool; params: unknown } | LabelledResult {
    const tool = this.registry.find(name);
    if (!tool) return this.unknownTool(name, subject);
    const { declaration, handler } = tool;
    const verdict = this.policy.evaluate(declaration.name, subject);
    if (!verdict.allowed) {
      return errorResult('denied_by_policy', `${declaration.name} is not allowed: ${verdict.reason}`, 'gateway', {
        layer: verdict.layer,
      });
    }
    const unavailable = handler.unavailableReason?.();
    if (unavailable !== undefined)
      return errorResult('not_configured', `${declaration.name} is not available: ${unavailable}`, speakerOf(tool));
    const malformed = malformedArguments(args);
    if (malformed !== undefined) return errorResult('invalid_args', `${declaration.name}: ${malformed}`, 'gateway');
    const named = applyAliases(args, declaration.paramAliases);
    const params = tool.foreignSchema
      ? readForeignArguments(tool.foreignSchema, named)
      : readArguments(declaration.params, named);
    const problems = tool.foreignSchema ? [] : findDtoProblems(declaration.params, params);
    if (problems.length > 0) return errorResult('invalid_args', explainProblems(tool, problems), 'gateway');
    return { tool, params };
  }

  /** With whoever may look at an owner's call before it is judged, as it will be judged. */
  private async watched(name: string, params: unknown, context: ToolContext): Promise<LabelledResult> {
    const { watcher } = this.calls;
    if (!watcher || isGuest(context.subject)) return this.run(name, params, context);
    const { callId, runId, agentId, sessionKey } = context;
    const call = { tool: this.registry.canonicalName(name), params, callId, runId, agentId, sessionKey };
    const verdict = await watcher.before(call);
    if ('blocked' in verdict) return errorResult('denied_by_policy', `${call.tool}: ${verdict.blocked}`, 'tool');
    const started = performance.now();
    const result = await this.run(name, verdict.params, context);
    watcher.after(
      { ...call, params: verdict.params },
      { text: textOf(result.content), isError: result.isError === true, durationMs: performance.now() - started },
    );
    return result;
  }

  private async run(name: string, args: unknown, context: ToolContext): Promise<LabelledResult> {
    const call = this.prepare(name, args, context);
    if (!('tool' in call)) return call;
    const { tool, params } = call;
    const { declaration, handler } = tool;
    // What fails before the tool itself has begun is said by the gateway.
    let origin: ContentOrigin = 'gateway';
    try {
      await this.plans.check(declaration, context.sessionKey);
      handler.precheck?.(params as never, context);
      await this.gate.pass(tool, params, context);
      // Who only talks gets no folder.
      if (isGuest(context.subject)) await mkdir(context.workspace, { recursive: true, mode: 0o700 });
      ({ origin } = declaration);
      const result = await handler.execute(params as never, context);
      const room = resultRoom(context, handler.askedBytes?.(params as never));
      return await limitResult({ ...result, content: withOrigin(result.content, origin) }, room, declaration.wayOn);
    } catch (error) {
      if (error instanceof ToolError)
        return errorResult(error.code, error.message, originOf(error, origin), error.details);
      if (context.signal.aborted) return errorResult('aborted', `${declaration.name} was stopped`, 'gateway');
      this.log.warn({ tool: declaration.name, runId: context.runId, error }, 'a tool failed');
      return errorResult('failed', messageOf(error), origin);
    }
  }

  private unknownTool(name: string, subject: PolicySubject): LabelledResult {
    const names = this.policy.allowedTools(subject).map((tool) => tool.declaration.name);
    const near = nearestName(name, names);
    return errorResult(
      'unknown_tool',
      `there is no tool "${name}"${near ? `; did you mean "${near}"?` : `. Tools: ${names.join(', ')}`}`,
      'gateway',
    );
  }
}

/** A call that can't be made, as a verdict. */
function refusalIn({ content, details = {} }: LabelledResult): CallVerdict {
  const [told] = content;
  const { code, layer } = details as { code: string; layer?: string };
  const reason = (told?.type === 'text' ? told.text : '').replace(`Error (${code}): `, '');
  return { outcome: 'refused', code, reason, ...(layer === undefined ? {} : { layer }) };
}

/** A result with each of its texts changed. */
function withTexts(result: LabelledResult, change: (text: string) => string): LabelledResult {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(clean);
    if (isPlainObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, clean(entry)]));
    return value;
  };
  return {
    ...result,
    content: result.content.map((part) => (part.type === 'text' ? { ...part, text: change(part.text) } : part)),
    ...(result.details ? { details: clean(result.details) as Record<string, unknown> } : {}),
  };
}

/**
 * Where a guest's folder lies is none of their business: its path and, in errors, those of the folders around it, with
 * what is said instead.
 */
async function placesOf(workspace: string, isError: boolean): Promise<[path: string, name: string][]> {
  const places: [string, string][] = [];
  for (const start of new Set([workspace, await realpath(workspace).catch(() => workspace)])) {
    places.push([start, '.']);
    let name = '..';
    for (let folder = dirname(start); isError && dirname(folder) !== folder; folder = dirname(folder)) {
      places.push([folder, name]);
      name += '/..';
    }
  }
  return places.sort(([a], [b]) => b.length - a.length);
}

/** Whose words an error holds: what went wrong elsewhere is told in the words of elsewhere. */
const originOf = ({ code, origin }: ToolError, ofTool: ContentOrigin): ContentOrigin =>
  origin ?? (code === 'upstream_error' ? worstOrigin(['tool'], ofTool) : ofTool);

function applyAliases(args: unknown, aliases: Readonly<Record<string, string>> = {}): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args ?? {};
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(args)) {
    const name = aliases[key] ?? key;
    if (!(name in out) || name === key) out[name] = value;
  }
  return out;
}

function explainProblems(tool: RegisteredTool, problems: readonly DtoProblem[]): string {
  const known = [...fieldsOf(tool.declaration.params)].flatMap(([name, { hidden }]) => (hidden ? [] : [name]));
  const hints = problems
    .filter((problem) => problem.kind === 'unexpected' && problem.path.length === 1)
    .map((problem) => nearestName(problem.path[0] ?? '', known))
    .filter((near): near is string => near !== undefined);
  const hint = hints.length > 0 ? `; did you mean ${hints.map((near) => `"${near}"`).join(', ')}?` : '';
  const said = `${tool.declaration.name}: ${describeDtoProblems(problems)}${hint}`;
  return `${said}${hint === '' ? '.' : ''} Parameters: ${known.join(', ') || 'none'}`;
}
