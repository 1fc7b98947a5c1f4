import { Bool, Int, MapOf, Nested, NestedList, Obj, OneOf, Opt, StrList, Text } from '../common/validation/fields';
import { idle, Keys } from '../common/validation/keys';

export const TYPING_MODES = ['never', 'instant', 'thinking', 'message'] as const;
export type TypingMode = (typeof TYPING_MODES)[number];
export const TYPING_MODE_MEANING =
  'When a chat is told that the assistant is writing: never, from the first words of the answer (message), or as soon as it is worked on.';
export const TYPING_INTERVAL_MEANING = 'Seconds between two such signs.';

@Keys<SessionResetConfig>({
  mode: ['Whether a conversation starts over each day or after a rest.', 'daily'],
  atHour: ['Hour of the day at which it starts over.', 4],
  idleMinutes: 'Minutes without a message after which it starts over.',
})
class SessionResetConfig {
  @Opt() @OneOf(['daily', 'idle']) mode?: 'daily' | 'idle';
  @Opt() @Int({ min: 0, max: 23 }) atHour?: number;
  @Opt() @Int({ min: 1 }) idleMinutes?: number;
}

@Keys<SessionResetByTypeConfig>({
  dm: 'Direct messages.',
  direct: 'The same as dm.',
  group: 'Groups.',
  thread: 'Threads and topics.',
})
class SessionResetByTypeConfig {
  @Opt() @Nested(() => SessionResetConfig) dm?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) direct?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) group?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetConfig) thread?: SessionResetConfig;
}

@Keys<SendPolicyMatchConfig>({
  channel: 'Channel of the conversation.',
  chatType: 'Kind of chat.',
  keyPrefix: 'Beginning of the session key.',
})
class SendPolicyMatchConfig {
  @Opt() @Text() channel?: string;
  @Opt() @OneOf(['direct', 'group', 'channel']) chatType?: 'direct' | 'group' | 'channel';
  @Opt() @Text() keyPrefix?: string;
}

@Keys<SendPolicyRuleConfig>({
  action: 'Whether answers are sent.',
  match: 'Which conversations the rule is about; all without it.',
})
class SendPolicyRuleConfig {
  @OneOf(['allow', 'deny']) action!: 'allow' | 'deny';
  @Opt() @Nested(() => SendPolicyMatchConfig) match?: SendPolicyMatchConfig;
}

@Keys<SendPolicyConfig>({
  default: ['What holds where no rule fits.', 'allow'],
  rules: 'The first rule that fits decides.',
})
class SendPolicyConfig {
  @Opt() @OneOf(['allow', 'deny']) default?: 'allow' | 'deny';
  @Opt() @NestedList(() => SendPolicyRuleConfig) rules?: SendPolicyRuleConfig[];
}

@Keys<AgentToAgentLimitsConfig>({
  maxPingPongTurns: ['Most answers to and fro between two agents.', 5],
})
class AgentToAgentLimitsConfig {
  @Opt() @Int({ min: 0, max: 5 }) maxPingPongTurns?: number;
}

export const DM_SCOPES = ['main', 'per-peer', 'per-channel-peer', 'per-account-channel-peer'] as const;
export type DmScope = (typeof DM_SCOPES)[number];

/** Section `session`. */
@Keys<SessionConfig>({
  scope: ['"global": one conversation for everything; else by sender.', 'per-sender'],
  dmScope: [
    'Which direct messages share a conversation: all, those of a person, of a person on a channel, or on an account of it.',
    'main',
  ],
  shareMainWithOthers: [
    'People who are no owners write into the conversations that dmScope and scope name, where they read along; else each has one of their own.',
    false,
  ],
  identityLinks: 'One person under several ids: a name with a list of channel:id.',
  resetTriggers:
    'Further words that start a conversation over, as a whole message or at its beginning; /new and /reset always do.',
  idleMinutes: 'Minutes without a message after which a conversation starts over, where reset says nothing.',
  reset: 'When conversations start over. Without it each day at 4.',
  resetByType: 'The same by kind of chat.',
  resetByChannel: 'The same by channel.',
  store: idle('File of the sessions; they stand in the database.'),
  mainKey: ['Other name of the main session.', 'main'],
  typingMode: TYPING_MODE_MEANING,
  typingIntervalSeconds: TYPING_INTERVAL_MEANING,
  sendPolicy: 'Which conversations get their answers sent.',
  agentToAgent: 'Limits of what agents say to each other.',
})
export class SessionConfig {
  @Opt() @OneOf(['per-sender', 'global']) scope?: 'per-sender' | 'global';
  @Opt() @OneOf(DM_SCOPES) dmScope?: DmScope;
  @Opt()
  @Bool()
  shareMainWithOthers?: boolean;
  @Opt() @Obj() identityLinks?: Record<string, string[]>;
  @Opt() @StrList() resetTriggers?: string[];
  @Opt() @Int({ min: 1 }) idleMinutes?: number;
  @Opt() @Nested(() => SessionResetConfig) reset?: SessionResetConfig;
  @Opt() @Nested(() => SessionResetByTypeConfig) resetByType?: SessionResetByTypeConfig;
  @Opt() @MapOf(() => SessionResetConfig) resetByChannel?: Record<string, SessionResetConfig>;
  @Opt() @Text() store?: string;
  @Opt() @Text() mainKey?: string;
  @Opt() @OneOf(TYPING_MODES) typingMode?: TypingMode;
  @Opt() @Int({ min: 1 }) typingIntervalSeconds?: number;
  @Opt() @Nested(() => SendPolicyConfig) sendPolicy?: SendPolicyConfig;
  @Opt() @Nested(() => AgentToAgentLimitsConfig) agentToAgent?: AgentToAgentLimitsConfig;
}
