import { Doc, Int, Obj, OneOf, Opt, OptNull, Str, Text } from '../../common/validation/fields';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';

export class ApprovalResolveParams {
  @Text() id!: string;
  @OneOf(APPROVAL_DECISIONS) decision!: ApprovalDecision;
  @Opt() @Str({ max: 2000 }) @Doc('With deny: why not, for the assistant to read.') reason?: string;
  @Opt() @Text() @Doc('Hash of the question that was shown; another one is not answered.') hash?: string;
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
