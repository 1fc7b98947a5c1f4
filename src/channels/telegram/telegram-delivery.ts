import type { DeliveryRoute } from '../../common/delivery-route';
import { messageOf } from '../../common/openclaw-error';
import { sleep } from '../../common/sleep';
import { ChannelSendError, type OutboundMessage, type SearchStep, type SentSearch } from '../channel-adapter';
import { changing, needFile } from '../kit/sending';
import { hasButtons, keyboard } from './telegram-buttons';
import type { TelegramCalls } from './telegram-calls';
import type { TelegramChats } from './telegram-chats';
import { fileCall } from './telegram-files';
import { placeOf, preview, quote } from './telegram-places';
import type { TelegramPollWatch } from './telegram-poll-watch';
import { searchStep } from './telegram-search';
import { type TextCall, callWithText } from './telegram-text-call';

/** Longest wait for a first number of a chat, and the pause between two looks. */
const MAX_NUMBER_WAIT_MS = 3000;
const NUMBER_CHECK_MS = 20;
/** Telegram's words for a number that is not that of a text, or caption, of ours. */
const NOT_THAT_MESSAGE =
  /message to edit not found|message can't be edited|MESSAGE_ID_INVALID|there is no (?:text|caption) in the message|upgraded to a supergroup/i;

/** Sends messages, changes them, and finds out what became of one whose sending was cut off. */
export class TelegramDelivery {
  /** @param watchOf polls of an account that polls */
  constructor(
    private readonly calls: TelegramCalls,
    private readonly chats: TelegramChats,
    private readonly watchOf: (account: string) => TelegramPollWatch | undefined,
  ) {}

  async send(message: OutboundMessage): Promise<string> {
    const { settings } = this.calls.account(message.account);
    const options = {
      ...placeOf(message.route),
      ...quote(message, settings.replyToMode),
      ...preview(settings.linkPreview),
      ...(hasButtons(settings, message.route) ? keyboard(message.buttons) : {}),
      ...(message.silent ? { disable_notification: true } : {}),
    };
    const { file } = message;
    needFile(message);
    const askedAt = performance.now();
    const sent = await this.callWithText(message, false, (text, format) =>
      file
        ? fileCall(file, { caption: text, ...format, ...options })
        : ['sendMessage', { text, ...format, ...options }],
    );
    return String(this.chats.noteResult(message.route, sent, askedAt));
  }

  /** Of a bot that is new here nothing is known until its first poll has told what people said to it. */
  async mark({ account, route }: OutboundMessage): Promise<string | undefined> {
    const began = performance.now();
    const isPolled = !this.calls.account(account).settings.webhookUrl;
    await this.watchOf(account)?.catchUp();
    while (isPolled && this.chats.newest(route) === undefined && performance.now() - began < MAX_NUMBER_WAIT_MS) {
      if (this.watchOf(account)?.isCaughtUp(began)) break;
      await sleep(NUMBER_CHECK_MS);
    }
    return this.chats.newest(route)?.toString();
  }

  noteSent(route: DeliveryRoute, platformId: string): void {
    this.chats.noteOwn(route, Number(platformId));
  }

  /** Editing tells whether a number is that of a text of ours, and changes nothing where it has the text already. */
  async find(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    const { account, route } = message;
    await this.watchOf(account)?.catchUp();
    const isCaughtUp = (moment: number): boolean => this.watchOf(account)?.isCaughtUp(moment) ?? true;
    const probe = (id: number): Promise<boolean> => this.isOurs(message, id);
    const { ids } = this.chats;
    const step = await searchStep({ account, chat: this.chats.of(route), ids, isCaughtUp, probe }, search);
    if (step.kind === 'found') this.chats.noteOwn(route, Number(step.platformId));
    return step;
  }

  edit(message: OutboundMessage, platformId: string): Promise<void> {
    return changing(
      () => this.editText(message, platformId),
      (error) => NOT_THAT_MESSAGE.test(messageOf(error)),
    );
  }

  /** Whether a message number is that of a text that we sent to the chat; it has the wanted text afterwards. */
  private async isOurs(message: OutboundMessage, id: number): Promise<boolean> {
    try {
      await this.editText(message, String(id));
      return true;
    } catch (error) {
      // Whatever Telegram says no to: it is not that one.
      if (error instanceof ChannelSendError && error.failure === 'refused') return false;
      throw error;
    }
  }

  private async editText(message: OutboundMessage, platformId: string): Promise<void> {
    const { settings } = this.calls.account(message.account);
    const options = {
      ...placeOf(message.route, 'edit'),
      message_id: Number(platformId),
      ...preview(settings.linkPreview),
      // Without them Telegram takes away those that are there.
      ...(hasButtons(settings, message.route) ? keyboard(message.buttons) : {}),
    };
    try {
      await this.callWithText(message, true, (text, format) =>
        message.file
          ? ['editMessageCaption', { ...options, caption: text, ...format }]
          : ['editMessageText', { ...options, text, ...format }],
      );
    } catch (error) {
      if (!/message is not modified/i.test(messageOf(error))) throw error;
    }
  }

  private callWithText({ account, text }: OutboundMessage, repeatable: boolean, callFor: TextCall): Promise<unknown> {
    return callWithText((method, params) => this.calls.call(account, method, params), text, repeatable, callFor);
  }
}
