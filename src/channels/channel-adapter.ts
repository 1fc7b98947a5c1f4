import 'reflect-metadata';
import type { RetryPace } from '../common/backoff';
import type { BlockWishes } from '../common/block-rules';
import type { QuotedText, SharedText } from '../common/chat-text';
import type { MediaRef, OutboundFile, ReplyButton } from '../common/chat-media';
import type { ImagePart } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';
import { OpenclawError } from '../common/openclaw-error';
import type { Lease } from '../storage/lease';
import type { AccessPolicy } from './access/access-policy';
import type { ActionWish } from './action-wish';
import type { GroupMembers } from './group-members';

/** What a channel can do. Shared code looks only at this, never at which channel it is. */
export interface ChannelCapabilities {
  /** Messages can be changed after they were sent. */
  edits: boolean;
  /** Shows that the assistant is writing. */
  typing: boolean;
  /** Groups and topics exist. */
  groups: boolean;
  /** The same delivery sent again is the same message: nothing has to be found out about it first. */
  repeatable?: boolean;
  /** Files can be sent, each with a caption of at most so many characters. */
  files?: { captionChars: number };
  /** Further actions of the `message` tool. */
  actions?: readonly string[];
}

/** One configured account of a channel, read from the configuration at each call. */
export interface ChannelAccount {
  id: string;
  name?: string;
  enabled: boolean;
  /** Why it can't be started; undefined when it can. */
  notConfigured?: string;
  /** Where its own keys are in the configuration, such as `channels.x.accounts.y`. */
  at: string;
  /** All that its work depends on, credentials included: when it changes, the account starts anew. Never shown. */
  settings: object;
  /** Whom its configuration lets write directly: ids are owners, `@names` guests. */
  allowFrom?: readonly string[];
  /** Facts shown in `channels.status`: policies, where the token came from. Never the token. */
  facts: Readonly<Record<string, unknown>>;
}

/** A message of a platform in the words all channels share. */
export interface InboundUpdate {
  /** Id under which the platform would send it again; unique in the account. */
  externalId: string;
  chat: {
    id: string;
    type: 'direct' | 'group' | 'channel';
    title?: string;
    threadId?: string;
    /** How session keys call it; `topic` by default. */
    threadWord?: 'topic' | 'thread';
    guildId?: string;
    teamId?: string;
    /** Strangers write here: each has a session of their own, whatever the configuration says. */
    isAlone?: boolean;
  };
  /**
   * `username` is the handle that the platform gives out once; `name` is what people call themselves. `mayBeBot`: the
   * platform does not say who has written, as in posts of a channel.
   */
  sender: { id: string; name?: string; username?: string; isBot: boolean; mayBeBot?: boolean; isPlace?: boolean };
  /** Id of the message itself, for quotes. */
  messageId?: string;
  /** What the sender has written; what others wrote is `shared` or `quoted`. */
  text: string;
  shared?: SharedText[];
  images?: ImagePart[];
  /** Files that came with it; they are fetched before the turn begins. */
  media?: MediaRef[];
  /** Message that it answers, where the platform says it. */
  quoted?: QuotedText;
  /** Messages with the same key belong together, such as the pictures of an album: one turn answers all. */
  albumId?: string;
  /** The bot was named, or one of its messages answered. */
  mentionsBot: boolean;
  /** The platform can be asked what was said in its thread before: {@link ChannelAdapter.threadBefore}. */
  isInThread?: true;
  /** It is said to another bot, as `/command@another_bot` in a group: heard, and not answered. */
  isForAnother?: true;
  policy: AccessPolicy;
}

/** A message of a thread: the bot's own words, or somebody's. */
export type ThreadMessage = { own: string; messageId: string } | { said: InboundUpdate };

