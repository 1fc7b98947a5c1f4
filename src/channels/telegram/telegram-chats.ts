import type { DeliveryRoute } from '../../common/delivery-route';
import { RecentMap } from '../../common/recent-map';
import { ChannelSendError } from '../channel-adapter';
import { sendError } from './telegram-errors';
import { TelegramMessageIds } from './telegram-message-ids';
import { chatIdOf } from './telegram-places';

const MOST_NAMED = 1000;

type Call = (account: string, method: string, params: Record<string, unknown>) => Promise<unknown>;

/** Chats by any of their spellings, and the numbers of their messages. */
export class TelegramChats {
  readonly ids = new TelegramMessageIds();
  /** Ids behind public names, by account and name. */
  private readonly named = new RecentMap<string, string>(MOST_NAMED);

  /** The one spelling of a chat; undefined for a name that Telegram has not been asked for. */
  known({ account, to }: DeliveryRoute): string | undefined {
    const chat = chatIdOf(to);
    return chat.startsWith('@') ? this.named.get(`${account}/${chat}`) : chat;
  }

  /** The one spelling as far as it is known. */
  of(route: DeliveryRoute): string {
    return this.known(route) ?? chatIdOf(route.to);
  }

  /** @throws ChannelSendError */
  async find({ account, to }: DeliveryRoute, call: Call): Promise<string> {
    const chat = chatIdOf(to);
    try {
      const { id } = (await call(account, 'getChat', { chat_id: chat })) as { id: number | string };
      this.named.set(`${account}/${chat}`, String(id));
      return String(id);
    } catch (error) {
      throw sendError(error, true);
    }
  }

  newest(route: DeliveryRoute): number | undefined {
    return this.ids.newest(route.account, this.of(route));
  }

  noteOwn(route: DeliveryRoute, messageId: number): void {
    this.ids.noteOwn(route.account, this.of(route), messageId);
  }

  /**
   * Keeps the number of a message that was sent. A group that became a supergroup is another chat by then.
   * @param askedAt when Telegram was asked to send it, on the monotonic clock
   * @throws ChannelSendError for the page of a proxy in between: it says nothing about what became of the call
   */
  noteResult(route: DeliveryRoute, result: unknown, askedAt: number): number {
    const { message_id: id, chat } = (result ?? {}) as { message_id?: unknown; chat?: { id?: unknown } };
    if (typeof id !== 'number') throw new ChannelSendError('ambiguous', 'Telegram: the answer has no message number');
    const isBusiness = route.to.startsWith('business:');
    const chatId = isBusiness || typeof chat?.id !== 'number' ? this.of(route) : String(chat.id);
    this.ids.noteOwn(route.account, chatId, id, askedAt);
    return id;
  }
}
