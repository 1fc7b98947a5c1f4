import { Any, Bool, Doc, Int, Obj, OneOf, Opt, OptNull, Str, StrList, Text } from '../../common/validation/fields';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';

export class ApprovalResolveParams {
  @Text() id!: string;
  @OneOf(APPROVAL_DECISIONS) decision!: ApprovalDecision;
  @Opt() @Str({ max: 2000 }) @Doc('With deny: why not, for the assistant to read.') reason?: string;
  @Opt()
  @Int({ min: 1, max: 3650 })
  @Doc('With allow-always for a command: its rule ends after so many days.')
  grantExpiresInDays?: number;
  @Opt() @Text() @Doc('Hash of the question that was shown; another one is not answered.') hash?: string;
}

/** A question of a connected program. What says how it was planned or from where it came is taken from clients and not used. */
export class ApprovalRequestParams {
  @Opt() @Text({ min: 36, max: 36 }) @Doc('A UUID; without it one is made.') id?: string;
  @Opt() @Text({ max: 100_000 }) @Doc('Needed unless commandArgv is there.') command?: string;
  @Opt()
  @StrList({ min: 1, max: 4096 })
  @Doc('What runs, word by word; it is shown beside command.')
  commandArgv?: string[];
  @Opt() @Obj() env?: Record<string, string>;
  @OptNull() @Str() cwd?: string | null;
  @OptNull() @Str({ max: 100 }) host?: string | null;
  @OptNull() @Str({ max: 128 }) nodeId?: string | null;
  @OptNull() @Str({ max: 100 }) security?: string | null;
  @OptNull() @Str({ max: 100 }) ask?: string | null;
  @OptNull() @Str({ max: 4000 }) warningText?: string | null;
  @OptNull() @Str({ max: 64 }) agentId?: string | null;
  @OptNull() @Str({ max: 4096 }) resolvedPath?: string | null;
  @OptNull() @Str({ max: 512 }) sessionKey?: string | null;
  @Opt()
  @Int({ min: 1, max: 86_400_000 })
  @Doc('Protocol 3: two minutes without it; protocol 4: half an hour.')
  timeoutMs?: number;
  @Opt() @Bool() @Doc('Answer as soon as it is asked; exec.approval.waitDecision waits.') twoPhase?: boolean;
  @Opt() @Any() systemRunPlan?: unknown;
  @Opt() @Any() commandSpans?: unknown;
  @Opt() @Any() scope?: unknown;
  @Opt() @Any() unavailableDecisions?: unknown;
  @Opt() @Any() sessionId?: unknown;
  @Opt() @Any() runId?: unknown;
  @Opt() @Any() toolCallId?: unknown;
  @Opt() @Any() turnSourceChannel?: unknown;
  @Opt() @Any() turnSourceTo?: unknown;
  @Opt() @Any() turnSourceAccountId?: unknown;
  @Opt() @Any() turnSourceThreadId?: unknown;
}

export class ApprovalIdParams {
  @Text({ max: 36 }) id!: string;
}

export class ApprovalGetParams {
  @Text({ max: 36 }) @Doc('Whole, or its first eight characters.') id!: string;
}

export class ApprovalHistoryParams {
  @Opt() @Int({ min: 1, max: 500 }) limit?: number;
  @Opt() @Int({ min: 0 }) @Doc('`createdAtMs` of the last one seen: only older ones.') before?: number;
}

export class ApprovalRevokeParams {
  @Text() @Doc('From `approval.grants`.') id!: string;
}

export class ExecApprovalsSetParams {
  @Obj() @Doc('The whole file, as `exec.approvals.get` shows it.') file!: Record<string, unknown>;
  @OptNull() @Text() @Doc('`hash` of the file that was read.') baseHash?: string | null;
}