/** What happened in a chat other than a new message. */
export interface ChatHappening {
  /** Id under which the platform would tell it again; unique in the account. */
  externalId: string;
  /** A message has another text now, is gone, or something else happened that the assistant should know next time. */
  kind: 'edited' | 'deleted' | 'note';
  /** External id of the message that it is about. */
  about?: string;
  /** The platform tells it, not a person: it is heard wherever its chat is, and its text is data. */
  isFromPlatform?: true;
  /** It changes all the time, as a place that is followed: only its newest state is told. */
  isMoving?: true;
  /** What a note is about that changes all the time, as the counts of a poll: only the newest of the same name is told. */
  topic?: string;
  /** New text of an edited message; what happened, in words, for a note. */
  text: string;
  /** What an edited message passes on now, where that may have changed. */
  shared?: SharedText[];
  chat: InboundUpdate['chat'];
  sender: InboundUpdate['sender'];
  policy: AccessPolicy;
}

export type IntakeVerdict = { kind: 'accepted' | 'duplicate' } | { kind: 'dropped'; reason: string };

/** Something that a platform told, as it told it. */
export interface RawUpdate {
  /** By which the platform's own repetition of it is known. */
  id: string;
  raw: unknown;
}

/** What an update waits for that can't be stored now; without it the platform is relied on to tell it again. */
export interface UpdateWait {
  signal: AbortSignal;
  begins(reason: string): void;
  over(): void;
}

/** What an account's task may call while it runs. */
export interface ChannelHost {
  /**
   * Handles one update of the platform. Resolves when that has worked, or when it is kept as one that can't be handled,
   * after three tries: then, too, the platform may be told.
   * @param signal how long to wait while nothing can be stored; without it that rejects, and the platform tells it again
   */
  take(update: RawUpdate, work: () => Promise<void>, signal?: AbortSignal): Promise<void>;
  /** How an update that was kept as it came is taken, should somebody want it tried again while this task runs. */
  again(taker: (update: RawUpdate) => Promise<unknown>): void;
  /**
   * Resolves when the message is on disk (or known already): only then may the platform be told.
   * @param under lease of the account, where one process listens at a time
   * @throws LeaseLostError when another process listens by now
   */
  receive(update: InboundUpdate, under?: Lease): Promise<IntakeVerdict>;
  /** Resolves when it is on disk, or is known to be of no interest. */
  happened(happening: ChatHappening): Promise<void>;
  /** A group has another id from now on: its conversation goes on there. */
  moved(from: string, to: string): Promise<void>;
  /** The platform answered just now. */
  alive(): void;
  /**
   * Waits until no other gateway on the same database listens to the account, and from then on keeps them from it. To be
   * awaited before a connection is opened over which messages come. Where another one takes the account over after all,
   * the task's signal aborts. Returns false where the task is to end first.
   */
  alone(): Promise<boolean>;
  /** Connection state, with the reason where it is not well. */
  state(state: 'connected' | 'reconnecting', reason?: string): void;
  /** External ids of the messages taken last, newest first: what a platform that confirms nothing is asked to go on from. */
  lastReceived(limit: number): Promise<string[]>;
  /**
   * Up to when nothing that was said to the account is missing, in milliseconds since 1970: its first run at first, then
   * what {@link noteComplete} told. To be asked before the account listens.
   */
  completeThrough(): Promise<number>;
  /** Everything said before a moment is on disk. */
  noteComplete(ms: number): Promise<void>;
}

export interface OutboundMessage {
  /** Identity of the message; the same one again is the same message. */
  deliveryId?: string;
  account: string;
  route: DeliveryRoute;
  /** One chunk as made by {@link ChannelAdapter.chunk}. */
  text: string;
  /** Message to quote. */
  replyToId?: string;
  /** A file that the text is the caption of. */
  file?: OutboundFile;
  /** Rows of buttons; channels without them leave them out. */
  buttons?: readonly (readonly ReplyButton[])[];
  /** Without a sound; channels that can't leave it out. */
  silent?: boolean;
}

