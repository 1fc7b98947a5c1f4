import { createHmac } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Fault, FaultPlan, isAfter } from './fault-plan';
import { bodyOf } from './request-body';

type Json = Record<string, unknown>;

export interface SlackSaid {
  channel: string;
  user?: string;
  text: string;
  mention?: boolean;
  thread?: string;
  files?: { name: string; type: string; content: Buffer }[];
  /** Only in the history: nobody is told, as while the bot is away. */
  unheard?: boolean;
  subtype?: string;
  /** Further fields as Slack writes them; undefined leaves one out. */
  more?: Json;
}

/** A message that the bot has sent, as the conversation shows it now. */
export interface SlackSent {
  channel: string;
  ts: string;
  text: string;
  versions: string[];
  thread?: string;
  buttons?: { value: string; text: string }[];
  deliveryId?: string;
  /** Shown to whoever gave a command alone. */
  ephemeral?: boolean;
  file?: { name: string; content: Buffer };
  at: number;
}

interface Pending {
  envelope: Json;
  resolve: (response: unknown) => void;
}

const BOT = { user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T0TEAM' };
export const CHANNEL = 'C0GENERAL';
const MAX_TEXT = 40_000;
const PING_MS = 5000;

/** Slack on loopback: its Web API, Socket Mode, and posts to a request URL, with faults on demand. */
export class FakeSlack {
  readonly botToken = 'xoxb-fake-bot-token-of-the-tests';
  readonly appToken = 'xapp-fake-app-token-of-the-tests';
  readonly signingSecret = 'fake-signing-secret-of-the-tests';
  readonly faults = new FaultPlan();
  readonly calls: { method: string; params: Json; at: number }[] = [];
  readonly sent: SlackSent[] = [];
  readonly actions: { method: string; params: Json }[] = [];
  /** How long each event took to be confirmed, in milliseconds. */
  readonly acknowledged: number[] = [];
  /** When set, events are sent to this address instead of the socket. */
  requestUrl: string | undefined;
  /** When set, confirmed events come again with this probability. */
  repeatChance = 0;
  random: () => number = Math.random;
  connections = 0;
  private readonly history = new Map<string, Json[]>();
  /** Whom the workspace has. */
  readonly people: { id: string; name: string; real_name: string; deleted?: boolean }[] = [];
  private readonly members = new Set([CHANNEL]);
  /** What channels are called, where it is not their id. */
  readonly channelNames = new Map([[CHANNEL, 'general']]);
  /** Conversations whose history the app may not read. */
  readonly unreadable = new Set<string>();
  /** Groups of people. */
  readonly groups: { id: string; handle: string; name: string }[] = [];
  private readonly uploads = new Map<string, { name: string; content: Buffer }>();
  private readonly waiting = new Map<string, Pending>();
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  private readonly timers = new Set<NodeJS.Timeout>();
  private next = 0;
  private lastTs = 0;

  private constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on('connection', (socket) => this.greet(socket));
  }

  static async start(): Promise<FakeSlack> {
    const fake = new FakeSlack();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get apiRoot(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get botUserId(): string {
    return BOT.user_id;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Conversation with a person. */
  directWith(user: string): string {
    const channel = `D${user.slice(1)}`;
    this.members.add(channel);
    return channel;
  }

  /** A person writes. Returns the message's time, which is its id. */
  say(said: SlackSaid): string {
    const { channel, user = 'U5', text, mention, thread, files = [], unheard, subtype, more } = said;
    const ts = this.nextTs();
    const message: Json = {
      type: 'message',
      channel,
      channel_type: channel.startsWith('D') ? 'im' : 'channel',
      user,
      text: mention ? `<@${BOT.user_id}> ${text}` : text,
      ts,
      event_ts: ts,
      ...(thread ? { thread_ts: thread, parent_user_id: this.find(channel, thread)?.['user'] } : {}),
      ...(files.length > 0
        ? {
            subtype: 'file_share',
            files: files.map((file, index) => {
              const id = `F${ts.replace('.', '')}${index}`;
              this.uploads.set(id, file);
              return { id, name: file.name, mimetype: file.type, size: file.content.length };
            }),
          }
        : subtype
          ? { subtype }
          : {}),
      ...more,
    };
    this.store(channel, message);
    if (unheard) return ts;
    this.tell(message);
    // A message that names the bot in a channel is told twice, by two subscriptions.
    if (mention && !channel.startsWith('D')) this.tell({ ...message, type: 'app_mention', channel_type: undefined });
    return ts;
  }

  /** A file of the workspace that messages name by its id. */
  keepFile(id: string, name: string, content: Buffer): void {
    this.uploads.set(id, { name, content });
  }

  /** Its writer changes a message. */
  edit(channel: string, ts: string, text: string): void {
    this.change(channel, ts, { text, edited: { user: this.find(channel, ts)?.['user'], ts: this.nextTs() } });
  }

  /** A message is another one from now on: edited by its writer, or with the previews that Slack adds. */
  change(channel: string, ts: string, fields: Json): void {
    const message = this.find(channel, ts);
    if (!message) throw new Error(`there is no message ${ts}`);
    const before = { ...message };
    Object.assign(message, fields);
    this.tell({
      type: 'message',
      subtype: 'message_changed',
      channel,
      channel_type: before['channel_type'],
      ts: this.nextTs(),
      message: { ...message },
      previous_message: before,
    });
  }

  remove(channel: string, ts: string): void {
    const before = this.find(channel, ts);
    this.history.set(
      channel,
      (this.history.get(channel) ?? []).filter((message) => message !== before),
    );
    this.tell({
      type: 'message',
      subtype: 'message_deleted',
      channel,
      channel_type: before?.['channel_type'],
      ts: this.nextTs(),
      deleted_ts: ts,
      previous_message: before,
    });
  }

  react(channel: string, ts: string, user: string, reaction: string, isBack = false): void {
    this.tell({
      type: isBack ? 'reaction_removed' : 'reaction_added',
      user,
      reaction,
      item: { type: 'message', channel, ts },
      item_user: this.find(channel, ts)?.['user'],
      event_ts: this.nextTs(),
    });
  }

  /** A person uses a slash command. */
  command(channel: string, user: string, command: string, text: string): Promise<unknown> {
    const id = `trigger-${++this.next}`;
    return this.deliver('slash_commands', {
      token: 'old',
      team_id: BOT.team_id,
      channel_id: channel,
      user_id: user,
      user_name: user.toLowerCase(),
      command,
      text,
      response_url: `${this.apiRoot}/respond/${id}`,
      trigger_id: id,
      api_app_id: 'A0APP',
    });
  }

  /** A person presses a button. */
  press(channel: string, user: string, value: string): Promise<unknown> {
    return this.deliver('interactive', {
      type: 'block_actions',
      user: { id: user, username: user.toLowerCase(), team_id: BOT.team_id },
      team: { id: BOT.team_id, domain: 'test' },
      api_app_id: 'A0APP',
      container: { type: 'message', channel_id: channel },
      channel: { id: channel, name: 'general' },
      trigger_id: `trigger-${++this.next}`,
      response_url: `${this.apiRoot}/respond/press-${this.next}`,
      actions: [{ type: 'button', action_id: 'say-0', block_id: 'b', value, action_ts: this.nextTs() }],
    });
  }

  textsIn(channel: string): string[] {
    return this.sent.filter((message) => message.channel === channel).map((message) => message.text);
  }

  get isConnected(): boolean {
    return [...this.sockets.clients].some((socket) => socket.readyState === 1);
  }

  /** Events that the bot has not confirmed. */
  get unconfirmed(): number {
    return this.waiting.size;
  }

  /** Breaks the connections. */
  drop(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  /** Asks the bot to connect anew, as Slack does every few hours. */
  askToReconnect(): void {
    for (const socket of this.sockets.clients) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: {} }));
      socket.close();
    }
  }

  /** Sends an event again, as Slack does after some time without confirmation. */
  async again(event: Json, attempt: number): Promise<unknown> {
    return this.deliver('events_api', event, attempt);
  }

  /** The event of a message, for {@link again}. */
  eventOf(channel: string, ts: string): Json {
    return this.eventBody(this.find(channel, ts) as Json);
  }

  private tell(event: Json): void {
    void this.deliver('events_api', this.eventBody(event));
    if (this.repeatChance > 0 && this.random() < this.repeatChance)
      void this.deliver('events_api', this.eventBody(event), 1);
  }

  private eventBody(event: Json): Json {
    return {
      token: 'old',
      team_id: BOT.team_id,
      api_app_id: 'A0APP',
      type: 'event_callback',
      event_id: `Ev${++this.next}`,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [{ team_id: BOT.team_id, user_id: BOT.user_id, is_bot: true }],
      event,
    };
  }

  private async deliver(type: string, payload: Json, retry = 0): Promise<unknown> {
    const startedAt = Date.now();
    const response =
      this.requestUrl === undefined
        ? await this.bySocket(type, payload, retry)
        : await this.byRequest(type, payload, retry);
    this.acknowledged.push(Date.now() - startedAt);
    return response;
  }

  /** Told until it is confirmed, over each new connection. */
  private bySocket(type: string, payload: Json, retry: number): Promise<unknown> {
    return new Promise((resolve) => {
      const id = `envelope-${++this.next}`;
      const envelope = {
        envelope_id: id,
        type,
        payload,
        accepts_response_payload: type !== 'events_api',
        ...(type === 'events_api' ? { retry_attempt: retry, retry_reason: retry > 0 ? 'timeout' : '' } : {}),
      };
      this.waiting.set(id, { envelope, resolve });
      const [socket] = [...this.sockets.clients].filter(({ readyState }) => readyState === 1);
      socket?.send(JSON.stringify(envelope));
    });
  }

  private async byRequest(type: string, payload: Json, retry: number): Promise<unknown> {
    const isJson = type === 'events_api';
    const body = isJson
      ? JSON.stringify(payload)
      : type === 'interactive'
        ? new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
        : new URLSearchParams(payload as Record<string, string>).toString();
    const response = await this.post(body, isJson ? 'application/json' : 'application/x-www-form-urlencoded', retry);
    return response.status === 200
      ? response.text()
      : Promise.reject(new Error(`the gateway answered ${response.status}`));
  }

  /** Posts to the request URL with a signature. */
  post(body: string, type: string, retry = 0, secret = this.signingSecret, at = Date.now()): Promise<Response> {
    const timestamp = String(Math.floor(at / 1000));
    return fetch(this.requestUrl ?? '', {
      method: 'POST',
      body,
      headers: {
        'content-type': type,
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`,
        ...(retry > 0 ? { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' } : {}),
      },
    });
  }

  private greet(socket: WebSocket): void {
    this.connections++;
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0APP' }, debug_info: {} }),
    );
    const timer = setInterval(() => socket.ping(), PING_MS);
    this.timers.add(timer);
    socket.on('close', () => clearInterval(timer));
    socket.on('message', (data: Buffer) => {
      const { envelope_id: id, payload } = JSON.parse(data.toString('utf8')) as {
        envelope_id: string;
        payload?: unknown;
      };
      const pending = this.waiting.get(id);
      this.waiting.delete(id);
      pending?.resolve(payload);
    });
    // What was not confirmed comes again, as after some seconds at Slack.
    for (const { envelope } of this.waiting.values())
      socket.send(
        JSON.stringify(
          'retry_attempt' in envelope ? { ...envelope, retry_attempt: 1, retry_reason: 'timeout' } : envelope,
        ),
      );
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const download = /^\/files\/(\w+)$/.exec(url.pathname);
    if (download) {
      if (request.headers.authorization !== `Bearer ${this.botToken}`)
        response.writeHead(302, { location: '/login' }).end();
      else response.end(this.uploads.get(download[1] ?? '')?.content);
      return;
    }
    const upload = /^\/upload\/(\w+)$/.exec(url.pathname);
    if (upload) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const file = this.uploads.get(upload[1] ?? '');
      if (file) file.content = Buffer.concat(chunks);
      response.end('OK');
      return;
    }
    const params = { ...Object.fromEntries(url.searchParams), ...parsedFields(await bodyOf(request)) };
    const respond = /^\/respond\/(.+)$/.exec(url.pathname);
    if (respond) {
      this.keep(`respond:${respond[1]}`, params, true);
      response.end('ok');
      return;
    }
    const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1] ?? '';
    this.calls.push({ method, params, at: Date.now() });
    const token = (request.headers.authorization ?? '').replace('Bearer ', '') || String(params['token'] ?? '');
    if (token !== (method === 'apps.connections.open' ? this.appToken : this.botToken))
      return answer(response, { ok: false, error: 'invalid_auth' });
    const fault = this.faults.next(method);
    if (fault && !isAfter(fault)) return misbehave(fault, response);
    const result = this.handle(method, params);
    if (fault) misbehave(fault, response);
    else answer(response, result);
  }

  private handle(method: string, params: Json): Json {
    const channel = String(params['channel'] ?? params['channel_id'] ?? '');
    switch (method) {
      case 'auth.test':
        return { ok: true, url: 'https://test.slack.com/', team: 'Test', user: 'nest', ...BOT };
      case 'apps.connections.open':
        return { ok: true, url: this.apiRoot.replace('http', 'ws') };
      case 'users.info': {
        const id = String(params['user']);
        return {
          ok: true,
          user: { id, name: id.toLowerCase(), real_name: `Person ${id}`, profile: { display_name: `Person ${id}` } },
        };
      }
      case 'users.list': {
        // Smaller pages than asked for, as Slack may.
        const from = Number(params['cursor'] || 0);
        const rest = this.people.length > from + 1;
        return {
          ok: true,
          members: this.people.slice(from, from + 1),
          response_metadata: { next_cursor: rest ? String(from + 1) : '' },
        };
      }
      case 'conversations.members':
        return { ok: true, members: this.people.map(({ id }) => id), response_metadata: { next_cursor: '' } };
      case 'usergroups.list':
        return { ok: true, usergroups: this.groups };
      case 'users.conversations':
        return {
          ok: true,
          channels: [...this.members].map((id) => ({ id, name: this.nameOf(id) })),
        };
      case 'conversations.info':
        return {
          ok: true,
          channel: { id: channel, name: this.nameOf(channel), is_member: true },
        };
      case 'conversations.open':
        return { ok: true, channel: { id: this.directWith(String(params['users'])) } };
      case 'conversations.history':
      case 'conversations.replies': {
        const oldest = Number(params['oldest'] ?? 0);
        const latest = Number(params['latest'] ?? Infinity);
        if (this.unreadable.has(channel)) return { ok: false, error: 'missing_scope' };
        const thread = method === 'conversations.replies' ? String(params['ts']) : undefined;
        const messages = (this.history.get(channel) ?? []).filter((message) => {
          const own = message['thread_ts'] as string | undefined;
          const fits =
            thread === undefined
              ? own === undefined || own === message['ts']
              : own === thread || message['ts'] === thread;
          // A thread is told with the message that it began with.
          const isRoot = thread !== undefined && message['ts'] === thread;
          return fits && (isRoot || (Number(message['ts']) > oldest && Number(message['ts']) < latest));
        });
        const from = Number(params['cursor'] || 0);
        const to = from + Number(params['limit'] ?? 100);
        const ordered = thread === undefined ? [...messages].reverse() : messages;
        const hasMore = ordered.length > to;
        return {
          ok: true,
          messages: ordered.slice(from, to),
          has_more: hasMore,
          ...(hasMore ? { response_metadata: { next_cursor: String(to) } } : {}),
        };
      }
      case 'chat.postMessage': {
        const text = String(params['text'] ?? '');
        if (text.trim() === '') return { ok: false, error: 'no_text' };
        if (text.length > MAX_TEXT) return { ok: false, error: 'msg_too_long' };
        if (!this.members.has(channel)) return { ok: false, error: 'channel_not_found' };
        const message = this.keep(channel, params, false);
        return { ok: true, channel, ts: message.ts, message: { text, ts: message.ts } };
      }
      case 'chat.update': {
        const message = this.sent.find(({ ts }) => ts === String(params['ts']));
        if (!message) return { ok: false, error: 'message_not_found' };
        message.text = String(params['text'] ?? '');
        message.versions.push(message.text);
        // What is not sent stays.
        if (params['blocks'] !== undefined) {
          delete message.buttons;
          Object.assign(message, buttonsOf(params));
        }
        const stored = this.find(channel, message.ts);
        if (stored) stored['text'] = message.text;
        return { ok: true, channel, ts: message.ts, text: message.text };
      }
      case 'files.getUploadURLExternal': {
        const id = `F${++this.next}UP`;
        this.uploads.set(id, { name: String(params['filename']), content: Buffer.alloc(0) });
        return { ok: true, upload_url: `${this.apiRoot}/upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal': {
        const [file] = (params['files'] ?? []) as { id: string }[];
        const content = this.uploads.get(file?.id ?? '');
        const message = this.keep(
          channel,
          {
            text: params['initial_comment'] ?? '',
            thread_ts: params['thread_ts'],
            files: [{ id: file?.id, name: content?.name, title: content?.name }],
          },
          false,
        );
        if (content) message.file = content;
        return { ok: true, files: [{ id: file?.id }] };
      }
      case 'files.info': {
        const id = String(params['file']);
        const file = this.uploads.get(id);
        return file
          ? { ok: true, file: { id, name: file.name, url_private: `${this.apiRoot}/files/${id}` } }
          : { ok: false, error: 'file_not_found' };
      }
      default:
        this.actions.push({ method, params });
        return { ok: true };
    }
  }

  private keep(channel: string, params: Json, ephemeral: boolean): SlackSent {
    const ts = this.nextTs();
    const metadata = params['metadata'] as { event_payload?: { id?: string } } | undefined;
    const thread = params['thread_ts'] === undefined ? undefined : String(params['thread_ts']);
    const message: SlackSent = {
      channel,
      ts,
      text: String(params['text'] ?? ''),
      versions: [String(params['text'] ?? '')],
      ...(thread ? { thread } : {}),
      ...buttonsOf(params),
      ...(metadata?.event_payload?.id ? { deliveryId: metadata.event_payload.id } : {}),
      ...(ephemeral ? { ephemeral } : {}),
      at: Date.now(),
    };
    this.sent.push(message);
    if (ephemeral) return message;
    const stored = {
      type: 'message',
      channel,
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text: message.text,
      ts,
      ...(thread ? { thread_ts: thread } : {}),
      ...(metadata ? { metadata } : {}),
      ...(params['files'] ? { subtype: 'file_share', files: params['files'] } : {}),
    };
    this.store(channel, stored);
    this.tell({ ...stored, channel_type: channel.startsWith('D') ? 'im' : 'channel', event_ts: ts });
    return message;
  }

  private nameOf(channel: string): string {
    return this.channelNames.get(channel) ?? channel.toLowerCase();
  }

  private store(channel: string, message: Json): void {
    const list = this.history.get(channel) ?? [];
    list.push(message);
    this.history.set(channel, list);
  }

  private find(channel: string, ts: string): Json | undefined {
    return this.history.get(channel)?.find((message) => message['ts'] === ts);
  }

  /** Rising times in seconds with six digits, as Slack's are. */
  private nextTs(): string {
    this.lastTs = Math.max(this.lastTs + 1, Date.now() * 1000);
    return `${Math.floor(this.lastTs / 1_000_000)}.${String(this.lastTs % 1_000_000).padStart(6, '0')}`;
  }
}

/** Values that a form carries as JSON. */
function parsedFields(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value !== 'string' || !/^[[{]/.test(value)) return [name, value];
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        return [name, value];
      }
    }),
  );
}

function misbehave(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'rate-limit':
      response.writeHead(429, { 'retry-after': String(fault.retryAfter ?? 1), 'content-type': 'application/json' });
      response.end('{"ok":false,"error":"ratelimited"}');
      return;
    case 'status':
    case 'status-after':
      response.writeHead(fault.status).end(fault.description ?? 'error');
      return;
    case 'reset-before':
    case 'reset-after':
      response.socket?.destroy();
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>gateway time-out</html>');
  }
}

function answer(response: ServerResponse, body: Json): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function buttonsOf(params: Json): Pick<SlackSent, 'buttons'> {
  const blocks = (params['blocks'] ?? []) as { elements?: { value: string; text: { text: string } }[] }[];
  const buttons = blocks.flatMap(({ elements = [] }) =>
    elements.map(({ value, text }) => ({ value, text: text.text })),
  );
  return buttons.length > 0 ? { buttons } : {};
}
