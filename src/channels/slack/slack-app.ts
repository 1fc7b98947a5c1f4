import { randomUUID } from 'node:crypto';
import type { App, Receiver } from '@slack/bolt';
import type { ChannelHost } from '../channel-adapter';
import type { SlackAccount } from './slack-accounts';
import { SILENT, clientOptions } from './slack-calls';
import type { SlackBot } from './slack-inbound';
import type { SlackAction, SlackCommand, SlackEvent, SlackIntake } from './slack-intake';

/** Something that Slack sent, by socket or request. */
export interface SlackDelivery {
  body: Record<string, unknown>;
  retryNum?: number;
}

/** Bolt, told what came by whoever has the connection. */
export class SlackApp {
  private readonly queues = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly app: App,
    private readonly host: ChannelHost,
  ) {}

  static async open(account: SlackAccount, bot: SlackBot, intake: SlackIntake, host: ChannelHost): Promise<SlackApp> {
    const { App } = await import('@slack/bolt');
    const receiver: Receiver = { init: () => undefined, start: () => Promise.resolve(), stop: () => Promise.resolve() };
    const app = new App({
      receiver,
      token: account.botToken,
      botId: bot.botId,
      botUserId: bot.userId,
      tokenVerificationEnabled: false,
      // Our own messages are told apart by us: also those that another process has sent.
      ignoreSelf: false,
      clientOptions: clientOptions(account) as never,
      logger: SILENT as never,
    });
    app.event('message', ({ event }) => intake.message(event as unknown as SlackEvent));
    app.event('app_mention', ({ event }) => intake.message(event as unknown as SlackEvent));
    app.event('reaction_added', ({ event }) => intake.reaction(event as unknown as SlackEvent));
    app.event('reaction_removed', ({ event }) => intake.reaction(event as unknown as SlackEvent));
    app.event('member_joined_channel', ({ event }) => intake.joined(event as unknown as SlackEvent));
    app.command(/.*/, async ({ command, ack }) => {
      await intake.command(command as unknown as SlackCommand);
      await ack();
    });
    app.action(/.*/, async ({ body, ack }) => {
      await intake.pressed(body as unknown as SlackAction);
      await ack();
    });
    app.error((error) => Promise.reject(error));
    const opened = new SlackApp(app, host);
    host.again(({ raw }) => opened.again(raw as Record<string, unknown>, intake));
    return opened;
  }

  /**
   * Resolves when everything of it is on disk, what came before it in the same conversation too.
   * @param signal how long to wait while nothing can be stored; without it that rejects
   */
  async handle(delivery: SlackDelivery, signal?: AbortSignal): Promise<unknown> {
    const conversation = conversationOf(delivery.body);
    const before = this.queues.get(conversation) ?? Promise.resolve();
    const work = before.catch(() => undefined).then(() => this.take(delivery, signal));
    this.queues.set(conversation, work);
    try {
      return await work;
    } finally {
      if (this.queues.get(conversation) === work) this.queues.delete(conversation);
    }
  }

  private async take(delivery: SlackDelivery, signal: AbortSignal | undefined): Promise<unknown> {
    let response: unknown;
    const update = { id: idOf(delivery.body), raw: delivery.body };
    await this.host.take(update, async () => void (response = await this.process(delivery)), signal);
    return response;
  }

  /** What was kept is what Slack had sent, or a message that was found in the history. */
  private again(raw: Record<string, unknown>, intake: SlackIntake): Promise<unknown> {
    const { ts, channel } = raw;
    if (typeof ts !== 'string' || typeof channel !== 'string') return this.process({ body: raw });
    return intake.message({ ...(raw as unknown as SlackEvent), type: 'message' });
  }

  /**
   * Bolt confirms events before it handles them, which would lose the ones of a gateway that ends in between; so what it
   * says is kept until then.
   */
  private async process({ body, retryNum }: SlackDelivery): Promise<unknown> {
    let response: unknown;
    await this.app.processEvent({
      body,
      ack: (answer?: unknown) => {
        response = answer;
        return Promise.resolve();
      },
      ...(retryNum === undefined ? {} : { retryNum }),
    });
    return response;
  }
}

/** By which Slack's own repetition is known. */
function idOf(body: Record<string, unknown>): string {
  const { event_id: event, trigger_id: trigger } = body;
  return typeof event === 'string' ? event : typeof trigger === 'string' ? trigger : randomUUID();
}

/** What is said in one conversation is taken in order. */
function conversationOf(body: Record<string, unknown>): string {
  const {
    event,
    channel,
    channel_id: id,
  } = body as {
    event?: { channel?: unknown; item?: { channel?: unknown } };
    channel?: { id?: unknown };
    channel_id?: unknown;
  };
  return String(event?.channel ?? event?.item?.channel ?? channel?.id ?? id ?? '');
}