export interface ProbeResult {
  ok: boolean;
  error?: string;
  elapsedMs: number;
  [fact: string]: unknown;
}

/**
 * One chat platform. Everything platform-specific lives behind this; a channel never imports another.
 * Marked with {@link ChatChannel} and provided by a module of its folder.
 */
export interface ChannelAdapter {
  accounts(): ChannelAccount[];
  /**
   * Works for one account until the signal aborts, then resolves once nothing is open any more.
   * Rejects when it can't go on; a {@link ChannelFatalError} is not tried again.
   */
  run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void>;
  /** Splits a Markdown text into pieces that fit one message each. */
  chunk(accountId: string, text: string): string[];
  /**
   * The conversation that a route leads to, in the one spelling that all of its spellings share. What goes to one
   * conversation is sent one after the other. Undefined where the platform has to be asked ({@link findPlace}). Left out
   * by platforms that know one spelling only: there each thread is a conversation.
   */
  placeOf?(route: DeliveryRoute): string | undefined;
  /** The same, asked of the platform. @throws ChannelSendError */
  findPlace?(route: DeliveryRoute): Promise<string>;
  /** Whether buttons are shown there; they are where this is left out. */
  hasButtons?(route: DeliveryRoute): boolean;
  /** Sends one piece; returns the platform's id. @throws ChannelSendError */
  send(message: OutboundMessage): Promise<string>;
  /** Replaces the text of a sent message. @throws ChannelSendError gone: there is no such message of ours any more */
  edit?(message: OutboundMessage, platformId: string): Promise<void>;
  /**
   * A note on the state of the platform just before a message is sent. Kept with the message; {@link findSent} needs it
   * should nobody learn what became of the sending.
   */
  sendMark?(message: OutboundMessage): string | undefined | Promise<string | undefined>;
  /**
   * One step of the search for a message whose sending was cut off: at most one call. Where the message is found it has its
   * final text afterwards. Steps of one conversation come at most once a second, and nothing is sent to it meanwhile.
   * @throws ChannelSendError; a refused search says nothing about the message
   */
  findSent?(message: OutboundMessage, search: SentSearch): Promise<SearchStep>;
  /** Tells of a message that an earlier process sent. */
  noteSent?(route: DeliveryRoute, platformId: string): void;
  /**
   * Fetches a file that came with a message.
   * @throws Error with the reason, also when it has more bytes than it may
   */
  fetchMedia?(accountId: string, media: MediaRef, limits: { maxBytes: number; signal: AbortSignal }): Promise<Buffer>;
  /** Most bytes of a file that the account takes. */
  mediaLimit?(accountId: string): number;
  /** Most bytes of a file that it gives, where that is more or less. */
  sendLimit?(accountId: string): number;
  /**
   * Does one of the declared actions on a chat or message.
   * @throws ChannelSendError, also for arguments that are missing
   */
  act?(action: string, wish: ActionWish): Promise<Record<string, unknown>>;
  /**
   * Target that a name (`#channel`, `@person`) stands for; one that is no name is its own answer. Left out by platforms that
   * can't be asked.
   * @throws ChannelSendError refused: nothing has the name, or more than one (they are listed)
   */
  locate?(account: string, target: string): Promise<string>;
  /**
   * Who is in a group or channel, as the platform tells it. Left out by platforms that can't be asked.
   * @throws ChannelSendError with the platform's reason
   */
  members?(account: string, group: string, limit: number): Promise<GroupMembers>;
  /**
   * What was said in the thread of a route before one of its messages, oldest first: the message that it began with, and
   * the newest of the others.
   * @throws Error with the reason
   */
  threadBefore?(
    accountId: string,
    wish: { route: DeliveryRoute; messageId: string; limit: number },
  ): Promise<ThreadMessage[]>;
  /** Who may write directly to an account; left out where people have no ids. */
  directPolicy?(accountId: string): AccessPolicy;
  typing?(account: string, route: DeliveryRoute): Promise<void>;
  /** Least milliseconds between two edits of a streamed answer; undefined where the account does not stream. */
  streamInterval?(accountId: string): number | undefined;
  /** What an account wants of answers told in blocks; left out by channels that never do. */
  blockWishes?(accountId: string): BlockWishes;
  /** How soon deliveries of an account are tried again, where it says so. */
  retryPace?(accountId: string): RetryPace | undefined;
  /** Most earlier turns of a person that the model is shown in a direct conversation; undefined: all. */
  directTurns?(accountId: string, peer: string): number | undefined;
  /** What the assistant is told of how to behave in chats of an account. */
  guidance?(accountId: string): string | undefined;
  probe(accountId: string): Promise<ProbeResult>;
  /**
   * The same with credentials that are not kept, at the address of the account's configuration or the platform's own.
   * @param credentials those that the declaration calls `triable`
   */
  tryOut?(credentials: Readonly<Record<string, string>>, accountId: string): Promise<ProbeResult>;
}

