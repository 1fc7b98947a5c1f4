import { Any, Bool, Nested, NestedList, OneOf, Opt, StrList, Text } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

@Keys<ApprovalTargetConfig>({
  channel: 'Channel that is told.',
  to: 'Recipient on it.',
  accountId: 'Account of the channel; without it the default one.',
  threadId: 'Thread or topic.',
})
class ApprovalTargetConfig {
  @Text() channel!: string;
  @Text() to!: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Any() threadId?: string | number;
}

@Keys<ExecApprovalForwardConfig>({
  enabled: ['Whether requests for approval are also told in chats.', false],
  mode: ['Where: in the conversation that asks, at the targets, or both.', 'session'],
  agentFilter: 'Agents whose requests are told; all without it.',
  sessionFilter: 'Sessions whose requests are told, as parts of their key or regular expressions; all without it.',
  targets: 'Chats that are told of requests.',
})
class ExecApprovalForwardConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @OneOf(['session', 'targets', 'both']) mode?: 'session' | 'targets' | 'both';
  @Opt() @StrList() agentFilter?: string[];
  @Opt() @StrList() sessionFilter?: string[];
  @Opt() @NestedList(() => ApprovalTargetConfig) targets?: ApprovalTargetConfig[];
}

/** Section `approvals`: forwarding of approval requests to chats. */
@Keys<ApprovalsConfig>({
  exec: 'Requests to run a command.',
})
export class ApprovalsConfig {
  @Opt() @Nested(() => ExecApprovalForwardConfig) exec?: ExecApprovalForwardConfig;
}
