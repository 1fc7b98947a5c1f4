import { t } from '@lingui/core/macro';
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
  if (state === 'expired') return { tone: 'warn', words: t`Nobody answered, so it was denied` };
  if (decision === 'deny' || decision === null) return { tone: 'off', words: t`Denied` };
  return state === 'used' ? { tone: 'good', words: ranBy(decision) } : { tone: 'off', words: allowedBy(decision) };
}

function ranBy(decision: string): string {
  if (decision === 'allow-session') return t`Allowed for the conversation, and it ran`;
  return decision === 'allow-always' ? t`Allowed always, and it ran` : t`Allowed once, and it ran`;
}

function allowedBy(decision: string): string {
  if (decision === 'allow-session') return t`Allowed for the conversation, but it did not run`;
  return decision === 'allow-always' ? t`Allowed always, but it did not run` : t`Allowed once, but it did not run`;
}
