import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Fault, FaultPlan, isAfter } from './fault-plan';
import { type FormFile, bodyOf } from './request-body';

type Json = Record<string, unknown>;

export interface DiscordPerson {
  userId: string;
  name?: string;
  bot?: boolean;
}

export interface DiscordSaid extends Partial<DiscordPerson> {
  channelId: string;
  text: string;
  /** Names the bot. */
  mention?: boolean;
  /** Message of the bot that it answers. */
  replyTo?: string;
  attachments?: { name: string; type: string; content: Buffer }[];
  /** Only in the history: nobody is told, as while the bot is away. */
  unheard?: boolean;
  type?: number;
  /** Further fields as Discord writes them. */
  more?: Json;
}

/** A message that the bot has sent, as the chat shows it now. */
export interface DiscordSent {
  id: string;
  channelId: string;
  text: string;
  versions: string[];
  nonce?: string;
  replyTo?: string;
  buttons?: string[];
  files?: FormFile[];
  /** Shown to whoever gave a command alone. */
  ephemeral?: boolean;
  at: number;
}

interface Session {
  id: string;
  seq: number;
  /** Events by number, for a resume. */
  events: { s: number; t: string; d: unknown }[];
  socket?: WebSocket;
  isValid: boolean;
}

const BOT_ID = '900000000000000001';
const APPLICATION_ID = '900000000000000002';
export const GUILD_ID = '800000000000000001';
export const GENERAL_ID = '700000000000000001';
const MAX_CONTENT = 2000;
const INTENT_CONTENT = 1 << 15;
const INTENT_GUILD_POLLS = 1 << 24;
const INTENT_DIRECT_POLLS = 1 << 25;
const EPOCH = 1_420_070_400_000;
const THREAD_TYPE = 11;

/** Discord on loopback: its interface over HTTP and its gateway socket, with faults on demand. */
export class FakeDiscord {
  readonly token = 'OTAwMDAw.Fake-discord.token-of-the-tests';
  readonly faults = new FaultPlan();
  readonly calls: { method: string; path: string; body: Json; at: number }[] = [];
  readonly sent: DiscordSent[] = [];
  readonly actions: { method: string; path: string; body: Json }[] = [];
  readonly files = new Map<string, Buffer>();
  commands: Json[] = [];
  /** Close codes of the gateway for the next connections. */
  readonly refuse: number[] = [];
  /** Sockets that identified or resumed. */
  readonly opened: ('identify' | 'resume')[] = [];
  allowContentIntent = true;
  /** Discord knows numbers of messages for some minutes; when unset, these are over at once. */
  knowsNonces = true;
  /** When set, events come twice with this probability. */
  repeatChance = 0;
  random: () => number = Math.random;
  /** Members of the server. */
  readonly people: { nick: string | null; user: { id: string; username: string } }[] = [];
  /** Channels whose history the bot may not read. */
  readonly unreadable = new Set<string>();
  /** Roles of the server; to be set before the bot comes. */
  readonly roles: { id: string; name: string }[] = [];
  private readonly history = new Map<string, Json[]>();
  private readonly channels = new Map<string, Json>();
  private readonly sessions = new Map<string, Session>();
  private readonly nonces = new Map<string, Json>();
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  /** What the bot wants to be told of. */
  private intents = 0;
  private counter = 0;
  private lastMs = 0;

