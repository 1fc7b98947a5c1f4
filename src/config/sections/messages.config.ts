import { Bool, Int, Nested, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { idle, Keys } from '../../common/validation/keys';

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

@Keys<GroupChatConfig>({
  mentionPatterns: 'Regular expressions by which a message in a group is meant for the assistant.',
  historyLimit: ['Most earlier messages of a group that the model is shown.', 50],
})
class GroupChatConfig {
  @Opt() @StrList() mentionPatterns?: string[];
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

@Keys<QueueConfig>({
  mode: ['What becomes of messages that come while the assistant works.', 'collect'],
  byChannel: 'The same by channel.',
  debounceMs: ['Milliseconds for which such messages are gathered.', 1000],
  debounceMsByChannel: 'The same by channel.',
  cap: ['Most messages that wait.', 20],
  drop: ['What becomes of more: the oldest or newest are left out, or summed up.', 'summarize'],
})
class QueueConfig {
  @Opt() @OneOf(QUEUE_MODES) mode?: QueueMode;
  @Opt() @Obj() byChannel?: Record<string, QueueMode>;
  @Opt() @Int({ min: 0 }) debounceMs?: number;
  @Opt() @Obj() debounceMsByChannel?: Record<string, number>;
  @Opt() @Int({ min: 1 }) cap?: number;
  @Opt() @OneOf(['old', 'new', 'summarize']) drop?: 'old' | 'new' | 'summarize';
}

@Keys<InboundConfig>({
  debounceMs: ['Milliseconds for which messages of one person are put together into one.', 0],
  byChannel: 'The same by channel.',
})
class InboundConfig {
  @Opt() @Int({ min: 0 }) debounceMs?: number;
  @Opt() @Obj() byChannel?: Record<string, number>;
}

@Keys<TtsConfig>({
  auto: ['Which answers are spoken: none, all, those to voice messages, or those that the model marks.', 'off'],
  mode: idle('Whether blocks are spoken as well.'),
  provider: 'Service that speaks first.',
  summaryModel: 'Model that shortens long answers; without it that of the conversation.',
  modelOverrides: idle('What the model may choose about the voice.'),
  elevenlabs: 'apiKey, voiceId, modelId and further settings of ElevenLabs.',
  openai: 'apiKey, model, voice of OpenAI.',
  edge: 'enabled, voice and further settings of Edge, which needs no key.',
  prefsPath: 'File of what was chosen in chats.',
  maxTextLength: ['Most characters that are spoken.', 4096],
  timeoutMs: ['Milliseconds after which a service is given up.', 30_000],
})
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
@Keys<StatusEmojisConfig>({
  thinking: ['While it thinks.', '🤔'],
  tool: ['While it uses a tool.', '🔥'],
  coding: ['While it works on files or commands.', '👨‍💻'],
  web: ['While it is in the web.', '⚡'],
  done: ['When it is done.', '👍'],
  error: ['When it failed.', '😱'],
})
class StatusEmojisConfig {
  @Opt() @Str() thinking?: string;
  @Opt() @Str() tool?: string;
  @Opt() @Str() coding?: string;
  @Opt() @Str() web?: string;
  @Opt() @Str() done?: string;
  @Opt() @Str() error?: string;
}

@Keys<StatusReactionsConfig>({
  enabled: ['Whether the reaction follows what the assistant does.', false],
  emojis: 'Signs by what the assistant does; an empty text leaves one out.',
})
class StatusReactionsConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Nested(() => StatusEmojisConfig) emojis?: StatusEmojisConfig;
}

/** Section `messages`. */
@Keys<MessagesConfig>({
  messagePrefix: idle('Text before messages that come in.'),
  responsePrefix:
    'Text before answers in chats, with {model}, {modelFull}, {provider}, {thinkingLevel}, {identity.name}; "auto" is the agent’s name in brackets.',
  groupChat: 'Groups.',
  queue: 'Messages that come while the assistant works.',
  inbound: 'Messages that come in quick succession.',
  ackReaction: ['Reaction to a message that the assistant has seen; empty: none.', '👀'],
  ackReactionScope: ['Which messages get it.', 'group-mentions'],
  removeAckAfterReply: ['Whether it is taken back after the answer.', false],
  statusReactions: 'Reactions that show what the assistant does.',
  tts: 'Spoken answers.',
})
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
@Keys<CommandsConfig>({
  native: ['Whether platforms offer commands while one types.', 'auto'],
  nativeSkills: ['Whether skills are among them.', 'auto'],
  text: ['Whether messages that begin with a slash are commands.', true],
  bash: ['Whether owners may run commands of the shell by /bash.', false],
  bashForegroundMs: ['Milliseconds for which its output is waited for.', 2000],
  config: ['Whether owners may change the configuration by /config.', false],
  debug: ['Whether owners may try settings by /debug, until the next start.', false],
  restart: ['Whether /restart and SIGUSR1 restart the gateway.', false],
  useAccessGroups: ['Whether commands are for people who are listed or paired only.', true],
  ownerAllowFrom:
    'Owners of the gateway, as channel:id. Without it: the ids in allowFrom of each account, and who was paired as an owner.',
})
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
  ownerAllowFrom?: string[];
}
