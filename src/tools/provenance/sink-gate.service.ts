import { Injectable } from '@nestjs/common';
import { type SinkUse, type ToolContext, ToolError } from '../agent-tool';
import { ApprovalService, fingerprintOf } from '../approvals/approval.service';
import { ExecApprovalsFile } from '../approvals/exec-approvals-file';
import { describeOrigins, trustOf } from './taint';

/**
 * Stands before every call whose effect leaves the assistant's own four walls. After the model has read what is not the
 * owner's, such a call is asked for: the model may be acting on what it read.
 */
@Injectable()
export class SinkGate {
  constructor(
    private readonly approvals: ApprovalService,
    private readonly rules: ExecApprovalsFile,
  ) {}

  /** @throws ToolError approval_denied, approval_timeout, denied_by_policy, aborted */
  async pass(tool: string, args: unknown, use: SinkUse, context: ToolContext): Promise<void> {
    const trust = trustOf(context.provenance.origins);
    if (trust === 'trusted' || (use.from === 'untrusted' && trust === 'suspect')) return;
    const mode = this.rules.rulesFor(context.agentId).untrustedSinks;
    if (mode === 'allow') return;
    const read = describeOrigins(context.provenance.origins);
    if (mode === 'deny')
      throw new ToolError(
        'denied_by_policy',
        `this turn has read ${read}, and exec-approvals.json denies ${use.kind} after that (untrustedSinks "deny")`,
      );
    await this.approvals.permit(
      {
        kind: 'tool',
        tool,
        command: use.summary,
        cwd: context.workspace,
        host: use.kind,
        security: 'allowlist',
        ask: 'on-miss',
        agentId: context.agentId,
        resolvedPath: null,
        sessionKey: context.sessionKey,
        runId: context.runId,
        envNames: [],
        reason: `this turn has read ${read}`,
        canAlways: use.target !== undefined,
      },
      {
        callId: context.callId,
        sessionId: context.sessionId,
        ...(use.target === undefined ? {} : { target: `${tool}:${use.target}` }),
        fingerprint: fingerprintOf(tool, args),
      },
      context,
    );
  }
}