  private constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on('connection', (socket) => this.greet(socket));
    this.channels.set(GENERAL_ID, { id: GENERAL_ID, type: 0, name: 'general', guild_id: GUILD_ID, position: 0 });
  }

  static async start(): Promise<FakeDiscord> {
    const fake = new FakeDiscord();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get apiRoot(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get botId(): string {
    return BOT_ID;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get isConnected(): boolean {
    return [...this.sessions.values()].some((session) => session.socket?.readyState === 1);
  }

  /** The conversation with a person; its id is made from theirs. */
  directWith(userId: string): string {
    const id = `6${userId.slice(-17).padStart(17, '0')}`;
    if (!this.channels.has(id))
      this.channels.set(id, { id, type: 1, recipients: [{ id: userId, username: `person${userId}` }] });
    return id;
  }

  /** One more channel of the server; to be made before the bot comes. */
  channel(name: string): string {
    const id = this.nextId();
    this.channels.set(id, { id, type: 0, name, guild_id: GUILD_ID, position: 0 });
    return id;
  }

  /** @param id that of the message that it begins with */
  thread(name: string, ownerId: string, parentId = GENERAL_ID, id = this.nextId()): string {
    const thread = {
      id,
      type: THREAD_TYPE,
      name,
      guild_id: GUILD_ID,
      parent_id: parentId,
      owner_id: ownerId,
      thread_metadata: {
        archived: false,
        auto_archive_duration: 60,
        archive_timestamp: new Date().toISOString(),
        locked: false,
      },
      message_count: 0,
      member_count: 1,
    };
    this.channels.set(id, thread);
    this.dispatch('THREAD_CREATE', thread);
    return id;
  }

  /** A person writes. Returns the message's id. */
  say(said: DiscordSaid): string {
    const { channelId, userId = '5', text, mention, replyTo, attachments = [], unheard, type, more } = said;
    const id = this.nextId();
    const channel = this.channels.get(channelId);
    const author = {
      id: userId,
      username: `person${userId}`,
      global_name: said.name ?? `Person ${userId}`,
      discriminator: '0',
      avatar: null,
      ...(said.bot ? { bot: true } : {}),
    };
    const quoted = replyTo ? this.find(channelId, replyTo) : undefined;
    const message: Json = {
      id,
      channel_id: channelId,
      type: type ?? (quoted ? 19 : 0),
      author,
      content: mention ? `<@${BOT_ID}> ${text}` : text,
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: mention ? [this.bot()] : [],
      mention_roles: [],
      attachments: attachments.map((file, index) => {
        const name = `${id}-${index}-${file.name}`;
        this.files.set(name, file.content);
        return {
          id: `${id}${index}`,
          filename: file.name,
          size: file.content.length,
          content_type: file.type,
          url: `${this.apiRoot}/files/${name}`,
          proxy_url: '',
        };
      }),
      embeds: [],
      pinned: false,
      ...(quoted ? { referenced_message: quoted, message_reference: { message_id: replyTo } } : {}),
      ...more,
    };
    this.store(channelId, message);
    if (!unheard)
      this.dispatch('MESSAGE_CREATE', {
        ...message,
        ...(channel?.['guild_id']
          ? {
              guild_id: channel['guild_id'],
              member: { nick: null, roles: [], joined_at: '2026-01-01T00:00:00Z', deaf: false, mute: false },
            }
          : {}),
      });
    return id;
  }

  edit(channelId: string, id: string, text: string): void {
    this.alter(channelId, id, { content: text, edited_timestamp: new Date().toISOString() });
  }

  /** A message is another one from now on: edited by its writer, or with the previews that Discord adds. */
  alter(channelId: string, id: string, fields: Json): void {
    const message = this.find(channelId, id);
    if (!message) throw new Error(`there is no message ${id}`);
    Object.assign(message, fields);
    this.dispatch('MESSAGE_UPDATE', { ...message, ...this.guildOf(channelId) });
  }

  remove(channelId: string, id: string): void {
    this.history.set(
      channelId,
      (this.history.get(channelId) ?? []).filter((message) => message['id'] !== id),
    );
    this.dispatch('MESSAGE_DELETE', { id, channel_id: channelId, ...this.guildOf(channelId) });
  }

  react(channelId: string, messageId: string, userId: string, emoji: string): void {
    this.dispatch('MESSAGE_REACTION_ADD', {
      user_id: userId,
      channel_id: channelId,
      message_id: messageId,
      message_author_id: this.find(channelId, messageId)?.['author']
        ? (this.find(channelId, messageId)?.['author'] as Json)['id']
        : '',
      emoji: { id: null, name: emoji },
      type: 0,
      burst: false,
      ...this.guildOf(channelId),
      ...(this.guildOf(channelId).guild_id
        ? {
            member: {
              nick: null,
              user: {
                id: userId,
                username: `person${userId}`,
                global_name: `Person ${userId}`,
                discriminator: '0',
                avatar: null,
              },
              roles: [],
            },
          }
        : {}),
    });
  }

  /** A person takes a reaction back; Discord says neither their name nor whose message it is. */
  unreact(channelId: string, messageId: string, userId: string, emoji: string): void {
    this.sign('MESSAGE_REACTION_REMOVE', channelId, messageId, { user_id: userId, emoji: { id: null, name: emoji } });
  }

  /** A moderator takes all reactions away, or all with one sign. */
  clearReactions(channelId: string, messageId: string, emoji?: string): void {
    if (emoji === undefined) this.sign('MESSAGE_REACTION_REMOVE_ALL', channelId, messageId, {});
    else this.sign('MESSAGE_REACTION_REMOVE_EMOJI', channelId, messageId, { emoji: { id: null, name: emoji } });
  }

  /** A person votes, or takes a vote back. */
  vote(channelId: string, messageId: string, userId: string, answerId: number, isBack = false): void {
    const intent = this.guildOf(channelId).guild_id ? INTENT_GUILD_POLLS : INTENT_DIRECT_POLLS;
    if ((this.intents & intent) === 0) return;
    const type = isBack ? 'MESSAGE_POLL_VOTE_REMOVE' : 'MESSAGE_POLL_VOTE_ADD';
    this.sign(type, channelId, messageId, { user_id: userId, answer_id: answerId });
  }

  private sign(type: string, channelId: string, messageId: string, facts: Json): void {
    this.dispatch(type, { channel_id: channelId, message_id: messageId, ...this.guildOf(channelId), ...facts });
  }

  /** A person uses a command of the menu. */
  slash(channelId: string, userId: string, name: string, words?: string): string {
    return this.interact(channelId, userId, {
      type: 2,
      data: {
        id: '1',
        type: 1,
        name,
        options: words === undefined ? [] : [{ type: 3, name: 'arguments', value: words }],
      },
    });
  }

  /** A person presses a button. */
  press(channelId: string, userId: string, customId: string): string {
    return this.interact(channelId, userId, { type: 3, data: { custom_id: customId, component_type: 2 } });
  }

  textsIn(channelId: string): string[] {
    return this.sent.filter((message) => message.channelId === channelId).map((message) => message.text);
  }

  /** Breaks the connection; the session stays unless it is said to be lost. */
  drop(options: { code?: number; loseSession?: boolean } = {}): void {
    for (const session of this.sessions.values()) {
      if (options.loseSession) session.isValid = false;
      if (options.code === undefined) session.socket?.terminate();
      else session.socket?.close(options.code);
    }
  }

  /** Asks the bot to connect anew, as Discord does now and then. */
  askToReconnect(): void {
    for (const session of this.sessions.values()) session.socket?.send(JSON.stringify({ op: 7, d: null }));
  }

  interact(channelId: string, userId: string, interaction: Json): string {
    const id = this.nextId();
    const user = {
      id: userId,
      username: `person${userId}`,
      global_name: `Person ${userId}`,
      discriminator: '0',
      avatar: null,
    };
    const guild = this.guildOf(channelId);
    this.dispatch('INTERACTION_CREATE', {
      id,
      application_id: APPLICATION_ID,
      token: `token-of-${id}`,
      version: 1,
      channel_id: channelId,
      channel: this.channels.get(channelId),
      ...guild,
      ...(guild.guild_id
        ? {
            member: {
              user,
              nick: null,
              roles: [],
              permissions: '0',
              joined_at: '2026-01-01T00:00:00Z',
              deaf: false,
              mute: false,
            },
          }
        : { user }),
      app_permissions: '0',
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 0,
      // What is pressed or filled in stands under a message of the bot.
      ...(interaction['type'] === 3 || interaction['type'] === 5 ? { message: this.blank(channelId) } : {}),
      ...interaction,
    });
    return id;
  }

  private greet(socket: WebSocket): void {
    const code = this.refuse.shift();
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 41_250 } }));
    socket.on('message', (data: Buffer) => {
      const { op, d } = JSON.parse(data.toString('utf8')) as { op: number; d: Json };
      if (op === 1) socket.send(JSON.stringify({ op: 11 }));
      if (op !== 2 && op !== 6) return;
      if (code !== undefined) socket.close(code);
      else if (d['token'] !== this.token) socket.close(4004);
      else if (op === 2) this.identify(socket, d);
      else this.resume(socket, d);
    });
  }

  private identify(socket: WebSocket, { intents }: Json): void {
    if (!this.allowContentIntent && (Number(intents) & INTENT_CONTENT) !== 0) {
      socket.close(4014);
      return;
    }
    this.intents = Number(intents);
    const id = `session-${this.nextId()}`;
    const session: Session = { id, seq: 0, events: [], socket, isValid: true };
    this.sessions.clear();
    this.sessions.set(id, session);
    this.opened.push('identify');
    this.tell(session, 'READY', {
      v: 10,
      user: this.bot(),
      guilds: [{ id: GUILD_ID, unavailable: true }],
      session_id: id,
      resume_gateway_url: this.gatewayUrl,
      application: { id: APPLICATION_ID, flags: 0 },
      shard: [0, 1],
    });
    this.tell(session, 'GUILD_CREATE', this.guild());
  }

  private resume(socket: WebSocket, { session_id: id, seq }: Json): void {
    const session = this.sessions.get(String(id));
    if (!session?.isValid) {
      socket.send(JSON.stringify({ op: 9, d: false }));
      return;
    }
    session.socket = socket;
    this.opened.push('resume');
    for (const event of session.events.filter(({ s }) => s > Number(seq)))
      socket.send(JSON.stringify({ op: 0, ...event }));
    this.tell(session, 'RESUMED', {});
  }

  private dispatch(type: string, data: unknown): void {
    for (const session of this.sessions.values()) {
      this.tell(session, type, data);
      if (this.repeatChance > 0 && this.random() < this.repeatChance) this.tell(session, type, data);
    }
  }

  private tell(session: Session, t: string, d: unknown): void {
    const event = { s: ++session.seq, t, d };
    session.events.push(event);
    if (session.socket?.readyState === 1) session.socket.send(JSON.stringify({ op: 0, ...event }));
  }

  private get gatewayUrl(): string {
    return this.apiRoot.replace('http', 'ws');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const file = /^\/files\/(.+)$/.exec(url.pathname);
    if (file) {
      response.end(this.files.get(decodeURIComponent(file[1] ?? '')));
      return;
    }
    const path = url.pathname.replace(/^\/api\/v10/, '');
    const method = request.method ?? 'GET';
    const form = await bodyOf(request);
    const body = { ...(form['payload_json'] as Json | undefined), ...form };
    const files = Object.entries(form).flatMap(([name, value]) => (/^files\[/.test(name) ? [value as FormFile] : []));
    this.calls.push({ method, path, body, at: Date.now() });
    const needsToken = !path.startsWith('/interactions/') && !path.startsWith('/webhooks/');
    if (needsToken && request.headers.authorization !== `Bot ${this.token}`)
      return answer(response, 401, { message: '401: Unauthorized', code: 0 });
    const fault = this.faults.next(nameOf(method, path));
    if (fault && !isAfter(fault)) return misbehave(fault, response);
    const [status, result] = this.handle(method, path, url.searchParams, body, files);
    if (fault) misbehave(fault, response);
    else answer(response, status, result);
  }

  private handle(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Json,
    files: FormFile[],
  ): [number, unknown] {
    const [, root, id = '', part, item, more] = path.split('/');
    if (path === '/gateway/bot')
      return [
        200,
        {
          url: this.gatewayUrl,
          shards: 1,
          session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
        },
      ];
    if (path === '/users/@me') return [200, this.bot()];
    if (path === '/users/@me/channels') {
      const channel = this.directWith(String(body['recipient_id']));
      return [
        200,
        { ...this.channels.get(channel), last_message_id: this.history.get(channel)?.at(-1)?.['id'] ?? null },
      ];
    }
    if (root === 'users')
      return [200, { id, username: `person${id}`, global_name: `Person ${id}`, discriminator: '0', avatar: null }];
    if (root === 'applications' && part === 'commands' && method === 'PUT') {
      this.commands = Object.values(body) as Json[];
      return [200, this.commands];
    }
    if (root === 'interactions') {
      this.actions.push({ method, path, body });
      return [204, undefined];
    }
    if (root === 'webhooks') {
      if (method === 'PATCH') return this.change(item === undefined ? '' : (more ?? ''), body);
      return this.keep(`interaction:${part}`, body, files, true);
    }
    if (root === 'channels') return this.onChannel(method, id, part, item, more, query, body, files, path);
    this.actions.push({ method, path, body });
    if (root === 'guilds' && part === 'channels' && method === 'GET')
      return [200, [...this.channels.values()].filter((channel) => channel['guild_id'] === id)];
    if (root === 'guilds' && part === 'roles') return [200, [{ id: '1', name: 'member' }]];
    if (root === 'guilds' && part === 'members' && item === 'search') {
      const wanted = (query.get('query') ?? '').toLowerCase();
      const found = this.people.filter(({ nick, user }) =>
        [nick, user.username].some((name) => name?.toLowerCase().startsWith(wanted)),
      );
      return [200, found.slice(0, Number(query.get('limit') ?? 1))];
    }
    if (root === 'guilds' && part === 'members' && item === undefined && method === 'GET')
      return [200, this.people.slice(0, Number(query.get('limit') ?? 1))];
    if (root === 'guilds' && part === 'members' && method === 'GET')
      return [200, { user: { id: item, username: `person${item}` }, nick: null, roles: [] }];
    if (root === 'guilds') return method === 'GET' ? [200, []] : [204, undefined];
    return [404, { message: '404: Not Found', code: 0 }];
  }

  private onChannel(
    method: string,
    id: string,
    part: string | undefined,
    item: string | undefined,
    more: string | undefined,
    query: URLSearchParams,
    body: Json,
    files: FormFile[],
    path: string,
  ): [number, unknown] {
    const channel = this.channels.get(id);
    if (!channel) return [404, { message: 'Unknown Channel', code: 10003 }];
    const messages = this.history.get(id) ?? [];
    if (part === undefined) return [200, { ...channel, last_message_id: messages.at(-1)?.['id'] ?? null }];
    if (part === 'typing') return [204, undefined];
    if (part === 'messages' && item === undefined && method === 'POST') return this.keep(id, body, files, false);
    if (part === 'messages' && item === undefined) {
      if (this.unreadable.has(id)) return [403, { message: 'Missing Access', code: 50001 }];
      const after = query.get('after');
      const before = query.get('before');
      const limit = Number(query.get('limit') ?? 50);
      const found =
        before !== null
          ? messages.filter((message) => BigInt(String(message['id'])) < BigInt(before)).slice(-limit)
          : after === null
            ? messages.slice(-limit)
            : messages.filter((message) => BigInt(String(message['id'])) > BigInt(after)).slice(0, limit);
      return [200, [...found].reverse()];
    }
    if (part === 'messages' && more === undefined) {
      const message = this.find(id, item ?? '');
      if (!message) return [404, { message: 'Unknown Message', code: 10008 }];
      if (method === 'GET') return [200, message];
      if (method === 'PATCH') return this.change(item ?? '', body);
      this.history.set(
        id,
        messages.filter((other) => other !== message),
      );
      this.sent.splice(
        this.sent.findIndex((sent) => sent.id === item),
        1,
      );
      return [204, undefined];
    }
    if (part === 'messages' && more === 'threads') {
      if (this.channels.has(item ?? ''))
        return [400, { message: 'A thread has already been created for this message', code: 160004 }];
      const thread = {
        id: item,
        type: THREAD_TYPE,
        name: body['name'],
        guild_id: channel['guild_id'],
        parent_id: id,
        owner_id: BOT_ID,
        thread_metadata: {
          archived: false,
          auto_archive_duration: 60,
          archive_timestamp: new Date().toISOString(),
          locked: false,
        },
      };
      this.channels.set(item ?? '', thread);
      this.dispatch('THREAD_CREATE', thread);
      return [201, thread];
    }
    this.actions.push({ method, path, body });
    return method === 'GET' ? [200, []] : [204, undefined];
  }

  private keep(channelId: string, body: Json, files: FormFile[], ephemeral: boolean): [number, unknown] {
    const text = String(body['content'] ?? '').trim();
    if (text === '' && files.length === 0 && !body['poll'])
      return [400, { message: 'Cannot send an empty message', code: 50006 }];
    if (text.length > MAX_CONTENT) return [400, { message: 'Invalid Form Body', code: 50035 }];
    const nonce = body['nonce'] === undefined ? undefined : String(body['nonce']);
    if (nonce !== undefined && nonce.length > 25) return [400, { message: 'Invalid Form Body', code: 50035 }];
    const known = nonce === undefined || !this.knowsNonces ? undefined : this.nonces.get(`${channelId}/${nonce}`);
    if (known && body['enforce_nonce'] === true) return [200, known];
    const id = this.nextId();
    const reference = body['message_reference'] as { message_id?: string } | undefined;
    const message: Json = {
      id,
      channel_id: channelId,
      type: 0,
      author: this.bot(),
      content: text,
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      mentions: [],
      mention_roles: [],
      attachments: files.map((file, index) => ({
        id: String(index),
        filename: file.name,
        size: file.content.length,
        url: '',
        proxy_url: '',
      })),
      embeds: [],
      pinned: false,
      tts: false,
      mention_everyone: false,
      ...(body['poll'] ? { poll: numbered(body['poll'] as Json) } : {}),
    };
    this.store(channelId, message);
    if (nonce !== undefined) this.nonces.set(`${channelId}/${nonce}`, message);
    this.sent.push({
      id,
      channelId,
      text,
      versions: [text],
      at: Date.now(),
      ...(nonce === undefined ? {} : { nonce }),
      ...(reference?.message_id ? { replyTo: reference.message_id } : {}),
      ...buttonsOf(body),
      ...(files.length > 0 ? { files } : {}),
      ...(ephemeral ? { ephemeral: true } : {}),
    });
    if (!ephemeral)
      this.dispatch('MESSAGE_CREATE', { ...message, ...this.guildOf(channelId), ...(nonce ? { nonce } : {}) });
    return [200, message];
  }

  private change(id: string, body: Json): [number, unknown] {
    const sent = this.sent.find((message) => message.id === id);
    if (!sent) return [404, { message: 'Unknown Message', code: 10008 }];
    const text = String(body['content'] ?? '').trim();
    if (text.length > MAX_CONTENT) return [400, { message: 'Invalid Form Body', code: 50035 }];
    sent.text = text;
    // What is not sent stays.
    if (body['components'] !== undefined) {
      delete sent.buttons;
      Object.assign(sent, buttonsOf(body));
    }
    sent.versions.push(text);
    const message = this.find(sent.channelId, id);
    if (message) message['content'] = text;
    return [200, message];
  }

  private blank(channelId: string): Json {
    return {
      id: this.nextId(),
      channel_id: channelId,
      type: 0,
      author: this.bot(),
      content: 'choose',
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
      components: [],
      pinned: false,
      tts: false,
      mention_everyone: false,
    };
  }

  private store(channelId: string, message: Json): void {
    const list = this.history.get(channelId) ?? [];
    list.push(message);
    this.history.set(channelId, list);
    const channel = this.channels.get(channelId);
    if (channel) channel['last_message_id'] = message['id'];
  }

  private find(channelId: string, id: string): Json | undefined {
    return this.history.get(channelId)?.find((message) => message['id'] === id);
  }

  private guildOf(channelId: string): { guild_id?: string } {
    const guild = this.channels.get(channelId)?.['guild_id'];
    return typeof guild === 'string' ? { guild_id: guild } : {};
  }

  private guild(): Json {
    const own = [...this.channels.values()].filter((channel) => channel['guild_id'] === GUILD_ID);
    return {
      id: GUILD_ID,
      name: 'Test Server',
      icon: null,
      owner_id: '5',
      unavailable: false,
      roles: this.roles.map((role, position) => ({
        ...role,
        color: 0,
        hoist: false,
        position,
        permissions: '0',
        managed: false,
        mentionable: true,
      })),
      emojis: [],
      features: [],
      channels: own.filter((channel) => channel['type'] !== THREAD_TYPE),
      threads: own.filter((channel) => channel['type'] === THREAD_TYPE),
      members: [],
      presences: [],
      voice_states: [],
      stage_instances: [],
      guild_scheduled_events: [],
      member_count: 2,
      large: false,
    };
  }

  private bot(): Json {
    return { id: BOT_ID, username: 'nest', global_name: 'Nest', discriminator: '0', avatar: null, bot: true };
  }

  /** Rising ids made of the time, as Discord's are. */
  private nextId(): string {
    const now = Math.max(Date.now(), this.lastMs);
    this.counter = now === this.lastMs ? this.counter + 1 : 0;
    this.lastMs = now;
    return String((BigInt(now - EPOCH) << 22n) + BigInt(this.counter));
  }
}

