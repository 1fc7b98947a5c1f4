import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CONTENT_ORIGINS } from '../../common/content-parts';
import { Redactor } from '../../common/redactor';
import { defaultAgentId, findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { SessionFolders } from '../../workspace/session-folder.service';
import { type ToolContext, ToolError } from '../agent-tool';
import { type ApprovalRequest, choicesOf, withTexts } from '../approvals/approval-request';
import type { ApprovalDecision } from '../approvals/approval-decision';
import { ExecApprovalsFile } from '../approvals/exec-approvals-file';
import { execChoicesOf } from '../exec/exec-choices';
import { ExecPermit } from '../exec/exec-permit.service';
import { AssumedSubject } from '../policy/assumed-subject.service';
import { provenanceOf } from '../provenance/taint';
import { BubblewrapDriver } from '../sandbox/bubblewrap.driver';
import { ToolExecutor } from '../tool-executor.service';
import { ToolsJudgeParams, ToolsPolicyParams } from './judge.dto';
import type { PolicyLine } from './policy-line';
import { type PolicyFacts, policyInWords } from './policy-words';

/** What would become of a call. */
export type JudgedCall =
  | { outcome: 'runs'; reason: string; where?: string }
  | { outcome: 'asked'; reason: string; request: ApprovalRequest; choices: ApprovalDecision[] }
  | { outcome: 'refused'; reason: string; code: string; layer?: string };

/** "What would happen if": a call that nobody makes passes the gates that a turn's calls pass. */
@Injectable()
export class JudgeRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly executor: ToolExecutor,
    private readonly subjects: AssumedSubject,
    private readonly sessions: SessionStore,
    private readonly folders: SessionFolders,
    private readonly redactor: Redactor,
    private readonly permits: ExecPermit,
    private readonly rules: ExecApprovalsFile,
    private readonly sandbox: BubblewrapDriver,
  ) {}

  @RpcMethod({
    name: 'tools.policy',
    scope: 'operator.read',
    params: ToolsPolicyParams,
    summary:
      'What an agent does unasked, what is asked for and what is never done, each with the setting it follows from.',
  })
  async policy({ agentId: given }: ToolsPolicyParams): Promise<{ agentId: string; lines: PolicyLine[] }> {
    const { config } = this.config;
    const agentId = given ?? defaultAgentId(config);
    if (!findAgent(config, agentId)) throw invalidRequest(`there is no agent "${agentId}"; agents.list names them`);
    const lines = policyInWords({
      config,
      agentId,
      exec: this.permits.settingsOf({ agentId }),
      rules: this.rules.rulesFor(agentId),
      ...(await this.sandboxFacts(agentId)),
    });
    return { agentId, lines };
  }

  /** A network that no sandbox is given is a reason why commands don't run, and none to say nothing of all others. */
  private async sandboxFacts(agentId: string): Promise<Pick<PolicyFacts, 'hasNetwork' | 'noSandbox'>> {
    const noSandbox = await this.sandbox.unusableReason();
    try {
      return { hasNetwork: this.permits.hasNetwork({ agentId }), noSandbox };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      return { hasNetwork: false, noSandbox: noSandbox ?? error.message };
    }
  }

  @RpcMethod({
    name: 'tools.judge',
    scope: 'operator.admin',
    params: ToolsJudgeParams,
    summary:
      'What would become of a tool call if it were made now: it runs, somebody is asked, or it is refused, and why. Nothing is run, asked or kept; only the name of an address is looked up.',
  })
  async judge({ tool, args = {}, ...wanted }: ToolsJudgeParams): Promise<JudgedCall> {
    const verdict = await this.executor.judge(tool, args, await this.contextOf(wanted));
    const clean = (text: string): string => this.redactor.redactKnown(text);
    if (verdict.outcome !== 'asked') return { ...verdict, reason: clean(verdict.reason) };
    const request = withTexts(verdict.question.request, clean);
    return { outcome: 'asked', reason: request.reason, request, choices: choicesOf(request) };
  }

  /** A turn as it would be, of which nothing is kept. */
  private async contextOf({ read = [], said, ...who }: Omit<ToolsJudgeParams, 'tool' | 'args'>): Promise<ToolContext> {
    const unknown = read.find((origin) => !CONTENT_ORIGINS.includes(origin));
    if (unknown !== undefined)
      throw invalidRequest(
        `invalid tools.judge params: read must hold only ${CONTENT_ORIGINS.join(', ')}; got "${unknown}"`,
      );
    const { config } = this.config;
    const sessionKey = canonicalSessionKey(config, who.sessionKey ?? 'main', who.agentId);
    const subject = await this.subjects.of({ ...who, sessionKey });
    const session = await this.sessions.find(sessionKey);
    const isOwner = who.stranger !== true;
    const agentId = who.agentId ?? agentOfSession(config, sessionKey);
    const folder = this.folders.placeOf(agentId, sessionKey, !isOwner);
    const origins = isOwner ? read : [...read, 'stranger' as const];
    const messages = [
      { message: { role: 'user', content: [{ type: 'text', text: said ?? '', origin: 'owner' as const }] } },
    ];
    const id = `judge:${randomUUID()}`;
    return {
      runId: id,
      callId: id,
      sessionKey,
      sessionId: session?.sessionId ?? id,
      agentId,
      workspace: folder.path,
      readOnly: folder.readOnly,
      model: 'none',
      isOwner,
      origin: { channel: who.channel ?? 'webchat', account: 'default' },
      ...(session && isOwner ? { choices: execChoicesOf(session) } : {}),
      subject,
      provenance: provenanceOf(said === undefined ? [] : messages, origins),
      signal: AbortSignal.timeout(MOST_MS),
      update: () => undefined,
    };
  }
}

const MOST_MS = 20_000;
