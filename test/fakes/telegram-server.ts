import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, FaultPlan, isAfter } from './fault-plan';
import { bodyOf } from './request-body';

export interface FakeUpdate {
  update_id: number;
  [kind: string]: unknown;
}

/** A message that the bot has sent, as the chat shows it now. */
export interface SentMessage {
  chatId: string;
  messageId: number;
  text: string;
  parseMode?: string;
  replyTo?: number;
  threadId?: number;
  /** Every text that it has had, oldest first. */
  versions: string[];
  file?: { method: string; name: string; content: Buffer };
  buttons?: { text: string; callback_data: string }[][];
  /** Sent without a sound. */
  silent?: true;
  /** A sticker or a poll: there is neither a text nor a caption to change. */
  isFixed?: true;
  at: number;
}

/** Part of a text, in UTF-16 units (https://core.telegram.org/bots/api#messageentity). */
export interface MessageEntity {
  type: string;
  offset: number;
  length: number;
  [fact: string]: unknown;
}

export interface PersonMessage {
  chatId: number;
  text: string;
  fromId?: number;
  name?: string;
  username?: string;
  /** Another bot, where both let bots talk. */
  bot?: boolean;
  /** A file, with the text as caption; its bytes are in `files`. */
  file?: { kind: 'document' | 'voice' | 'audio' | 'video'; fileId: string; name?: string; size?: number };
  /** Private by default. */
  chatType?: 'private' | 'group' | 'supergroup' | 'channel';
  chatTitle?: string;
  threadId?: number;
  photo?: { fileId: string };
  /** Pictures with the same one belong together. */
  albumId?: string;
  /** Message of somebody else that it answers. */
  quotes?: { fromId: number; text: string };
  caption?: string;
  /** Marked parts of the text or caption, beside those that Telegram finds by itself. */
  entities?: MessageEntity[];
  replyToBot?: boolean;
}

interface PendingPoll {
  offset: number;
  limit: number;
  reply(updates: FakeUpdate[]): void;
  conflict(): void;
}

type Params = Record<string, unknown>;
type Result =
  | { ok: true; result: unknown }
  | {
      ok: false;
      error_code: number;
      description: string;
      parameters?: { migrate_to_chat_id: number } | { retry_after: number };
    };

const BOT = { id: 7000, is_bot: true, first_name: 'Nest', username: 'nest_test_bot', can_join_groups: true };
const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;

