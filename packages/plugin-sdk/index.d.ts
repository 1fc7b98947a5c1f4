/** What a plugin's program exports; each entry answers to a name of `openclaw.plugin.json`. */
export interface Plugin {
  /** Called once the program is loaded, before anything else. */
  start?(host: Host): void | Promise<void>;
  /** Called before the program is ended. */
  stop?(): void | Promise<void>;
  tools?: Record<string, (params: never, context: CallContext) => unknown>;
  methods?: Record<string, (params: never, context: CallContext) => unknown>;
  hooks?: Record<string, (event: HookEvent, context: CallContext) => unknown>;
  channels?: Record<string, Channel>;
}

/** A module may export a function that makes the plugin. */
export type PluginFactory = (host: Host) => Plugin | Promise<Plugin>;

export interface Host {
  readonly id: string;
  /** `plugins.entries.<id>.config`, checked against the manifest's `configSchema`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The one folder that the plugin writes into. */
  readonly dataDir: string;
  log(text: string, level?: 'debug' | 'info' | 'warn' | 'error'): void;
  /**
   * Asks a host that `capabilities.hosts` names; redirects are not followed, 2 MiB and 30 seconds at most.
   * Rejects when the host is not named or can't be reached.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchAnswer>;
}

export interface FetchOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
}

export interface FetchAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

export interface CallContext {
  host: Host;
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/** A tool may return this instead of a text or a value. `data` is base64. */
export interface ToolContent {
  content: ({ type: 'text'; text: string } | { type: 'image'; data: string; mimeType?: string })[];
  isError?: boolean;
}

export interface HookEvent {
  type: string;
  action: string;
  agentId: string;
  sessionKey?: string;
  context: Record<string, unknown>;
  /** ISO 8601. */
  timestamp: string;
}

export interface Channel {
  /** Works until the signal aborts. Rejecting means that it can't go on; it is started again. */
  run(host: ChannelHost, signal: AbortSignal): Promise<void>;
  /** @returns the platform's id of the message; throws an error with `failure` */
  send(message: OutboundMessage, host: Host): Promise<string>;
  /** Needed when the manifest says `edits`. */
  edit?(message: OutboundMessage & { id: string }, host: Host): Promise<void>;
  /** Needed when the manifest says `typing`. */
  typing?(place: { chat: Chat }, host: Host): Promise<void>;
}

export interface Chat {
  id: string;
  threadId?: string;
}

export interface OutboundMessage {
  /** The same when the message is sent again. */
  deliveryId: string;
  chat: Chat;
  text: string;
  replyToId?: string;
  silent?: boolean;
}

/** Put on an error of `send`. Without it nobody knows whether the message arrived. */
export interface SendFailure {
  failure: 'refused' | 'rate_limited' | 'not_delivered' | 'ambiguous' | 'unauthorized';
  retryAfterMs?: number;
}

export interface InboundMessage {
  /** Id under which the platform would send it again. */
  externalId: string;
  chat: Chat & { type?: 'direct' | 'group' | 'channel'; title?: string };
  sender: { id: string; name?: string; isBot?: boolean };
  messageId?: string;
  text: string;
  mentionsBot?: boolean;
}

export interface ChannelHost extends Host {
  /** Resolves when the message is on disk, or known already: only then may the platform be told. */
  receive(message: InboundMessage): Promise<{ kind: 'accepted' | 'duplicate' | 'dropped'; reason?: string }>;
  state(state: 'connected' | 'reconnecting', reason?: string): Promise<void>;
  /** The platform answered just now. */
  alive(): Promise<void>;
  /** External ids of the messages taken last, newest first. */
  lastReceived(limit?: number): Promise<string[]>;
  /** Up to when nothing is missing, in milliseconds since 1970. */
  completeThrough(): Promise<number>;
  noteComplete(ms: number): Promise<void>;
}

export declare function definePlugin<T extends Plugin | PluginFactory>(plugin: T): T;
