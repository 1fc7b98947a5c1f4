import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../../common/plain-object';
import { RecentMap } from '../../common/recent-map';
import { DatabaseService } from '../../storage/database.service';
import { type ToolContext, ToolError } from '../agent-tool';
import { type ApprovalFact, askerOf } from '../approvals/approval-request';
import type { ApprovalQuestion } from '../approvals/approval-question';
import { ApprovalService } from '../approvals/approval.service';
import { ExecApprovalsFile } from '../approvals/exec-approvals-file';
import { fingerprintOf } from '../approvals/pending-approval';
import type { RegisteredTool } from '../tool-registry.service';
import { sinksOfCall } from './call-sinks';
import { type SinkUse, fetchOf } from './sinks';
import { describeOrigins, trustOf } from './taint';

/**
 * Addresses that the model did not make up, and links that it merely chooses, go out unasked: so many in one turn after
 * it has read what others wrote. A page that lists enough of them would have it spell out what it knows.
 */
export const FREE_FETCHES = 30;
const TURNS_REMEMBERED = 500;
/** What changes each time it was asked for is given up after so many questions. */
const MOST_QUESTIONS = 3;

/**
 * Stands before every call. After the model has read what is not the owner's, whatever leaves the assistant's own four
 * walls is asked for: the model may be acting on what it read.
 */
@Injectable()
export class SinkGate {
  private readonly fetches = new RecentMap<string, number>(TURNS_REMEMBERED);

  constructor(
    private readonly approvals: ApprovalService,
    private readonly rules: ExecApprovalsFile,
    private readonly database: DatabaseService,
  ) {}

  /** @throws ToolError approval_denied, approval_timeout, denied_by_policy, aborted */
  async pass(tool: RegisteredTool, params: unknown, context: ToolContext): Promise<void> {
    if (trustOf(context.provenance.origins) === 'trusted') return;
    let all = await sinksOfCall(tool, params, context);
    for (let tries = 1; tries <= MOST_QUESTIONS; tries++) {
      const asked = all.filter((use) => this.isAskedFor(use, context));
      if (tries === 1) this.count(all.length - asked.length, context);
      if (asked.length === 0) return;
      await this.ask(tool.declaration.name, asked, context, params);
      // The page that a text was to be typed into, or the file, may be another one by now: that is another question.
      const now = await sinksOfCall(tool, params, context);
      if (JSON.stringify(now) === JSON.stringify(all)) return;
      all = now;
    }
    throw new ToolError('approval_denied', 'what this would do was another thing each time it had been approved');
  }

  /**
   * What `pass` would ask for if the call ran now; undefined: nothing.
   * @throws ToolError denied_by_policy, approval_denied
   */
  async questionOf(tool: RegisteredTool, params: unknown, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    if (trustOf(context.provenance.origins) === 'trusted') return undefined;
    const asked = (await sinksOfCall(tool, params, context)).filter((use) => this.isAskedFor(use, context));
    return asked.length === 0 ? undefined : this.question(tool.declaration.name, asked, context, params);
  }

  /** Whether nobody is asked after all, for it was allowed for the conversation before. */
  isGranted({ binding }: ApprovalQuestion, context: ToolContext): Promise<boolean> {
    return this.approvals.isGranted(binding, context);
  }

  /** Why a call that is not asked for is not. */
  whyFree({ agentId, provenance }: ToolContext): string {
    if (trustOf(provenance.origins) === 'trusted') return 'nothing that the turn has read comes from others';
    return this.rules.rulesFor(agentId).untrustedSinks === 'allow'
      ? `the turn has read ${describeOrigins(provenance.origins)}, and exec-approvals.json lets everything pass after that (untrustedSinks "allow")`
      : `the turn has read ${describeOrigins(provenance.origins)}, but nothing leaves by this except to addresses that the model did not make up`;
  }

  /**
   * An answer sends a request on. What the model did not make up may go where its site wants; what was made up was
   * allowed for that site, and another one is judged anew.
   * @throws ToolError as `pass`
   */
  async passRedirect(tool: string, from: string, to: URL, context: ToolContext): Promise<void> {
    if (trustOf(context.provenance.origins) === 'trusted') return;
    const use: SinkUse = fetchOf(to.href);
    const isFree = context.provenance.vouchesFor(from) || new URL(from).origin === to.origin;
    if (isFree && !this.isSpent(context)) this.count(1, context);
    else if (this.isAskedFor(use, context))
      await this.ask(tool, [{ ...use, summary: `follow a redirect of ${from} to ${to.href}` }], context);
  }

