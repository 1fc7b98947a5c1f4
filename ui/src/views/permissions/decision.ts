import type { ApprovalRequest } from '../../../../src/tools/approvals/approval-request';

/** A call that was asked for and has its end. */
export interface Ended {
  id: string;
  request: ApprovalRequest;
  createdAtMs: number;
  state: string;
  decision: string | null;
  resolvedBy: string | null;
  decidedAtMs: number | null;
}

interface Told {
  tone: 'good' | 'off' | 'warn';
  words: string;
}

/** What became of a call, in words: whether it was allowed, and whether it ran by that. */
export function toldOf({ state, decision }: Pick<Ended, 'state' | 'decision'>): Told {
  if (state === 'expired') return { tone: 'warn', words: 'Nobody answered, so it was denied' };
  if (decision === 'deny' || decision === null) return { tone: 'off', words: 'Denied' };
  const how = { 'allow-once': 'once', 'allow-session': 'for the conversation', 'allow-always': 'always' }[decision];
  return state === 'used'
    ? { tone: 'good', words: `Allowed ${how ?? ''}, and it ran` }
    : { tone: 'off', words: `Allowed ${how ?? ''}, but it did not run` };
}
