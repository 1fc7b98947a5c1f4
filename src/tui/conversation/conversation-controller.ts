import { randomUUID } from 'node:crypto';
import { messageOf } from '../../common/openclaw-error';
import type { EventFrame } from '../../gateway/protocol/frames';
import type { HelloOk } from '../../gateway/protocol/hello';
import { canonicalSessionKey } from '../../sessions/session-key';
import { type GatewayLink, isConnectionFault } from '../gateway-link';
import { Conversation, type Due } from './conversation';
import type { AgentEvent, ChatEvent, WireHistory } from './wire-messages';

const PAGE = 100;
const NO_DEFAULTS: NonNullable<HelloOk['snapshot']['sessionDefaults']> = {
  defaultAgentId: 'main',
  mainKey: 'main',
  mainSessionKey: 'agent:main:main',
};
/** Longer than any gateway takes to accept a message. */
const SEND_MS = 60_000;

/** The conversation that is open: reads it, says things in it and stops what goes on there. */
export class ConversationController {
  conversation: Conversation;
  private defaults: HelloOk['snapshot']['sessionDefaults'];
  private reading: Promise<void> | undefined;
  private isStale = false;
  private isReadingOlder = false;

  constructor(
    private readonly link: GatewayLink,
    private readonly asked: { key: string; agentId?: string },
    private readonly heard: {
      changed(): void;
      /** Older messages were put in front of what is shown. */
      grownInFront(): void;
      failed(error: string): void;
    },
  ) {
    this.conversation = new Conversation(asked.key);
  }

  /** Goes on in another conversation, which begins with its first message when it is new. */
  open(key: string): void {
    this.conversation = new Conversation(this.fullKey(key));
    this.refresh();
  }

  receive({ event, payload }: EventFrame): void {
    const { conversation } = this;
    let due: Due = 'nothing';
    if (event === 'agent') {
      const heard = payload as AgentEvent;
      if (heard.sessionKey !== conversation.key) return;
      due = conversation.hearAgent(heard);
    } else if (event === 'chat') {
      const heard = payload as ChatEvent;
      if (heard.sessionKey !== conversation.key) return;
      due = conversation.hearChat(heard);
    } else if (event === 'sessions.changed') {
      const { sessionKey } = payload as { sessionKey?: string };
      if (sessionKey !== conversation.key) return;
      due = 'history';
    } else return;
    if (due === 'history') this.refresh();
    this.heard.changed();
  }

  /** Connected again: what was said meanwhile is read, and what did not arrive is said again. */
  online({ snapshot }: HelloOk): void {
    const isFirst = this.defaults === undefined;
    this.defaults = snapshot.sessionDefaults ?? NO_DEFAULTS;
    // What the conversation is called in full is known now.
    if (isFirst) this.conversation = new Conversation(this.fullKey(this.asked.key));
    this.refresh();
    for (const { id, text } of this.conversation.unsent) void this.deliver(this.conversation, id, text);
  }

  say(text: string): void {
    const id = randomUUID();
    this.conversation.send(id, text);
    this.heard.changed();
    void this.deliver(this.conversation, id, text);
  }

  /** Stops what is answered here, and takes back what waits. */
  async stop(): Promise<void> {
    await this.link.call('chat.abort', { sessionKey: this.conversation.key });
  }

  /** Reads the newest messages. Any number of calls while it reads is one more reading. */
  refresh(): void {
    this.isStale = true;
    this.reading ??= this.readNewest().finally(() => {
      this.reading = undefined;
    });
  }

  /** Reads what was said before what is shown. */
  async readOlder(): Promise<void> {
    const { conversation } = this;
    const before = conversation.firstSeq;
    if (!conversation.hasOlder || before === undefined || this.isReadingOlder) return;
    this.isReadingOlder = true;
    try {
      conversation.read(await this.history(conversation, { before }), true);
      this.heard.grownInFront();
    } catch (error) {
      this.heard.failed(messageOf(error));
    } finally {
      this.isReadingOlder = false;
    }
    this.heard.changed();
  }

  private async readNewest(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      const { conversation } = this;
      try {
        conversation.read(await this.history(conversation));
      } catch (error) {
        // Without a gateway it is read when there is one again.
        if (!isConnectionFault(error)) this.heard.failed(messageOf(error));
        return;
      }
      this.heard.changed();
    }
  }

  /** As the gateway calls it in its events. */
  private fullKey(key: string): string {
    const { defaultAgentId, mainKey, scope } = this.defaults ?? NO_DEFAULTS;
    const session = { mainKey, ...(scope === 'global' ? { scope: 'global' as const } : {}) };
    return canonicalSessionKey({ session }, key, this.asked.agentId ?? defaultAgentId);
  }

  private history(conversation: Conversation, part: { before?: number } = {}): Promise<WireHistory> {
    return this.link.call<WireHistory>('chat.history', { sessionKey: conversation.key, limit: PAGE, ...part });
  }

  private async deliver(conversation: Conversation, id: string, message: string): Promise<void> {
    try {
      const params = { sessionKey: conversation.key, message, idempotencyKey: id };
      await this.link.call('chat.send', params, { timeoutMs: SEND_MS });
      conversation.sent(id);
    } catch (error) {
      // It may have arrived: it is sent again with the same name, once the gateway is back.
      if (!isConnectionFault(error)) conversation.failed(id, messageOf(error));
    }
    if (conversation === this.conversation) this.refresh();
    this.heard.changed();
  }
}
