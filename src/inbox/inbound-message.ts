import type { GrantedRule } from '../common/granted-rule';
import type { QueueMode } from '../config/sections/messages.config';
import type { ChatOrigin } from '../common/chat-origin';
import type { MediaRef } from '../common/chat-media';
import type { EarlierText, QuotedText, SharedText } from '../common/chat-text';
import type { ContentOrigin, ImagePart } from '../common/content-parts';
import type { SessionOverrides } from '../sessions/session-entry';
import type { DeliveryRoute } from '../common/delivery-route';
import type { JobBudget } from '../usage/usage-account';
import type { ProgramRequest, ToldBefore } from './program-request';

/** A file that came with a message: where it lies, and what a document or recording says. */
export interface AttachedText {
  name: string;
  mimeType: string;
  /** Its own words; empty for a picture that is shown. */
  text: string;
  /** What the gateway says of them: that there are more, or why there are none. */
  note?: string;
  bytes?: number;
  /** Where it is kept, in the folder that the conversation works in. */
  path?: string;
  /** The sender passes it on. */
  isForeign?: boolean;
  /** Whose words it holds: a recording of the sender's own voice is theirs, a document is not. */
  origin: ContentOrigin;
}

/** Choices that hold for one message only. */
export type MessageOverrides = Pick<
  SessionOverrides,
  | 'thinkingLevel'
  | 'verboseLevel'
  | 'reasoningLevel'
  | 'elevatedLevel'
  | 'execHost'
  | 'execSecurity'
  | 'execAsk'
  | 'execNode'
  | 'execNetwork'
  | 'modelOverride'
> & { queueMode?: QueueMode };

/** When the answer to a heartbeat is told. */
export interface HeartbeatRules {
  /** An answer of the word HEARTBEAT_OK and at most so many characters beside it says nothing. */
  ackMaxChars: number;
  /** What was told before and need not be told again. */
  notAgain?: string;
  /** Nothing has happened; the assistant only looks around. */
  isLook?: boolean;
}

/** What came in, as stored in the inbox row. */
export interface InboundMessage {
  text: string;
  /** What others wrote and the sender passes on. */
  shared?: SharedText[];
  images?: ImagePart[];
  /** Files of a chat platform that are not fetched yet. */
  media?: MediaRef[];
  /** Files that came with it. */
  files?: AttachedText[];
  /** Who wrote it; absent for the owner at a client. */
  sender?: { id?: string; name?: string; handle?: string };
  /** Whether the sender may do what only an owner may. */
  isOwner: boolean;
  /** Where the answer is delivered; absent where the client reads it from events and history. */
  route?: DeliveryRoute;
  /** The session key as the caller wrote it. */
  spelledKey?: string;
  /** Name of the key that the client deduplicates by. */
  idempotencyKey?: string;
  /** Cron job that it comes from. */
  jobId?: string;
  /** What that job may use. */
  jobBudget?: JobBudget;
  /** What that job may do unasked. */
  rules?: readonly GrantedRule[];
  thinking?: string;
  timeoutMs?: number;
  extraSystemPrompt?: string;
  model?: string;
  /** It comes from a program, by the HTTP API. */
  program?: ProgramRequest;
  /** What that program says was said before; with results of its functions there may be no words besides. */
  before?: ToldBefore;
  /** How this message joins what is going on, where its sender says so. */
  queueMode?: QueueMode;
  overrides?: MessageOverrides;
  /** Whose text this is; not always that of whoever is named as sender (a sub-agent that read the web). */
  origin: ContentOrigin;
  /** Part of a talk between two conversations: who asked whom, how many further turns it has had and may have. */
  dialogue?: { asker: string; asked: string; turn: number; most: number; request: string };
  /** What nobody said to the assistant since it last answered in this chat, oldest first. */
  earlier?: EarlierText[];
  /** What was said in its thread before is to be asked for when a turn reads it. */
  threadBefore?: { messageId: string; limit: number };
  /** What was said there, oldest first. */
  thread?: EarlierText[];
  quoted?: QuotedText;
  /** Messages with the same key are answered by one turn; it begins so long after the last of them. */
  together?: { key: string; waitMs: number };
  /** Entries of the configuration whose rules for tools hold in the chat. */
  rulesAt?: readonly (readonly string[])[];
  /** A look around without being asked: an answer that says nothing new is not told, and nothing of it is kept. */
  heartbeat?: HeartbeatRules;
  /** The conversation begins anew with it. */
  isFresh?: boolean;
  /** Text that the gateway itself wrote (a reminder, a finished task). */
  isSystemEvent?: boolean;
  /** JSON text of an update of a platform that could not be handled. */
  raw?: string;
  /** It is a command: carried out by the gateway before anything of it goes to a model. */
  command?: CommandWish;
}

/** A command as it came in. */
export interface CommandWish {
  /** As `/name arguments`. */
  text: string;
  giver: ChatOrigin;
  /** It does not wait for its turn: what it stops or decides would wait for it. */
  isUrgent?: boolean;
}
