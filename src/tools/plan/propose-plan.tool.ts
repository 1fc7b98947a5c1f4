import { Injectable } from '@nestjs/common';
import { Doc, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { askerOf } from '../approvals/approval-request';
import type { ApprovalQuestion } from '../approvals/approval-question';
import { ApprovalService } from '../approvals/approval.service';
import { fingerprintOf } from '../approvals/pending-approval';
import { Leaves } from '../provenance/sinks';
import { PROPOSE_PLAN, PlanMode } from './plan-mode.service';

@Leaves<ProposePlanParams>({ plan: 'none' })
export class ProposePlanParams {
  @Text({ max: 20_000 })
  @Doc('The whole plan as Markdown: each step with what it changes, and how you will know that it worked.')
  plan!: string;
}

/** Shows a plan to people; their approval ends the plan mode of the conversation. */
@Injectable()
@AgentTool({
  name: PROPOSE_PLAN,
  description: 'Show your plan and wait for approval. In plan mode nothing may be changed before.',
  params: ProposePlanParams,
  idempotent: true,
  core: false,
  rare: 'have a plan approved before you begin',
  whilePlanning: true,
  origin: 'gateway',
})
export class ProposePlanTool {
  constructor(
    private readonly plans: PlanMode,
    private readonly approvals: ApprovalService,
  ) {}

  questionOf({ plan }: ProposePlanParams, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    return Promise.resolve(questionAbout(plan, context));
  }

  async execute({ plan }: ProposePlanParams, context: ToolContext): Promise<ToolResult> {
    const { request, binding } = questionAbout(plan, context);
    try {
      await this.approvals.permit(request, binding, context);
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== 'approval_denied') throw error;
      const reason = / saying: (.*); do not/s.exec(error.message)?.[1];
      throw new ToolError(
        'approval_denied',
        `the plan was not approved${reason === undefined ? '' : `, saying: ${reason}`}. Change it and propose it again, or ask what is wanted`,
      );
    }
    await this.plans.set(context.sessionKey, context.agentId, false);
    return textResult('The plan is approved and plan mode is off: carry it out now.', { approved: true });
  }
}

/** Each plan is a question of its own: no earlier answer and no rule stands in for it. */
function questionAbout(plan: string, context: ToolContext): ApprovalQuestion {
  const { callId, sessionId, sessionKey, agentId, runId, runName, workspace } = context;
  return {
    request: {
      kind: 'tool',
      tool: PROPOSE_PLAN,
      command: 'carry out the plan',
      cwd: workspace,
      host: 'plan',
      security: 'allowlist',
      ask: 'always',
      agentId,
      resolvedPath: null,
      sessionKey,
      runId,
      ...(runName ? { runName } : {}),
      envNames: [],
      details: [{ label: 'Plan', text: plan }],
      asker: askerOf(context),
      reason: 'nothing is changed in plan mode before its plan is approved',
      canAlways: false,
    },
    binding: { callId, sessionId, fingerprint: fingerprintOf(PROPOSE_PLAN, plan, callId) },
  };
}
