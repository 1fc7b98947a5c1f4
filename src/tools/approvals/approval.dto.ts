import { OneOf, Text } from '../../common/validation/fields';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';

export class ApprovalResolveParams {
  @Text() id!: string;
  @OneOf(APPROVAL_DECISIONS) decision!: ApprovalDecision;
}
