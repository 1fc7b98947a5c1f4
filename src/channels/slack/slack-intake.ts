import { isDeepStrictEqual } from 'node:util';
import { plainName } from '../../common/plain-name';
import type { ChannelHost, InboundUpdate, ThreadMessage } from '../channel-adapter';
import { type SlackContent, contentOf, sharedFor, textFor, unnamedOf } from './content/slack-content';
import { ABOUT_OTHERS, WRITTEN, happenedWords } from './content/slack-happenings';
import {
  type SlackFacts,
  type SlackMessage,
  chatOf,
  externalIdOf,
  idList,
  inboundOf,
  isOwn,
  kindOf,
  policyOf,
} from './slack-inbound';
import type { SlackNames } from './slack-names';
import { responseId } from './slack-replies';

/** Events of Slack's Events API; only what is read here. */
export interface SlackEvent extends SlackMessage {
  type: string;
  name?: unknown;
  topic?: unknown;
  purpose?: unknown;
  room?: unknown;
  message?: SlackMessage;
  previous_message?: SlackMessage;
  deleted_ts?: string;
  reaction?: string;
  item?: { type?: string; channel?: string; ts?: string };
  item_user?: string;
  event_ts?: string;
}

export interface SlackCommand {
  command: string;
  text: string;
  user_id: string;
  user_name?: string;
  channel_id: string;
  response_url: string;
  trigger_id: string;
}

export interface SlackAction {
  user: { id: string; name?: string };
  channel?: { id: string };
  message?: { ts: string; thread_ts?: string };
  actions: { value?: string; action_ts?: string }[];
  trigger_id?: string;
}

/** What Slack tells → the words all channels share → disk. Each resolves when it is there. */
export class SlackIntake {
  constructor(
    private readonly host: ChannelHost,
    private readonly names: SlackNames,
    private readonly facts: () => Omit<SlackFacts, 'nameOf' | 'naming' | 'channelName'>,
    /** Whether a word is the name of a chat command. */
    private readonly isCommand: (text: string) => boolean,
  ) {}

  /** A message of the history that was missed. */
  found(message: SlackMessage, signal: AbortSignal): Promise<void> {
    const update = { id: `${message.channel}:${message.ts}`, raw: message };
    return this.host.take(update, () => this.message({ ...message, type: 'message' }), signal);
  }

  /** Messages of a thread in the words that all channels share; what only happened there is left out. */
  async retold(messages: readonly SlackMessage[]): Promise<ThreadMessage[]> {
    const all: ThreadMessage[] = [];
    for (const message of messages) {
      const content = contentOf(message);
      const facts = await this.factsFor(message, content);
      if (isOwn(message, facts.bot))
        all.push({ own: textFor(content, facts.naming, facts.bot.userId), messageId: message.ts });
      const said = inboundOf(message, facts, content);
      if (said) all.push({ said });
    }
    return all;
  }

  async message(event: SlackEvent): Promise<void> {
    const { subtype } = event;
    if (subtype === 'message_changed') return this.changed(event);
    if (subtype === 'message_deleted' || subtype === 'tombstone') return this.deleted(event);
    if (subtype !== undefined && ABOUT_OTHERS.has(subtype)) return;
    if (!WRITTEN.has(subtype)) return this.service(event);
    const content = contentOf(event);
    const facts = await this.factsFor(event, content);
    const update = inboundOf(event, facts, content);
    if (update) await this.host.receive(update);
  }

  /** What happened in a conversation. */
  private async service(event: SlackEvent): Promise<void> {
    if (isOwn(event, this.facts().bot)) return;
    const content = contentOf(event);
    const { naming, bot } = await this.factsFor(event, content);
    const words = happenedWords(event, textFor(content, naming, bot.userId));
    if (words !== undefined) await this.note(event, externalIdOf(event), `${this.nameOf(event.user)} ${words}.`);
  }

  async reaction(event: SlackEvent): Promise<void> {
    const { item, user = '', reaction = '' } = event;
    if (item?.type !== 'message' || !item.channel || !item.ts) return;
    const { settings, bot } = this.facts();
    const mode = settings.reactionNotifications ?? 'own';
    const isOwn = event.item_user === bot.userId;
    if (user === bot.userId || mode === 'off' || (mode === 'own' && !isOwn)) return;
    if (mode === 'allowlist' && !idList(settings.reactionAllowlist).includes(user)) return;
    await this.names.learn([user], []);
    const message = `${isOwn ? 'your message' : 'a message'} ${item.ts}`;
    const words = event.type === 'reaction_removed' ? `took back :${reaction}: from` : `reacted with :${reaction}: to`;
    await this.note(
      { ...event, channel: item.channel, ts: item.ts },
      `${event.type}:${item.channel}:${item.ts}:${user}:${reaction}:${event.event_ts ?? ''}`,
      `${this.nameOf(user)} ${words} ${message}.`,
    );
  }

  async joined(event: SlackEvent): Promise<void> {
    if (event.user === this.facts().bot.userId) return;
    await this.names.learn([event.user ?? ''], [event.channel]);
    const id = `joined:${event.channel}:${event.user ?? ''}:${event.event_ts ?? ''}`;
    await this.note(event, id, `${this.nameOf(event.user)} joined the channel.`);
  }