/** A poll as Discord tells it: each answer has a number. */
const numbered = ({ answers, ...poll }: Json): Json => ({
  ...poll,
  answers: (answers as Json[]).map((answer, index) => ({ ...answer, answer_id: index + 1 })),
});

/** Names for faults: `send`, `edit`, `history`, else method and path. */
function nameOf(method: string, path: string): string {
  if (method === 'POST' && /^\/channels\/\d+\/messages$/.test(path)) return 'send';
  if (method === 'PATCH' && /^\/channels\/\d+\/messages\/\d+$/.test(path)) return 'edit';
  if (method === 'GET' && /^\/channels\/\d+\/messages$/.test(path)) return 'history';
  return `${method} ${path}`;
}

function misbehave(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'rate-limit': {
      const seconds = fault.retryAfter ?? 1;
      response.setHeader('retry-after', String(seconds));
      answer(response, 429, { message: 'You are being rate limited.', retry_after: seconds, global: false });
      return;
    }
    case 'status':
    case 'status-after':
      answer(response, fault.status, { message: fault.description ?? 'Internal Server Error', code: 0 });
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
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function buttonsOf(body: Json): { buttons?: string[] } {
  const rows = (body['components'] ?? []) as { components: { custom_id: string }[] }[];
  const buttons = rows.flatMap((row) => row.components.map((button) => button.custom_id));
  return buttons.length > 0 ? { buttons } : {};
}
