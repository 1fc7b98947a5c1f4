import { Any, AnyList, Bool, Doc, Int, Obj, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';

/** It is kept, and looked up by. */
const MAX_KEY = 512;

export class ChatSendParams {
  @Text({ max: 512 }) @Doc('Session to write to; "main" is the agent\'s main session.') sessionKey!: string;
  @Str() @Doc('What is said. May be empty when there are attachments.') message!: string;
  @Text({ max: MAX_KEY })
  @Doc(
    'Names this message: the same key again from the same caller starts no second run. The run is called so, unless an open one is.',
  )
  idempotencyKey!: string;
  @Opt() @Str() thinking?: string;
  @Opt() @Bool() deliver?: boolean;
  @Opt()
  @AnyList()
  @Doc('Files as {content: base64 or data URL, fileName?, mimeType?, type?}; other fields are refused.')
  attachments?: unknown[];
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionId?: string;
  @Opt()
  @Text()
  @Doc(
    'Id of a message to the assistant that this one is said instead of: the conversation goes on from before it, with its files; what was said since stays as an earlier version.',
  )
  insteadOf?: string;
  @Opt()
  @OneOf(['steer', 'followup', 'collect', 'interrupt'])
  @Doc('How this message joins a run that is going on; the session decides when left out.')
  queueMode?: 'steer' | 'followup' | 'collect' | 'interrupt';
  @Opt() @Text() replyToId?: string;
  @Opt() @Str() originatingChannel?: string;
  @Opt() @Str() originatingTo?: string;
  @Opt() @Str() originatingAccountId?: string;
  @Opt() @Str() originatingThreadId?: string;
  @Opt() @Bool() suppressCommandInterpretation?: boolean;
  @Opt() @Str() expectedSessionId?: string;
}

/** Which part of a conversation. */
class HistoryPart {
  @Opt()
  @Int({ min: 1, max: 1000 })
  @Doc('Messages to return, 200 by default; the newest unless another place is named.')
  limit?: number;
  @Opt() @Text() agentId?: string;
  @Opt()
  @Int({ min: 1 })
  @Doc('Only messages before this number (`__openclaw.seq`), the ones nearest to it.')
  before?: number;
  @Opt() @Int({ min: 0 }) @Doc('Only messages behind this number, the ones nearest to it.') after?: number;
  @Opt() @Int({ min: 1 }) @Doc('Messages on both sides of this number.') around?: number;
  @Opt() @Any() cursor?: unknown;
  @Opt()
  @Int({ min: 0 })
  @Doc('Newest messages to leave out; `nextOffset` of an answer goes on from it.')
  offset?: number;
  @Opt() @Int({ min: 1 }) maxBytes?: number;
  @Opt() @Int({ min: 1 }) maxChars?: number;
  @Opt() @Text() @Doc('Messages on both sides of the one with this id.') messageId?: string;
  @Opt() @Text() sessionId?: string;
  @Opt() @Any() pendingBefore?: unknown;
  @Opt() @StrList() inputRunIds?: string[];
  @Opt()
  @StrList({ max: 20 })
  @Doc('SHA-256 in hex of texts of the assistant that the caller has already: they come as `{type: "text", sha256}`.')
  known?: string[];
}

export class ChatHistoryParams extends HistoryPart {
  @Text({ max: 512 }) sessionKey!: string;
}

export class ChatStartupParams extends HistoryPart {
  @Opt() @Text({ max: 512 }) @Doc('Or shortId with agentId.') sessionKey?: string;
  @Opt() @Text({ max: 64 }) @Doc('With what the id of the session begins.') shortId?: string;
  @Opt() @Text({ max: 200 }) @Doc('Not looked at: the id says which.') slugHint?: string;
}

export class ChatMetadataParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
}

export class ChatMessageGetParams {
  @Text({ max: 512 }) sessionKey!: string;
  @Text({ max: 256 }) messageId!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Int({ min: 1, max: 2_000_000 }) @Doc('Characters of its JSON, 500000 by default.') maxChars?: number;
}

export class ChatAbortParams {
  @Text({ max: 512 }) sessionKey!: string;
  @Opt() @Text() @Doc('Only this run; without it, every run of the session.') runId?: string;
  @Opt() @Text() agentId?: string;
}

export class ChatInjectParams {
  @Text({ max: 512 }) sessionKey!: string;
  @Text() message!: string;
  @Opt() @Str({ max: 100 }) label?: string;
  @Opt() @Text() agentId?: string;
}

export class AgentParams {
  @Text() message!: string;
  @Text({ max: MAX_KEY }) idempotencyKey!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() to?: string;
  @Opt() @Text() replyTo?: string;
  @Opt() @Text() sessionId?: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt() @Str() thinking?: string;
  @Opt() @Bool() deliver?: boolean;
  @Opt() @AnyList() attachments?: unknown[];
  @Opt() @Text() channel?: string;
  @Opt() @Text() replyChannel?: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Text() replyAccountId?: string;
  @Opt() @Any() threadId?: string | number;
  @Opt() @Text() groupId?: string;
  @Opt() @Text() groupChannel?: string;
  @Opt() @Text() groupSpace?: string;
  @Opt() @Int({ min: 0 }) @Doc('Seconds; 0 means the default.') timeout?: number;
  @Opt() @Text() lane?: string;
  @Opt() @Str() extraSystemPrompt?: string;
  @Opt() @Text({ max: 512 }) label?: string;
  @Opt() @Text() spawnedBy?: string;
  @Opt() @Text() provider?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() cwd?: string;
  @Opt() @Bool() bestEffortDeliver?: boolean;
  @Opt() @Text() promptMode?: string;
  @Opt() @Obj() internal?: Record<string, unknown>;
}

export class AgentWaitParams {
  @Text() runId!: string;
  @Opt() @Int({ min: 0 }) @Doc('Milliseconds to wait, 30000 by default.') timeoutMs?: number;
}