  async command(command: SlackCommand): Promise<void> {
    const { settings } = this.facts();
    const own = `/${(settings.slashCommand?.name ?? 'openclaw').replace(/^\//, '')}`;
    const words = command.text.trim();
    const text =
      command.command !== own
        ? `${command.command} ${words}`.trim()
        : this.isCommand(`/${words}`)
          ? `/${words}`
          : words;
    if (text === '') return this.command({ ...command, text: 'help' });
    const isPrivate = settings.slashCommand?.ephemeral !== false;
    await this.said(
      command.channel_id,
      { id: command.user_id, ...(command.user_name ? { name: command.user_name } : {}) },
      {
        externalId: `command:${command.trigger_id}`,
        text,
        ...(isPrivate ? { messageId: responseId(command.response_url) } : {}),
      },
    );
  }

  async pressed(press: SlackAction): Promise<void> {
    const [action] = press.actions;
    if (!press.channel || !action?.value) return;
    await this.said(press.channel.id, press.user, {
      externalId: `action:${press.trigger_id ?? ''}:${action.action_ts ?? ''}`,
      text: action.value,
      ...(press.message?.thread_ts ? { threadTs: press.message.thread_ts } : {}),
    });
  }

  /** Whoever uses a command or presses a button speaks to the bot. */
  private async said(
    channel: string,
    user: { id: string; name?: string },
    what: { externalId: string; text: string; messageId?: string; threadTs?: string },
  ): Promise<void> {
    const message: SlackMessage = {
      channel,
      ts: '0',
      user: user.id,
      ...(what.threadTs ? { thread_ts: what.threadTs } : {}),
    };
    const facts = await this.factsFor(message);
    const known = facts.nameOf(user.id);
    const update: InboundUpdate = {
      externalId: what.externalId,
      chat: chatOf(message, facts),
      sender: { id: user.id, ...(known ?? (user.name ? { name: user.name } : {})), isBot: false },
      ...(what.messageId ? { messageId: what.messageId } : {}),
      text: what.text,
      mentionsBot: true,
      policy: policyOf(facts, message),
    };
    await this.host.receive(update);
  }

  private async changed(event: SlackEvent): Promise<void> {
    const { message, previous_message: before } = event;
    if (!message) return;
    if (message.subtype === 'tombstone') return this.deleted({ ...event, previous_message: before ?? message });
    const content = contentOf(message);
    // Link previews are changes too; only what people see changed by its writer is an edit.
    if (before && isDeepStrictEqual(withoutPreviews(content), withoutPreviews(contentOf(before)))) return;
    const whole = { ...message, channel: event.channel };
    const facts = await this.factsFor(whole, content);
    const typed = { ...whole, ...(event.channel_type ? { channel_type: event.channel_type } : {}) };
    const update = inboundOf(typed, facts, content);
    if (!update) return;
    await this.host.happened({
      externalId: `edited:${event.channel}:${message.ts}:${event.ts}`,
      kind: 'edited',
      about: externalIdOf(whole),
      text: update.text,
      shared: sharedFor({ ...content, shares: content.shares.filter(({ isPreview }) => !isPreview) }, facts.naming),
      chat: update.chat,
      sender: update.sender,
      policy: update.policy,
    });
  }

  private async deleted(event: SlackEvent): Promise<void> {
    const ts = event.previous_message?.ts ?? event.deleted_ts ?? event.ts;
    const before = event.previous_message ?? { channel: event.channel, ts };
    const whole = { ...before, channel: event.channel };
    if (isOwn(whole, this.facts().bot)) return;
    const facts = await this.factsFor(whole);
    await this.host.happened({
      externalId: `deleted:${event.channel}:${ts}`,
      kind: 'deleted',
      about: externalIdOf(whole),
      text: '',
      chat: chatOf(whole, facts),
      sender: { id: before.user ?? before.bot_id ?? '', isBot: before.bot_id !== undefined },
      policy: policyOf(facts, whole),
    });
  }

  private async note(event: SlackMessage, externalId: string, text: string): Promise<void> {
    const facts = await this.factsFor(event);
    const id = event.user ?? event.bot_id ?? '';
    await this.host.happened({
      externalId,
      kind: 'note',
      text,
      chat: chatOf(event, facts),
      sender: { id, ...facts.nameOf(id), isBot: event.bot_id !== undefined },
      policy: policyOf(facts, event),
    });
  }

  private nameOf(user: string | undefined): string {
    return plainName(this.names.person(user ?? '')?.name ?? user ?? '') || 'Somebody';
  }

  /** Names that a message needs are known then, as far as they can be had soon. */
  private async factsFor(message: SlackMessage, content?: SlackContent): Promise<SlackFacts> {
    const channel = kindOf(message) === 'channel' ? message.channel : undefined;
    const unnamed = content ? unnamedOf(content) : { people: [], channels: [], groups: [] };
    await this.names.learn(
      [message.user ?? '', ...unnamed.people],
      [...(channel === undefined ? [] : [channel]), ...unnamed.channels],
      unnamed.groups,
    );
    const channelName = channel === undefined ? undefined : this.names.channel(channel);
    return {
      ...this.facts(),
      nameOf: (id) => this.names.person(id),
      naming: this.names.naming,
      ...(channelName ? { channelName } : {}),
    };
  }
}

/** What a message says without the previews of its links, which Slack adds afterwards, and without what is only in form. */
const withoutPreviews = ({ markup, shares, media }: SlackContent): unknown => [
  markup,
  media,
  shares.filter(({ isPreview }) => !isPreview),
];