  /** Whether an address is fetched unasked, as far as it is known before it answers; it counts where it is. */
  isFree(address: string, context: ToolContext): boolean {
    if (trustOf(context.provenance.origins) === 'trusted') return true;
    if (this.rules.rulesFor(context.agentId).untrustedSinks === 'allow') return true;
    if (this.isAskedFor(fetchOf(address), context)) return false;
    this.count(1, context);
    return true;
  }

  private isAskedFor(use: SinkUse, context: ToolContext): boolean {
    const isOutside = trustOf(context.provenance.origins) === 'untrusted';
    if (use.sink !== 'fetch') return isOutside || !use.onlyAfterOutside;
    if (isOutside && this.isSpent(context)) return true;
    return use.address !== undefined && !context.provenance.vouchesFor(use.address);
  }

  private isSpent({ runId }: ToolContext): boolean {
    return (this.fetches.get(runId) ?? 0) >= FREE_FETCHES;
  }

  /** Counts what goes out unasked after outside content. */
  private count(free: number, { runId, provenance }: ToolContext): void {
    if (free === 0 || trustOf(provenance.origins) !== 'untrusted') return;
    this.fetches.set(runId, (this.fetches.get(runId) ?? 0) + free);
  }

  private async ask(tool: string, uses: readonly SinkUse[], context: ToolContext, params?: unknown): Promise<void> {
    const question = await this.question(tool, uses, context, params);
    if (question) await this.approvals.permit(question.request, question.binding, context);
  }

  /** @throws ToolError denied_by_policy, approval_denied where it is not even asked */
  private async question(
    tool: string,
    uses: readonly SinkUse[],
    context: ToolContext,
    params: unknown,
  ): Promise<ApprovalQuestion | undefined> {
    const mode = this.rules.rulesFor(context.agentId).untrustedSinks;
    if (mode === 'allow') return undefined;
    const read = describeOrigins(context.provenance.origins);
    const summary = uses.map((use) => use.summary).join('\n');
    if (mode === 'deny')
      throw new ToolError(
        'denied_by_policy',
        `this turn has read ${read}, and exec-approvals.json denies what leaves after that (untrustedSinks "deny"): ${summary}`,
      );
    const { sessionId } = context;
    const fingerprint = fingerprintOf(tool, uses, params);
    if (await this.wasDenied(sessionId, fingerprint))
      throw new ToolError(
        'approval_denied',
        'the owner has denied exactly this in this conversation and is not asked again; do not try it in another form',
      );
    const [only] = uses;
    const target = uses.length === 1 ? only?.target : undefined;
    return {
      request: {
        kind: 'tool',
        tool,
        command: summary,
        cwd: context.workspace,
        host: [...new Set(uses.map(({ sink }) => sink))].join(', '),
        security: 'allowlist',
        ask: 'on-miss',
        agentId: context.agentId,
        resolvedPath: null,
        sessionKey: context.sessionKey,
        runId: context.runId,
        ...(context.runName ? { runName: context.runName } : {}),
        envNames: [],
        details: [
          ...uses.flatMap(({ details = [] }) => details),
          ...parametersOf(
            params,
            uses.flatMap(({ shown = [] }) => shown),
          ),
        ],
        asker: askerOf(context),
        reason: `this turn has read ${read}`,
        canAlways: target !== undefined,
        ...(target === undefined ? {} : { sessionRule: `${tool} ${target}` }),
      },
      binding: {
        callId: context.callId,
        sessionId,
        ...(target === undefined ? {} : { target: `${tool}:${target}` }),
        fingerprint,
      },
    };
  }

  private async wasDenied(sessionId: string, fingerprint: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('approvals')
      .select('id')
      .where('session_id', '=', sessionId)
      .where('fingerprint', '=', fingerprint)
      .where('state', '=', 'decided')
      .where('decision', '=', 'deny')
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** Every parameter of a call as it stands: nothing of it stays unseen, whatever the tool thought worth a summary. */
function parametersOf(args: unknown, shown: readonly string[]): ApprovalFact[] {
  if (!isPlainObject(args)) return args === undefined ? [] : [{ label: 'Parameters', text: JSON.stringify(args) }];
  return Object.entries(args)
    .filter(([name, value]) => value !== undefined && !shown.includes(name))
    .map(([label, value]) => ({ label, text: typeof value === 'string' ? value : JSON.stringify(value, null, 1) }));
}
