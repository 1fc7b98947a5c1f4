import { useCallback, useEffect, useState } from 'react';
import type { ApprovalDecision } from '../../../src/tools/approvals/approval-decision';
import type { ApprovalRequest } from '../../../src/tools/approvals/approval-request';
import type { Gateway } from '../gateway/use-gateway';

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

/** What waits for a decision, oldest first; kept up to date by events. No decision in time is a denial. */
export function useApprovals({ call, connection, gaps, subscribe }: Gateway): Approvals {
  const [waiting, setWaiting] = useState<Approval[]>([]);
  const [problem, setProblem] = useState<string>();
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback((): void => {
    call<Approval[]>('exec.approval.list').then(setWaiting, () => undefined);
  }, [call]);

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  useEffect(
    () =>
      subscribe((frame) => {
        if (frame.event.startsWith('exec.approval.')) refresh();
      }),
    [subscribe, refresh],
  );

  return {
    waiting,
    problem,
    decide: ({ id, hash }, decision, reason) => {
      call('exec.approval.resolve', { id, decision, hash, ...(reason ? { reason } : {}) }).then(
        () => setProblem(undefined),
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      );
    },
  };
}
