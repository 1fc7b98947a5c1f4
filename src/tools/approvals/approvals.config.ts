import { Any, Bool, Nested, NestedList, OneOf, Opt, StrList, Text } from '../../common/validation/fields';

class ApprovalTargetConfig {
  @Text() channel!: string;
  @Text() to!: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Any() threadId?: string | number;
}

class ExecApprovalForwardConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['session', 'targets', 'both']) mode?: 'session' | 'targets' | 'both';
  @Opt() @StrList() agentFilter?: string[];
  @Opt() @StrList() sessionFilter?: string[];
  @Opt() @NestedList(() => ApprovalTargetConfig) targets?: ApprovalTargetConfig[];
}

/** Section `approvals`: forwarding of approval requests to chats. */
export class ApprovalsConfig {
  @Opt() @Nested(() => ExecApprovalForwardConfig) exec?: ExecApprovalForwardConfig;
}
