import type { CallbackQuery, Message, Update, UserFromGetMe } from 'telegraf/types';
import type { ChannelHost, InboundUpdate } from '../channel-adapter';
import type { TelegramAccountConfig } from './telegram.config';
import { pressedMessage } from './telegram-buttons';
import type { TelegramIntake } from './telegram-context';
import {
  type InboundFacts,
  chatOf,
  externalIdOf,
  inboundOf,
  personOf,
  policyOf,
  serviceText,
  topicOf,
} from './telegram-inbound';
import type { TelegramMessageIds } from './telegram-message-ids';
import { businessChat } from './telegram-places';

export interface IntakeOptions {
  account: string;
  bot: UserFromGetMe;
  host: ChannelHost;
  ids: TelegramMessageIds;
  /** Moment of the monotonic clock after which what is told now came into being. */
  notBefore(): number;
  facts(): Omit<InboundFacts, 'bot'> & { settings: TelegramAccountConfig };
  /** Takes the little clock off a pressed button. */
  confirm(queryId: string): Promise<unknown>;
  /** A group has become another chat with a new id. */
  moved(from: string, to: string): Promise<void>;
}

/** What Telegram tells → the words all channels share → disk. Each resolves when it is there. */
export class TelegramIntakeDesk implements TelegramIntake {
  constructor(private readonly options: IntakeOptions) {}

  async message(message: Message, businessId?: string): Promise<void> {
    const { account, host, ids } = this.options;
    const chat = String(message.chat.id);
    const place = businessId === undefined ? chat : businessChat(businessId, chat);
    ids.note(account, place, message.message_id, this.options.notBefore());
    const { migrate_to_chat_id: movedTo } = message as { migrate_to_chat_id?: number };
    if (movedTo !== undefined) return this.options.moved(chat, String(movedTo));
    const facts = this.facts();
    const service = serviceText(message);
    if (service !== undefined && message.from) return this.note(message, externalIdOf(message), service);
    const update = inboundOf(message, facts);
    if (update) await host.receive(businessId === undefined ? update : ofBusiness(update, businessId));
  }

  async edited(message: Message, updateId: number): Promise<void> {
    const update = inboundOf(message, this.facts());
    if (!update) return;
    await this.options.host.happened({
      externalId: `edited:${externalIdOf(message)}:${updateId}`,
      kind: 'edited',
      about: externalIdOf(message),
      text: update.text,
      chat: update.chat,
      sender: update.sender,
      policy: update.policy,
    });
  }

  async reacted(reaction: Update.MessageReactionUpdate['message_reaction']): Promise<void> {
    const { account, host, ids } = this.options;
    const { chat, message_id: messageId, user, new_reaction: added, date } = reaction;
    const facts = this.facts();
    const mode = facts.settings.reactionNotifications ?? 'own';
    const isOwn = ids.isOwn(account, String(chat.id), messageId);
    const signs = added.flatMap((each) => (each.type === 'emoji' ? [each.emoji] : []));
    if (!user || signs.length === 0 || mode === 'off' || (mode === 'own' && !isOwn)) return;
    const sender = personOf(user);
    await host.happened({
      externalId: `reaction:${chat.id}:${messageId}:${user.id}:${date}`,
      kind: 'note',
      about: `${chat.id}:${messageId}`,
      text: `${sender.name ?? sender.id} reacted with ${signs.join('')} to ${isOwn ? 'your message' : 'a message'} ${messageId}.`,
      chat: chatOf({ chat } as Message),
      sender,
      policy: policyOf(facts, chat.type === 'private' ? undefined : String(chat.id), undefined),
    });
  }

  async pressed(query: CallbackQuery): Promise<void> {
    const message = pressedMessage(query);
    const update = message && inboundOf(message, { ...this.facts(), mentionPatterns: [] });
    // The person presses in the group itself: that counts as speaking to the bot.
    if (update) await this.options.host.receive({ ...update, externalId: `press:${query.id}`, mentionsBot: true });
    // When this fails, the clock goes by itself.
    await this.options.confirm(query.id).catch(() => undefined);
  }

  private async note(message: Message, externalId: string, text: string): Promise<void> {
    const group = message.chat.type === 'private' ? undefined : String(message.chat.id);
    await this.options.host.happened({
      externalId,
      kind: 'note',
      text,
      chat: chatOf(message),
      sender: message.from ? personOf(message.from) : { id: '', isBot: false },
      policy: policyOf(this.facts(), group, topicOf(message)),
    });
  }

  private facts(): InboundFacts {
    return { ...this.options.facts(), bot: this.options.bot };
  }
}

/**
 * Somebody writes to the owner's own account, which the bot looks after: answers go there by the connection. Customers
 * are not asked to pair.
 */
function ofBusiness(update: InboundUpdate, businessId: string): InboundUpdate {
  const { policy } = update;
  return {
    ...update,
    externalId: `business:${update.externalId}`,
    chat: { ...update.chat, id: businessChat(businessId, update.chat.id) },
    policy: { ...policy, dmPolicy: policy.dmPolicy === 'pairing' ? 'allowlist' : policy.dmPolicy },
  };
}
