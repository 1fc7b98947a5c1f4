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
  /** Whether it was read at all: what is not known is not nothing. */
  isKnown: boolean;
  /** Why it could not be read. */
  unread: string | undefined;
  refresh(): void;
  problem: string | undefined;
  decide(approval: Approval, decision: ApprovalDecision, reason?: string): void;
}

const NONE: Approval[] = [];

/** What waits for a decision, oldest first. No decision in time is a denial. */
export function useApprovals(): Approvals {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<Approval[]>(['exec.approval.list'], {
    events: ['exec.approval.'],
    settleMs: 0,
  });
  const [problem, setProblem] = useState<string>();
  return {
    waiting: data ?? NONE,
    isKnown: data !== undefined,
    unread: data === undefined ? error : undefined,
    refresh,
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