/** The HTTP Bot API of Telegram on loopback, with faults on demand. */
export class FakeTelegram {
  readonly token = '7000:TEST-telegram-token';
  readonly faults = new FaultPlan();
  /** Calls by method. */
  readonly calls: { method: string; params: Params; at: number }[] = [];
  readonly sent: SentMessage[] = [];
  readonly files = new Map<string, Buffer>();
  /** When set, confirmed updates come again with this probability, as after an outage of the platform. */
  repeatChance = 0;
  random: () => number = Math.random;
  /** Commands in the app's menu. */
  readonly menu: { command: string; description: string }[] = [];
  readonly groupMenu: { command: string; description: string }[] = [];
  /** Where updates are posted to instead of being polled. */
  webhook: { url: string; secret: string } | undefined;
  /** Calls that only change something. */
  readonly actions: { method: string; params: Params }[] = [];
  /** Groups that became supergroups, and their new ids. */
  private readonly upgraded = new Map<string, number>();
  private readonly queue: FakeUpdate[] = [];
  private readonly confirmed: FakeUpdate[] = [];
  /** Messages of people, by chat and number. */
  private readonly said = new Set<string>();
  private poll: PendingPoll | undefined;
  private nextUpdateId = 1000;
  /** Last message number of each sequence. */
  private readonly lastIds = new Map<string, number>();
  /** When messages of each chat were changed last; see {@link editPaceMs}. */
  private readonly editedAt = new Map<string, number>();
  /** When set, changes to a chat that come faster are refused, as Telegram does. */
  editPaceMs = 0;
  /** Changes refused for their pace. */
  tooFast = 0;
  /** Polls that were ended by another one. */
  conflicts = 0;
  /** Chats by public name. */
  readonly named = new Map<string, number>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(): Promise<FakeTelegram> {
    const fake = new FakeTelegram();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get apiRoot(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A person writes. Returns the update's id. */
  say(message: PersonMessage): number {
    const { chatId, text, fromId = chatId, chatType = 'private' } = message;
    const messageId = this.nextMessageId(chatId);
    this.said.add(`${chatId}/${messageId}`);
    return this.push('message', {
      message_id: messageId,
      date: Math.floor(Date.now() / 1000),
      from: {
        id: fromId,
        is_bot: message.bot === true,
        first_name: message.name ?? `Person ${fromId}`,
        ...(message.username ? { username: message.username } : {}),
      },
      chat: {
        id: chatId,
        type: chatType,
        ...(message.chatTitle ? { title: message.chatTitle } : chatType === 'private' ? { first_name: 'P' } : {}),
      },
      ...(message.threadId === undefined ? {} : { message_thread_id: message.threadId, is_topic_message: true }),
      ...(message.albumId ? { media_group_id: message.albumId } : {}),
      ...(message.quotes
        ? {
            reply_to_message: {
              message_id: 2,
              date: 0,
              chat: { id: chatId, type: chatType },
              from: { id: message.quotes.fromId, is_bot: false, first_name: `Person ${message.quotes.fromId}` },
              text: message.quotes.text,
            },
          }
        : {}),
      ...(message.replyToBot
        ? {
            reply_to_message: {
              message_id: 1,
              date: 0,
              chat: { id: chatId, type: chatType },
              from: BOT,
              text: 'earlier',
            },
          }
        : {}),
      ...(message.file
        ? {
            [message.file.kind]: {
              file_id: message.file.fileId,
              file_unique_id: message.file.fileId,
              ...(message.file.name ? { file_name: message.file.name } : {}),
              ...(message.file.size === undefined ? {} : { file_size: message.file.size }),
            },
            ...captionOf(text, message.entities),
          }
        : message.photo
          ? {
              photo: [{ file_id: message.photo.fileId, file_unique_id: message.photo.fileId, width: 10, height: 10 }],
              ...captionOf(message.caption ?? text, message.entities),
            }
          : { text, ...entitiesOf(text, message.entities) }),
    });
  }

  /** Telegram keeps only updates of the kinds that the bot has asked for. */
  private asked: ReadonlySet<string> | undefined;

  push(kind: string, payload: unknown): number {
    if (this.asked && !this.asked.has(kind)) return this.nextUpdateId;
    const update = { update_id: this.nextUpdateId++, [kind]: payload };
    this.queue.push(update);
    if (this.webhook) void this.post(update);
    else this.flush();
    return update.update_id;
  }

  /** A group becomes a supergroup: its old id leads nowhere any more. */
  upgrade(from: number, to: number): void {
    this.upgraded.set(String(from), to);
    const message = (id: number, type: string, fact: object): object => ({
      message_id: this.nextMessageId(id),
      date: Math.floor(Date.now() / 1000),
      from: { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' },
      chat: { id, type, title: 'G' },
      ...fact,
    });
    this.push('message', message(from, 'group', { migrate_to_chat_id: to }));
    this.push('message', message(to, 'supergroup', { migrate_from_chat_id: from }));
  }

  /** From now on updates have other numbers, as after a week of silence. */
  restartUpdateIds(next: number): void {
    this.nextUpdateId = next;
  }

  /** Lets the long poll that waits end without anything, as after its time. */
  endPoll(): void {
    this.poll?.reply([]);
  }

  /** Posted until it is confirmed. */
  private async post(update: FakeUpdate): Promise<void> {
    for (let tries = 0; tries < 20 && this.webhook && this.queue.includes(update); tries++) {
      const { url, secret } = this.webhook;
      const answered = await fetch(url, {
        method: 'POST',
        body: JSON.stringify(update),
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      }).catch(() => undefined);
      if (answered?.ok) this.queue.splice(this.queue.indexOf(update), 1);
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Updates that the bot has not confirmed. */
  get unconfirmed(): number {
    return this.queue.length;
  }

  textsIn(chatId: number | string): string[] {
    return this.sent.filter((message) => message.chatId === String(chatId)).map((message) => message.text);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(url.pathname);
    if (file) {
      this.serveFile(file[2] ?? '', response);
      return;
    }
    const match = /^\/bot([^/]+)\/(\w+)$/.exec(url.pathname);
    const params = { ...Object.fromEntries(url.searchParams), ...(await bodyOf(request)) };
    const method = match?.[2] ?? '';
    if (!match) return answer(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
    if (decodeURIComponent(match[1] ?? '') !== this.token)
      return answer(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
    this.calls.push({ method, params, at: Date.now() });

    const fault = this.faults.next(method);
    if (fault && !isAfter(fault)) return misbehave(fault, response);
    if (method === 'getUpdates') {
      this.longPoll(params, request, response);
      return;
    }
    const result = this.handle(method, params);
    if (fault) misbehave(fault, response);
    else if (result.ok) answer(response, 200, result);
    else answer(response, result.error_code, result);
  }

  private serveFile(path: string, response: ServerResponse): void {
    const content = this.files.get(path);
    if (content) response.end(content);
    else answer(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
  }

  private longPoll(params: Params, request: IncomingMessage, response: ServerResponse): void {
    if (this.webhook) {
      answer(response, 409, {
        ok: false,
        error_code: 409,
        description:
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      });
      return;
    }
    if (this.poll) this.conflicts++;
    this.poll?.conflict();
    const offset = Number(params['offset'] ?? 0);
    const limit = Math.min(Number(params['limit'] ?? 100), 100);
    const seconds = Number(params['timeout'] ?? 0);
    this.confirm(offset);
    this.ask(params['allowed_updates']);
    const timer = setTimeout(() => poll.reply([]), seconds * 1000);
    const settle = (): void => {
      clearTimeout(timer);
      request.socket.off('close', settle);
      if (this.poll === poll) this.poll = undefined;
    };
    const poll: PendingPoll = {
      offset,
      limit,
      reply: (updates) => {
        settle();
        answer(response, 200, { ok: true, result: updates });
      },
      conflict: () => {
        settle();
        answer(response, 409, {
          ok: false,
          error_code: 409,
          description:
            'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        });
      },
    };
    this.poll = poll;
    request.socket.once('close', settle);
    this.flush();
  }

  /** An empty list means all but those that have to be asked for by name. */
  private ask(kinds: unknown): void {
    const list: unknown = typeof kinds === 'string' ? JSON.parse(kinds) : kinds;
    if (Array.isArray(list)) this.asked = list.length > 0 ? new Set(list as string[]) : undefined;
  }

  private confirm(offset: number): void {
    while (this.queue[0] && this.queue[0].update_id < offset) {
      const update = this.queue.shift();
      if (update) this.confirmed.push(update);
    }
  }

  private flush(): void {
    const { poll } = this;
    if (!poll) return;
    const repeats = this.confirmed.slice(-20).filter(() => this.repeatChance > 0 && this.random() < this.repeatChance);
    const fresh = this.queue.filter((update) => update.update_id >= poll.offset);
    if (fresh.length > 0) poll.reply([...repeats, ...fresh].slice(0, poll.limit));
  }

  private handle(method: string, params: Params): Result {
    const movedTo = this.upgraded.get(String(params['chat_id']));
    if (movedTo !== undefined)
      return {
        ok: false,
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters: { migrate_to_chat_id: movedTo },
      };
    const refuse = (description: string): Result =>
      description.startsWith('Too Many')
        ? { ok: false, error_code: 429, description, parameters: { retry_after: 1 } }
        : { ok: false, error_code: 400, description: `Bad Request: ${description}` };
    const chat = this.named.get(String(params['chat_id']));
    if (chat !== undefined) return this.handle(method, { ...params, chat_id: chat });
    switch (method) {
      case 'getMe':
        return { ok: true, result: BOT };
      case 'sendMessage': {
        const text = String(params['text'] ?? '');
        if (text.trim() === '') return refuse('message text is empty');
        const problem = textProblem(text, params['parse_mode']);
        if (problem) return refuse(problem);
        return { ok: true, result: this.keep(params, text) };
      }
      case 'editMessageText': {
        const message = this.toEdit(params);
        const text = String(params['text'] ?? '');
        if (typeof message === 'string') return refuse(message);
        if (message.file || message.isFixed) return refuse('there is no text in the message to edit');
        if (message.text === text)
          return refuse(
            'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
          );
        const problem = textProblem(text, params['parse_mode']);
        if (problem) return refuse(problem);
        message.text = text;
        message.versions.push(text);
        // A keyboard that is not sent again is taken away.
        delete message.buttons;
        Object.assign(message, buttonsOf(params));
        return {
          ok: true,
          result: {
            message_id: message.messageId,
            date: 1,
            chat: { id: Number(message.chatId), type: 'private' },
            text,
          },
        };
      }
      case 'deleteMessage': {
        const index = this.sent.findIndex(
          (entry) => entry.messageId === Number(params['message_id']) && entry.chatId === String(params['chat_id']),
        );
        if (index < 0) return refuse('message to delete not found');
        this.sent.splice(index, 1);
        return { ok: true, result: true };
      }
      case 'getFile':
        return {
          ok: true,
          result: {
            file_id: params['file_id'],
            file_unique_id: params['file_id'],
            file_path: String(params['file_id']),
          },
        };
      case 'sendPhoto':
      case 'sendDocument':
      case 'sendVoice':
      case 'sendAudio':
      case 'sendVideo': {
        const file = params[method.slice(4).toLowerCase()] as { name: string; content: Buffer } | undefined;
        if (!Buffer.isBuffer(file?.content)) return refuse('there is no file in the request');
        const caption = String(params['caption'] ?? '');
        if (caption.length > MAX_CAPTION) return refuse('message caption is too long');
        const problem = textProblem(caption, params['parse_mode']);
        if (problem) return refuse(problem);
        const result = this.keep(params, caption);
        Object.assign(this.sent.at(-1) as SentMessage, { file: { method, name: file.name, content: file.content } });
        return { ok: true, result };
      }
      case 'editMessageCaption': {
        const message = this.toEdit(params);
        if (typeof message === 'string') return refuse(message);
        if (!message.file) return refuse('there is no caption in the message to edit');
        const caption = String(params['caption'] ?? '');
        if (message.text === caption) return refuse('message is not modified');
        message.text = caption;
        return { ok: true, result: { message_id: message.messageId } };
      }
      case 'sendSticker':
        this.actions.push({ method, params });
        return { ok: true, result: this.keep(params, '(sticker)', true) };
      case 'sendPoll': {
        const options = params['options'] as { text: string }[];
        if (options.length < 2) return refuse('poll must have at least 2 option');
        this.actions.push({ method, params });
        return {
          ok: true,
          result: {
            ...(this.keep(params, `(poll) ${String(params['question'])}`, true) as object),
            poll: {
              id: `poll-${this.actions.length}`,
              question: String(params['question']),
              options: options.map(({ text }) => ({ text, voter_count: 0 })),
              total_voter_count: 0,
              is_closed: false,
              is_anonymous: params['is_anonymous'] !== false,
              type: 'regular',
              allows_multiple_answers: isTrue(params['allows_multiple_answers']),
            },
          },
        };
      }
      case 'createForumTopic':
        this.actions.push({ method, params });
        return { ok: true, result: { message_thread_id: 77, name: params['name'] } };
      case 'getChat':
        return {
          ok: true,
          result: { id: params['chat_id'], title: 'Family', permissions: { can_send_messages: true } },
        };
      case 'getChatAdministrators':
        return {
          ok: true,
          result: [{ status: 'creator', user: { id: 5, first_name: 'Ann', last_name: 'Lee', username: 'ann' } }],
        };
      case 'getChatMember':
        return { ok: true, result: { status: 'member', user: { id: params['user_id'], first_name: 'Ann' } } };
      case 'setMessageReaction':
      case 'pinChatMessage':
      case 'unpinChatMessage':
      case 'unpinAllChatMessages':
      case 'setChatTitle':
      case 'leaveChat':
        this.actions.push({ method, params });
        return { ok: true, result: true };
      case 'setMyCommands': {
        const scope = (params['scope'] as { type?: string } | undefined)?.type;
        const menu = scope === 'all_group_chats' ? this.groupMenu : this.menu;
        menu.splice(0, Infinity, ...(params['commands'] as typeof this.menu));
        return { ok: true, result: true };
      }
      case 'setWebhook':
        this.ask(params['allowed_updates']);
        this.webhook = { url: String(params['url']), secret: String(params['secret_token'] ?? '') };
        return { ok: true, result: true };
      case 'deleteWebhook':
        this.webhook = undefined;
        return { ok: true, result: true };
      case 'answerInlineQuery':
        if (!Array.isArray(params['results'])) return refuse("can't parse inline query results JSON object");
        return { ok: true, result: true };
      case 'answerGuestQuery':
        if (typeof params['result'] !== 'object') return refuse("can't parse the result");
        return { ok: true, result: {} };
      case 'answerShippingQuery':
      case 'answerPreCheckoutQuery':
        if (!isTrue(params['ok']) && !params['error_message']) return refuse('error message must be specified');
        return { ok: true, result: true };
      case 'sendChatAction':
      case 'answerCallbackQuery':
        return { ok: true, result: true };
      default:
        return { ok: false, error_code: 404, description: 'Not Found: method not found' };
    }
  }

  /** Private chats and small groups share one sequence of numbers; supergroups and channels have one each. */
  private nextMessageId(chatId: number): number {
    const sequence = chatId < -1_000_000_000_000 ? String(chatId) : '';
    const next = (this.lastIds.get(sequence) ?? 0) + 1;
    this.lastIds.set(sequence, next);
    return next;
  }

  /** A message of a person, or a message of a former life, takes a number in a chat. */
  skipNumber(chatId: number): number {
    return this.nextMessageId(chatId);
  }

  /** The message that a change is about, or why it can't be changed. */
  private toEdit(params: Params): SentMessage | string {
    const chatId = String(params['chat_id']);
    const since = Date.now() - (this.editedAt.get(chatId) ?? 0);
    this.editedAt.set(chatId, Date.now());
    if (since < this.editPaceMs) {
      this.tooFast++;
      return 'Too Many Requests: retry after 1';
    }
    const id = Number(params['message_id']);
    return (
      this.sent.find((entry) => entry.messageId === id && entry.chatId === chatId) ??
      (this.said.has(`${chatId}/${id}`) ? "message can't be edited" : 'message to edit not found')
    );
  }

  private keep(params: Params, text: string, isFixed = false): unknown {
    const reply = params['reply_parameters'] as { message_id?: number } | undefined;
    const replyTo = reply?.message_id ?? (params['reply_to_message_id'] as number | undefined);
    const message: SentMessage = {
      chatId: String(params['chat_id']),
      messageId: this.nextMessageId(Number(params['chat_id'])),
      text,
      ...(typeof params['parse_mode'] === 'string' ? { parseMode: params['parse_mode'] } : {}),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(params['message_thread_id'] === undefined ? {} : { threadId: Number(params['message_thread_id']) }),
      versions: [text],
      ...buttonsOf(params),
      at: Date.now(),
    };
    if (isTrue(params['disable_notification'])) message.silent = true;
    if (isFixed) message.isFixed = true;
    this.sent.push(message);
    return {
      message_id: message.messageId,
      date: Math.floor(message.at / 1000),
      chat: { id: Number(message.chatId), type: 'private' },
      from: BOT,
      text,
    };
  }
}

function misbehave(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'rate-limit': {
      const seconds = fault.retryAfter ?? 1;
      answer(response, 429, {
        ok: false,
        error_code: 429,
        description: `Too Many Requests: retry after ${seconds}`,
        parameters: { retry_after: seconds },
      });
      return;
    }
    case 'status':
    case 'status-after':
      answer(response, fault.status, {
        ok: false,
        error_code: fault.status,
        description: fault.description ?? 'Internal Server Error',
      });
      return;
    case 'reset-before':
    case 'reset-after':
      response.socket?.destroy();
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>gateway time-out</html>');
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What Telegram finds in a text by itself: names of bots and people, commands, hashtags, addresses. */
function foundIn(text: string): MessageEntity[] {
  const found: [type: string, pattern: RegExp][] = [
    ['bot_command', /(?<![\w/])\/[A-Za-z0-9_]{1,64}(?:@\w+)?/g],
    ['mention', /(?<![\w/@])@\w{4,32}/g],
    ['hashtag', /(?<![\w#&])#\w+/g],
    ['url', /https?:\/\/[^\s<>()]+/g],
  ];
  return found
    .flatMap(([type, pattern]) =>
      [...text.matchAll(pattern)].map(({ 0: match, index }) => ({ type, offset: index, length: match.length })),
    )
    .sort((a, b) => a.offset - b.offset);
}

/** Sorted as Telegram does, wider ones first; those that somebody set stand beside those it finds. */
function withFound(text: string, set: readonly MessageEntity[] = []): MessageEntity[] {
  for (const { offset, length } of set)
    if (length <= 0 || offset < 0 || offset + length > text.length) throw new Error('no entity of that text');
  const free = foundIn(text).filter(
    ({ offset, length }) => !set.some((each) => each.offset < offset + length && offset < each.offset + each.length),
  );
  return [...set, ...free].sort((a, b) => a.offset - b.offset || b.length - a.length);
}

function entitiesOf(text: string, set?: readonly MessageEntity[]): Params {
  const entities = withFound(text, set);
  return entities.length > 0 ? { entities } : {};
}

function captionOf(caption: string, set?: readonly MessageEntity[]): Params {
  if (caption === '') return {};
  const entities = withFound(caption, set);
  return { caption, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

const TAGS = new Set(['b', 'strong', 'i', 'em', 'u', 's', 'code', 'pre', 'a', 'blockquote', 'tg-spoiler', 'span']);

/** What Telegram refuses: too long after parsing, or HTML whose tags it doesn't know or that don't match. */
function textProblem(text: string, parseMode: unknown): string | undefined {
  if (parseMode !== 'HTML') return text.length > MAX_TEXT ? 'message is too long' : undefined;
  const open: string[] = [];
  for (const [, closing, name = ''] of text.matchAll(/<(\/?)([a-zA-Z-]+)[^>]*>/g)) {
    const tag = name.toLowerCase();
    if (!TAGS.has(tag)) return `can't parse entities: Unsupported start tag "${tag}"`;
    if (!closing) open.push(tag);
    else if (open.pop() !== tag) return `can't parse entities: Unmatched end tag "${tag}"`;
  }
  if (open.length > 0) return `can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)}"`;
  if (/<(?!\/?[a-zA-Z])/.test(text)) return "can't parse entities: Unsupported start tag";
  const visible = text.replace(/<[^>]*>/g, '').replace(/&(lt|gt|amp|quot);/g, '.');
  return visible.length > MAX_TEXT ? 'message is too long' : undefined;
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

function buttonsOf(params: Params): Pick<SentMessage, 'buttons'> {
  const markup = params['reply_markup'] as { inline_keyboard: NonNullable<SentMessage['buttons']> } | undefined;
  return markup ? { buttons: markup.inline_keyboard } : {};
}
