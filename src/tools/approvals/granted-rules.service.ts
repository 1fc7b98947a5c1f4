import { Injectable } from '@nestjs/common';
import type { GrantedRule } from '../../common/granted-rule';
import { DatabaseService } from '../../storage/database.service';
import type { ToolContext } from '../agent-tool';
import type { ApprovalRequest } from './approval-request';
import { isForConversation } from './approval.store';
import { ExecApprovalsFile } from './exec-approvals-file';
import { ruleText } from './exec-rules';

/** What the owner has allowed by now, for what is made to act without them. */
@Injectable()
export class GrantedRules {
  constructor(
    private readonly database: DatabaseService,
    private readonly file: ExecApprovalsFile,
  ) {}

  /**
   * What a job of an agent may do unasked: the rules that hold always. It outlives the conversation in which it is made.
   * @param maker what the maker itself has, where that is less than all
   */
  forJob(agentId: string, maker?: readonly GrantedRule[]): GrantedRule[] {
    const rules = this.file.rulesFor(agentId, maker).allowlist.map((entry) => ruleText(entry));
    return [...new Set(rules)].map((text) => ({ kind: 'always', text }));
  }

  /** What a sub-agent may do unasked: what its conversation may. */
  async forSubagent(
    agentId: string,
    { sessionId, rules }: Pick<ToolContext, 'sessionId' | 'rules'>,
  ): Promise<GrantedRule[]> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .select(['id', 'request', 'target'])
      .where('session_id', '=', sessionId)
      .where('target', 'is not', null)
      .where(isForConversation)
      .orderBy('created_at')
      .execute();
    const own = new Map(rows.map((row) => [row.target, row]));
    return [
      ...this.forJob(agentId, rules),
      ...(rules ?? []).filter(({ kind }) => kind === 'session'),
      ...this.database.readable(
        'approvals',
        [...own.values()],
        ({ id }) => id,
        ({ id, request }): GrantedRule => {
          const { sessionRule, command } = JSON.parse(request) as ApprovalRequest;
          return { kind: 'session', approvalId: id, text: sessionRule ?? command };
        },
      ),
    ];
  }
}
