import { messageOf } from '../../common/openclaw-error';
import { ChannelSendError, type OutboundMessage, type SearchStep, type SentSearch } from '../channel-adapter';
import { changing, needFile, unlessGone } from '../kit/sending';
import type { SlackCalls } from './slack-calls';
import { mrkdwn } from './slack-format';
import { type SlackBot, kindOf } from './slack-inbound';
import { blocks, responseUrlOf } from './slack-replies';
import { DELIVERY, type SlackSentMessage, searchStep } from './slack-search';
import type { SlackWays } from './slack-ways';

/** A message whose sending was cut off is looked for from so long before it. */
const SEARCH_SECONDS = 600;
const SEARCH_PAGE = 100;

/** Sends messages, changes them, and finds out what became of one whose sending was cut off. */
export class SlackDelivery {
  /** @param botOf who the bot of an account is, as far as that is known */
  constructor(
    private readonly calls: SlackCalls,
    private readonly ways: SlackWays,
    private readonly botOf: (account: string) => SlackBot | undefined,
  ) {}

  async send(message: OutboundMessage): Promise<string> {
    const { file, route, account, deliveryId } = message;
    needFile(message);
    const url = responseUrlOf(route.replyToId);
    if (url !== undefined && !file && (await this.ways.respond(account, url, message)))
      return `response:${deliveryId ?? ''}`;
    const channel = await this.calls.channelOf(account, route.to);
    const thread = this.threadOf(message);
    const text = mrkdwn(message.text);
    if (file) return this.ways.upload(message, channel, thread, text);
    const sent = await this.calls.call(account, 'chat.postMessage', {
      channel,
      text,
      ...blocks(text, message.buttons),
      ...(thread ? { thread_ts: thread } : {}),
      ...metadataOf(deliveryId),
    });
    const { ts } = sent;
    if (typeof ts !== 'string') throw new ChannelSendError('ambiguous', 'Slack: the answer has no time of the message');
    return ts;
  }

  mark(): string {
    return (Date.now() / 1000 - SEARCH_SECONDS).toFixed(6);
  }

  /** Each message carries the number of its delivery, which the history tells; a file is known by its name. */
  async find(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    const { account, route, deliveryId, file } = message;
    if (responseUrlOf(route.replyToId) !== undefined)
      throw new ChannelSendError('refused', 'answers to a command can not be looked for');
    const channel = await this.calls.channelOf(account, route.to);
    const thread = this.threadOf(message);
    const text = mrkdwn(message.text);
    const page = (cursor: string | undefined): Promise<Record<string, unknown>> =>
      this.calls.call(
        account,
        thread ? 'conversations.replies' : 'conversations.history',
        {
          channel,
          oldest: search.mark,
          limit: SEARCH_PAGE,
          include_all_metadata: true,
          ...(thread ? { ts: thread } : {}),
          ...(cursor ? { cursor } : {}),
        },
        true,
      );
    const complete = (found: SlackSentMessage): Promise<boolean> =>
      file || found.text === text ? Promise.resolve(true) : unlessGone(() => this.edit(message, found.ts));
    const wanted = { deliveryId, text, fileName: file?.name, bot: this.botOf(account) };
    return searchStep({ page, complete }, wanted, search);
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    const channel = await this.calls.channelOf(message.account, message.route.to);
    const text = mrkdwn(message.text);
    const update = {
      channel,
      ts: platformId,
      text,
      // Without them Slack keeps those that are there.
      blocks: [],
      ...blocks(text, message.buttons),
      ...metadataOf(message.deliveryId),
    };
    await changing(
      () => this.calls.call(message.account, 'chat.update', update, true),
      (error) => /message_not_found|cant_update_message/.test(messageOf(error)),
    );
  }

  /** The thread that the message came in stays; others are begun where the configuration wants them. */
  private threadOf({ account, route, replyToId }: OutboundMessage): string | undefined {
    if (route.threadId) return route.threadId;
    const { settings } = this.calls.account(account);
    const kind = route.chatType ?? kindOf({ channel: route.to });
    const mode =
      settings.replyToModeByChatType?.[kind] ??
      (kind === 'direct' ? settings.dm?.replyToMode : undefined) ??
      settings.replyToMode ??
      'off';
    const asked =
      replyToId !== route.replyToId
        ? replyToId
        : mode === 'all'
          ? route.replyToId
          : mode === 'first'
            ? replyToId
            : undefined;
    return asked && /^\d+\.\d+$/.test(asked) && asked !== '0' ? asked : undefined;
  }
}

/** The number of a delivery, as messages carry it unseen. */
const metadataOf = (deliveryId: string | undefined): Record<string, unknown> =>
  deliveryId ? { metadata: { event_type: DELIVERY, event_payload: { id: deliveryId } } } : {};
