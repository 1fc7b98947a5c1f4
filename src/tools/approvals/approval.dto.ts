import { Doc, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';

export class ApprovalResolveParams {
  @Text() id!: string;
  @OneOf(APPROVAL_DECISIONS) decision!: ApprovalDecision;
  @Opt() @Str({ max: 2000 }) @Doc('With deny: why not, for the assistant to read.') reason?: string;
  @Opt() @Text() @Doc('Hash of the question that was shown; another one is not answered.') hash?: string;
}