/** What is known when a message is looked for. */
export interface SentSearch {
  /** What {@link ChannelAdapter.sendMark} told before the message was sent. */
  mark: string;
  /** What the last step left, also before a restart; undefined at the first one. */
  progress?: string;
  /** Milliseconds since this process began to look. */
  elapsedMs: number;
  /** Milliseconds since the message's sending was cut off, at least. */
  sinceCutMs: number;
  /** Places of the account's other messages that nobody knows the outcome of, one for each. */
  others: readonly string[];
  /** Of some ids those that messages of the account are known by, each with where it went. */
  known(ids: readonly string[]): Promise<readonly SentMessage[]>;
}

export interface SentMessage {
  route: DeliveryRoute;
  platformId: string;
}

export type SearchStep =
  | { kind: 'found'; platformId: string }
  | { kind: 'absent' }
  /** Something has to be known first; the platform was not asked. */
  | { kind: 'waiting' }
  /** There is more to look at. */
  | { kind: 'unfinished'; progress: string };

/** Whose fault a failed delivery was; decides what happens next. */
export type SendFailure =
  /** The platform said no to this message; another try is useless. */
  | 'refused'
  /** The platform asks to wait. */
  | 'rate_limited'
  /** It certainly did not arrive; try again. */
  | 'not_delivered'
  /** It may have arrived. */
  | 'ambiguous'
  /** The platform told of a fault of its own. It hardly arrived, but may have: that is looked for where it can be. */
  | 'server_fault'
  /** The account's credentials are no good. */
  | 'unauthorized'
  /** The message that was to be changed is not there any more. */
  | 'gone'
  /** The gateway's own program failed over it, and would again. */
  | 'defect';

export class ChannelSendError extends OpenclawError {
  constructor(
    readonly failure: SendFailure,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(`SEND_${failure.toUpperCase()}`, message, options);
  }
}

/** An account can't work until somebody changes something (credentials, configuration). */
export class ChannelFatalError extends OpenclawError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}

export interface ChannelDeclaration {
  id: string;
  label: string;
  capabilities: ChannelCapabilities;
  /** Keys of an account that hold its credentials: logging out removes them. */
  credentials: readonly string[];
  /** Those of them that can be tried before they are kept, the one that is always needed first. */
  triable?: readonly string[];
}

const CHAT_CHANNEL = Symbol('chat-channel');

/** Marks a provider class as a channel adapter. */
export const ChatChannel =
  (declaration: ChannelDeclaration): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(CHAT_CHANNEL, declaration, target);
  };

export function chatChannelOf(cls: object): ChannelDeclaration | undefined {
  return Reflect.getOwnMetadata(CHAT_CHANNEL, cls) as ChannelDeclaration | undefined;
}

export interface RegisteredChannel {
  declaration: ChannelDeclaration;
  adapter: ChannelAdapter;
}
