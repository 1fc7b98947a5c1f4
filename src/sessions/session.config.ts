import { Bool, Doc, Int, MapOf, Nested, NestedList, Obj, OneOf, Opt, StrList, Text } from '../common/validation/fields';

class SessionResetConfig {
  @Opt() @OneOf(['daily', 'idle']) mode?: 'daily' | 'idle';
  @Opt() @Int({ min: 0, max: 23 }) atHour?: number;
  @Opt() @Int({ min: 1 }) idleMinutes?: number;
}

class SessionResetByTypeConfig {
  @Opt() @Nested(() => SessionResetConfig) dm?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) direct?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) group?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) thread?: SessionResetConfig;
}

class SendPolicyMatchConfig {
  @Opt() @Text() channel?: string;
  @Opt() @OneOf(['direct', 'group', 'channel']) chatType?: 'direct' | 'group' | 'channel';
  @Opt() @Text() keyPrefix?: string;
}

class SendPolicyRuleConfig {
  @OneOf(['allow', 'deny']) action!: 'allow' | 'deny';
  @Opt() @Nested(() => SendPolicyMatchConfig) match?: SendPolicyMatchConfig;
}

class SendPolicyConfig {
  @Opt() @OneOf(['allow', 'deny']) default?: 'allow' | 'deny';
  @Opt() @NestedList(() => SendPolicyRuleConfig) rules?: SendPolicyRuleConfig[];
}

class AgentToAgentLimitsConfig {
  @Opt() @Int({ min: 0, max: 5 }) maxPingPongTurns?: number;
}

export const DM_SCOPES = ['main', 'per-peer', 'per-channel-peer', 'per-account-channel-peer'] as const;
export type DmScope = (typeof DM_SCOPES)[number];

/** Section `session`. */
export class SessionConfig {
  @Opt() @OneOf(['per-sender', 'global']) scope?: 'per-sender' | 'global';
  @Opt() @OneOf(DM_SCOPES) dmScope?: DmScope;
  @Opt()
  @Bool()
  @Doc(
    'People who are no owners write into the conversations that dmScope and scope name, where they read along. False by default: each has one of their own.',
  )
  shareMainWithOthers?: boolean;
  @Opt() @Obj() identityLinks?: Record<string, string[]>;
  @Opt() @StrList() resetTriggers?: string[];
  @Opt() @Int({ min: 1 }) idleMinutes?: number;
  @Opt() @Nested(() => SessionResetConfig) reset?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetByTypeConfig) resetByType?: SessionResetByTypeConfig;
  @Opt() @MapOf(() => SessionResetConfig) resetByChannel?: Record<string, SessionResetConfig>;
  @Opt() @Text() store?: string;
  @Opt() @Text() mainKey?: string;
  @Opt() @OneOf(['never', 'instant', 'thinking', 'message']) typingMode?: 'never' | 'instant' | 'thinking' | 'message';
  @Opt() @Int({ min: 1 }) typingIntervalSeconds?: number;
  @Opt() @Nested(() => SendPolicyConfig) sendPolicy?: SendPolicyConfig;
  @Opt() @Nested(() => AgentToAgentLimitsConfig) agentToAgent?: AgentToAgentLimitsConfig;
}
