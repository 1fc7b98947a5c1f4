import type { ApprovalRequest } from './approval-request';

/** What ties an approval to one call. */
export interface ApprovalBinding {
  callId: string;
  sessionId: string;
  /** What a permission for the conversation covers. */
  target?: string;
  /** SHA-256 over everything that will be used: arguments, environment, identity of program files. */
  fingerprint: string;
}

/** What a call has to be asked for, and what the answer is bound to. */
export interface ApprovalQuestion {
  request: ApprovalRequest;
  binding: ApprovalBinding;
}
