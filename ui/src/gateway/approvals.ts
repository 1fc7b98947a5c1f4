import { useState } from 'react';
import { messageOf } from './problem';
import type { ApprovalDecision } from '../../../src/tools/approvals/approval-decision';
import type { ApprovalRequest } from '../../../src/tools/approvals/approval-request';
import { useGateway } from './use-gateway';
import { useLive } from './use-live';

export interface Approval {
  id: string;
  expiresAtMs: number;
  /** Of everything that was asked; the answer names it, so that it is to what was read. */
  hash: string;
  choices: ApprovalDecision[];
  request: ApprovalRequest;
  /** Calls of one step that are asked for together; those that are decided already have left. */
  calls?: Approval[];
}

export interface Approvals {
  waiting: Approval[];
  problem: string | undefined;
  decide(approval: Approval, decision: ApprovalDecision, reason?: string): void;
}

/** What waits for a decision, oldest first. No decision in time is a denial. */
export function useApprovals(): Approvals {
  const { call } = useGateway();
  const { data = [], refresh } = useLive<Approval[]>(['exec.approval.list'], {
    events: ['exec.approval.'],
    settleMs: 0,
  });
  const [problem, setProblem] = useState<string>();
  return {
    waiting: data,
    problem,
    decide: ({ id, hash }, decision, reason) => {
      call('exec.approval.resolve', { id, decision, hash, ...(reason ? { reason } : {}) }).then(
        () => {
          setProblem(undefined);
          refresh();
        },
        (error: unknown) => {
          setProblem(messageOf(error));
          refresh();
        },
      );
    },
  };
}
