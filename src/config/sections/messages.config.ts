import { Bool, Doc, Int, Nested, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';

export const QUEUE_MODES = [
  'steer',
  'followup',
  'collect',
  'steer-backlog',
  'steer+backlog',
  'queue',
  'interrupt',
] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

class GroupChatConfig {
  @Opt() @StrList() mentionPatterns?: string[];
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

class QueueConfig {
  @Opt() @OneOf(QUEUE_MODES) mode?: QueueMode;
  @Opt() @Obj() byChannel?: Record<string, QueueMode>;
  @Opt() @Int({ min: 0 }) debounceMs?: number;
  @Opt() @Obj() debounceMsByChannel?: Record<string, number>;
  @Opt() @Int({ min: 1 }) cap?: number;
  @Opt() @OneOf(['old', 'new', 'summarize']) drop?: 'old' | 'new' | 'summarize';
}

class InboundConfig {
  @Opt() @Int({ min: 0 }) debounceMs?: number;
  @Opt() @Obj() byChannel?: Record<string, number>;
}

class TtsConfig {
  @Opt() @OneOf(['off', 'always', 'inbound', 'tagged']) auto?: 'off' | 'always' | 'inbound' | 'tagged';
  @Opt() @OneOf(['final', 'all']) mode?: 'final' | 'all';
  @Opt() @OneOf(['elevenlabs', 'openai', 'edge']) provider?: 'elevenlabs' | 'openai' | 'edge';
  @Opt() @Text() summaryModel?: string;
  @Opt() @Obj() modelOverrides?: Record<string, unknown>;
  @Opt() @Obj() elevenlabs?: Record<string, unknown>;
  @Opt() @Obj() openai?: Record<string, unknown>;
  @Opt() @Obj() edge?: Record<string, unknown>;
  @Opt() @Text() prefsPath?: string;
  @Opt() @Int({ min: 1 }) maxTextLength?: number;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

/** Signs by what the assistant does; an empty text leaves one out. */
class StatusEmojisConfig {
  @Opt() @Str() thinking?: string;
  @Opt() @Str() tool?: string;
  @Opt() @Str() coding?: string;
  @Opt() @Str() web?: string;
  @Opt() @Str() done?: string;
  @Opt() @Str() error?: string;
}

class StatusReactionsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Nested(() => StatusEmojisConfig) emojis?: StatusEmojisConfig;
}

/** Section `messages`. */
export class MessagesConfig {
  @Opt() @Str() messagePrefix?: string;
  @Opt() @Str() responsePrefix?: string;
  @Opt() @Nested(() => GroupChatConfig) groupChat?: GroupChatConfig;
  @Opt() @Nested(() => QueueConfig) queue?: QueueConfig;
  @Opt() @Nested(() => InboundConfig) inbound?: InboundConfig;
  @Opt() @Str() ackReaction?: string;
  @Opt() @OneOf(['group-mentions', 'group-all', 'direct', 'all']) ackReactionScope?: string;
  @Opt() @Bool() removeAckAfterReply?: boolean;
  @Opt() @Nested(() => StatusReactionsConfig) statusReactions?: StatusReactionsConfig;
  @Opt() @Nested(() => TtsConfig) tts?: TtsConfig;
}

/** Section `commands`. */
export class CommandsConfig {
  @Opt() @OneOf([true, false, 'auto']) native?: boolean | 'auto';
  @Opt() @OneOf([true, false, 'auto']) nativeSkills?: boolean | 'auto';
  @Opt() @Bool() text?: boolean;
  @Opt() @Bool() bash?: boolean;
  @Opt() @Int({ min: 0, max: 30_000 }) bashForegroundMs?: number;
  @Opt() @Bool() config?: boolean;
  @Opt() @Bool() debug?: boolean;
  @Opt() @Bool() restart?: boolean;
  @Opt() @Bool() useAccessGroups?: boolean;
  @Opt()
  @StrList()
  @Doc(
    'Owners of the gateway, as channel:id. Without it: the ids in allowFrom of each account, and who was paired as an owner.',
  )
  ownerAllowFrom?: string[];
}
