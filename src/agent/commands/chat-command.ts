import 'reflect-metadata';
import type { ReplyButton } from '../../common/chat-media';
import type { ChatOrigin } from '../../common/chat-origin';
import { withoutEnd } from '../../common/text/edges';
import type { MessageOverrides } from '../../inbox/inbound-message';

/** Who may give a command: anybody let in, an owner, or somebody with elevated rights. */
export type CommandRight = 'sender' | 'owner' | 'elevated';
export const COMMAND_CATEGORIES = [
  'session',
  'options',
  'status',
  'management',
  'media',
  'tools',
  'docks',
  'skills',
] as const;
export type CommandCategory = (typeof COMMAND_CATEGORIES)[number];

export type CommandEffect =
  /** Answered without a model. */
  | { kind: 'answer'; text: string; buttons?: readonly (readonly ReplyButton[])[] }
  /** The rest of the text goes to the model, with choices for this message alone. */
  | { kind: 'continue'; text: string; overrides?: MessageOverrides };

export interface CommandCall {
  /** What stands behind the name. */
  args: string;
  sessionKey: string;
  agentId: string;
  giver: ChatOrigin;
  /** Run in whose journal it stands. */
  runId: string;
  /** Aborts when somebody stops it. */
  signal: AbortSignal;
}

export interface ChatCommand {
  name: string;
  aliases?: readonly string[];
  /** How its arguments are written, for the help. */
  usage?: string;
  summary: string;
  category: CommandCategory;
  right: CommandRight;
  /** Does nothing more when it is carried out a second time: after a crash it is, others only say what happened. */
  isRepeatable?: true;
  /** Is carried out at once, also beside another command: what it stops or decides would wait for it. */
  isUrgent?: true;
  /** Brought by a skill. */
  source?: 'skill';
  /** That skill, and whether the model knows of it by itself. */
  skill?: { name: string; isModelVisible: boolean };
  /** Not in menus of chat platforms. */
  textOnly?: boolean;
  /** Inside other text it applies to that message only. Undefined for words that it does not know. */
  directive?(word: string, giver: ChatOrigin): MessageOverrides | undefined;
  run(call: CommandCall): CommandEffect | Promise<CommandEffect>;
}

/** A feature's commands. Mark the class with `@ProvidesChatCommands()`; the registry finds it at boot. */
export interface ChatCommandProvider {
  readonly commands: readonly ChatCommand[];
  /** Further ones, which come and go and depend on the agent. Names that are taken already do not count. */
  furtherCommands?(agentId: string): readonly ChatCommand[];
}

const PROVIDER = Symbol('chat-commands');

export const ProvidesChatCommands = (): ClassDecorator => (target) => {
  Reflect.defineMetadata(PROVIDER, true, target);
};

export const providesChatCommands = (cls: object): boolean => Reflect.getOwnMetadata(PROVIDER, cls) === true;

export const answer = (text: string): CommandEffect => ({ kind: 'answer', text });

const STOP_WORDS = new Set(['stop', 'esc', 'abort', 'wait', 'exit', 'interrupt']);

/**
 * `/name args`, `/name: args`; undefined for ordinary text. `! line` is `/bash line`. `/name@somebot` is for that bot, so
 * it is ordinary text as well: a channel whose people write so takes its own bot's name away before.
 */
export function parseChatCommand(text: string): { name: string; args: string } | undefined {
  const trimmed = text.trim();
  const shell = /^!\s+(\S[\s\S]*)$/.exec(trimmed);
  if (shell?.[1]) return { name: 'bash', args: shell[1].trim() };
  const match = /^\/([a-zA-Z][\w-]*)(?:\s*:\s*|\s+|$)([\s\S]*)$/.exec(trimmed);
  return match?.[1] ? { name: match[1].toLowerCase(), args: (match[2] ?? '').trim() } : undefined;
}

/** Whether a whole message asks to stop what is going on. */
export function isStopRequest(text: string): boolean {
  const folded = withoutEnd(text.trim().toLowerCase(), '.!');
  return STOP_WORDS.has(folded) || parseChatCommand(text)?.name === 'stop';
}
