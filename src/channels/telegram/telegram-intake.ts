import type { CallbackQuery, User, UserFromGetMe } from 'telegraf/types';
import type { ChannelHost, ChatHappening, InboundUpdate } from '../channel-adapter';
import { voteWords, voterNames } from '../polls/poll-words';
import type { KeptPoll, PollKey, PollStore } from '../polls/poll.store';
import { pressedMessage } from './telegram-buttons';
import type { TelegramIntake } from './telegram-context';
import * as happening from './telegram-happenings';
import { externalIdOf, inboundOf } from './telegram-inbound';
import { type Poll, type ReceivedMessage, type TelegramChat, received } from './telegram-message';
import type { TelegramMessageIds } from './telegram-message-ids';
import { chatName, chatOf, personName, personOf, senderOf, topicOf } from './telegram-people';
import { businessChat } from './telegram-places';
import { type InboundFacts, idList, policyOf } from './telegram-policy';
import { choicesOf, stateOf } from './telegram-polls';
import { refusalOf } from './telegram-refusals';
import { serviceText } from './telegram-service';
import type { MemberChange, PollAnswer, ReactionChange, ReactionCount, ReceivedUpdate } from './telegram-update';

export interface IntakeOptions {
  account: string;
  bot: UserFromGetMe;
  host: ChannelHost;
  ids: TelegramMessageIds;
  polls: PollStore;
  /** Moment of the monotonic clock after which what is told now came into being. */
  notBefore(): number;
  facts(): Omit<InboundFacts, 'bot'>;
  /** A call that answers what can't be done, or confirms; nothing is lost when it fails. */
  answer(method: string, params: Record<string, unknown>): Promise<unknown>;
  /** A group has become another chat with a new id. */
  moved(from: string, to: string): Promise<void>;
}

/** What Telegram tells → the words all channels share → disk. Each resolves when it is there. */
export class TelegramUpdateIntake implements TelegramIntake {
  constructor(private readonly options: IntakeOptions) {}

  async take(update: ReceivedUpdate): Promise<void> {
    const told = update.message ?? update.channel_post ?? update.business_message;
    const changed = update.edited_message ?? update.edited_channel_post ?? update.edited_business_message;
    if (told) return this.message(told);
    if (changed) return this.edited(changed, update.update_id);
    if (update.callback_query) return this.pressed(update.callback_query);
    if (update.message_reaction) return this.reacted(update.message_reaction, update.update_id);
    if (update.message_reaction_count) return this.counted(update.message_reaction_count);
    if (update.deleted_business_messages) return this.deleted(update.deleted_business_messages);
    if (update.poll_answer) return this.voted(update.poll_answer, update.update_id);
    if (update.poll) return this.counting(update.poll, update.update_id);
    if (update.stopped_message_generation) return this.stopped(update.stopped_message_generation, update.update_id);
    const refusal = refusalOf(update);
    if (refusal) await this.options.answer(...refusal).catch(() => undefined);
    for (const each of this.happenings(update)) await this.options.host.happened(each);
  }

  private async message(message: ReceivedMessage): Promise<void> {
    const { account, host, ids } = this.options;
    const chat = String(message.chat.id);
    const { business_connection_id: businessId } = message;
    const place = businessId === undefined ? chat : businessChat(businessId, chat);
    if (message.message_id > 0) ids.note(account, place, message.message_id, this.options.notBefore());
    const { migrate_to_chat_id: movedTo } = message as { migrate_to_chat_id?: number };
    if (movedTo !== undefined) return this.options.moved(chat, String(movedTo));
    const service = serviceText(message);
    if (service !== undefined) return this.service(message, service);
    const update = inboundOf(message, this.facts());
    if (!update) return;
    if (businessId === undefined) await host.receive(update);
    else if (!isOfAccount(message)) await host.receive(ofBusiness(update, businessId));
    // What the bot itself says there is known.
    else if (!message.sender_business_bot) await host.happened(this.ownWords(message, update, businessId));
  }

  /** People who come and go are told in two ways, each of them once. */
  private async service(message: ReceivedMessage, text: string): Promise<void> {
    const { new_chat_members: joined = [], left_chat_member: left } = message as {
      new_chat_members?: User[];
      left_chat_member?: User;
    };
    const people = [...joined, ...(left ? [left] : [])];
    if (people.length === 0) return this.note(message, externalIdOf(message), text);
    for (const person of people) {
      const words = left ? text : (serviceText({ ...message, new_chat_members: [person] } as ReceivedMessage) ?? text);
      const id = happening.passageId(message.chat, person, message.date, left ? 'out' : 'in');
      await this.note(message, id, words);
    }
  }

  private async edited(message: ReceivedMessage, updateId: number): Promise<void> {
    const { business_connection_id: businessId, location } = message;
    const said = inboundOf(message, this.facts());
    if (!said) return;
    const {
      externalId: about,
      chat,
      sender,
      policy,
      text,
      shared,
    } = businessId === undefined ? said : ofBusiness(said, businessId);
    await this.options.host.happened({
      externalId: `edited:${externalIdOf(message)}:${updateId}`,
      kind: 'edited',
      about,
      text,
      ...(shared ? { shared } : {}),
      ...(location ? { isMoving: true } : {}),
      chat,
      sender,
      policy,
    });
  }

  private async deleted(gone: NonNullable<ReceivedUpdate['deleted_business_messages']>): Promise<void> {
    const { business_connection_id: businessId, chat, message_ids: ids } = gone;
    for (const id of ids)
      await this.options.host.happened({
        externalId: `deleted:business:${chat.id}:${id}`,
        kind: 'deleted',
        about: businessExternalId(`${chat.id}:${id}`),
        text: '',
        chat: { id: businessChat(businessId, String(chat.id)), type: 'direct' },
        sender: { id: String(chat.id), name: chatName(chat), isBot: false },
        policy: businessPolicy(policyOf(this.facts(), undefined, undefined)),
      });
  }

  private async reacted(reaction: ReactionChange, updateId: number): Promise<void> {
    const { chat, message_id: messageId, user, actor_chat: actor, date } = reaction;
    const about = this.reactedMessage(chat, messageId);
    if (about === undefined) return;
    const sender = user ? personOf(user) : { id: String(actor?.id ?? chat.id), isBot: false };
    await this.options.host.happened({
      // Somebody may change their mind within a second, and numbers of updates begin anew after a week.
      externalId: `reaction:${chat.id}:${messageId}:${sender.id}:${date}:${updateId}`,
      kind: 'note',
      about: `${chat.id}:${messageId}`,
      text: happening.reactionText(reaction, about),
      chat: chatOf({ chat }),
      sender,
      policy: policyOf(this.facts(), chat.type === 'private' ? undefined : String(chat.id), undefined),
    });
  }

  private async counted(counts: ReactionCount): Promise<void> {
    const { chat, message_id: messageId, date } = counts;
    const about = this.reactedMessage(chat, messageId);
    if (about === undefined) return;
    const told = {
      externalId: `reactions:${chat.id}:${messageId}:${date}`,
      text: happening.reactionCounts(counts, about),
    };
    await this.options.host.happened(happening.ofChat(this.facts(), chat, undefined, told));
  }

  /** How the message of a reaction is called; undefined where the account does not want to hear of it. */
  private reactedMessage(chat: TelegramChat, messageId: number): string | undefined {
    const mode = this.facts().settings.reactionNotifications ?? 'own';
    const isOwn = this.options.ids.isOwn(this.options.account, String(chat.id), messageId);
    if (mode === 'off' || (mode === 'own' && !isOwn)) return undefined;
    return `${isOwn ? 'your message' : 'a message'} ${messageId}`;
  }

  private async pressed(query: CallbackQuery): Promise<void> {
    const message = pressedMessage(query);
    const update = message && inboundOf(received(message), { ...this.facts(), mentionPatterns: [] });
    // The person presses in the group itself: that counts as speaking to the bot.
    if (update) await this.options.host.receive({ ...update, externalId: `press:${query.id}`, mentionsBot: true });
    const told = update ? {} : { text: 'This button does nothing any more.' };
    // When this fails, the clock on the button goes by itself.
    await this.options.answer('answerCallbackQuery', { callback_query_id: query.id, ...told }).catch(() => undefined);
  }

  /** Somebody has pressed the stop under an answer that is being written, in a chat with the bot alone. */
  private async stopped(
    { chat, message_thread_id: thread }: NonNullable<ReceivedUpdate['stopped_message_generation']>,
    updateId: number,
  ): Promise<void> {
    if (chat.type !== 'private') return;
    const from = { id: chat.id, is_bot: false, first_name: chat.first_name ?? '' };
    const topic = thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true };
    const update = inboundOf({ message_id: 0, date: 0, chat, from, text: '/stop', ...topic }, this.facts());
    if (update) await this.options.host.receive({ ...update, externalId: `stopped:${updateId}` });
  }

  /** What happened beside messages, in the conversation it belongs to. */
  private happenings(update: ReceivedUpdate): ChatHappening[] {
    const facts = this.facts();
    const id = (kind: string): string => `${kind}:${update.update_id}`;
    const person = (kind: string, user: User, text: string): ChatHappening[] => [
      happening.ofPerson(facts, user, { externalId: id(kind), text }),
    ];
    const chat = (kind: string, where: TelegramChat, who: User | undefined, text: string): ChatHappening[] => [
      happening.ofChat(facts, where, who, { externalId: id(kind), text }),
    ];
    const { business_connection: connection, chat_join_request: asked, chat_boost: boost } = update;
    const { removed_chat_boost: unboost, managed_bot: managed, subscription, purchased_paid_media: bought } = update;
    const { chosen_inline_result: chosen, guest_message: guest } = update;
    if (connection) return person('connection', connection.user, happening.connectionText(connection));
    const member = update.my_chat_member ?? update.chat_member;
    if (member) return [this.member(member, update.update_id)];
    if (asked) {
      const bio = asked.bio ? ` They say of themselves: ${asked.bio}` : '';
      return chat(
        'asked',
        asked.chat,
        asked.from,
        `${personName(asked.from)} (id ${asked.from.id}) asks to join.${bio}`,
      );
    }
    const booster = boost?.boost.source.user ?? unboost?.source.user;
    const name = booster ? personName(booster) : 'Somebody';
    if (boost) return chat('boost', boost.chat, booster, `${name} boosted the chat.`);
    if (unboost) return chat('unboost', unboost.chat, booster, `A boost of ${name} ended.`);
    if (managed)
      return person('managed', managed.user, `The managed bot ${managed.bot ? personName(managed.bot) : ''} changed.`);
    if (subscription)
      return person('subscription', subscription.user, `The subscription of ${personName(subscription.user)} changed.`);
    if (bought) return person('bought', bought.from, `${personName(bought.from)} bought paid media.`);
    if (chosen) return person('chosen', chosen.from, `${personName(chosen.from)} chose an inline result of the bot.`);
    if (guest?.from)
      return person(
        'guest',
        guest.from,
        `${personName(guest.from)} called the bot in a chat where it is no member, and was told to write here.`,
      );
    return [];
  }

  private member(change: MemberChange, updateId: number): ChatHappening {
    const { chat } = change;
    const told = { externalId: happening.memberId(change, updateId), text: happening.memberText(change) };
    return happening.ofChat(this.facts(), chat, chat.type === 'private' ? change.from : undefined, told);
  }

  private pollKey(pollId: string): PollKey {
    return { channel: 'telegram', account: this.options.account, pollId };
  }

  private async voted(vote: PollAnswer, updateId: number): Promise<void> {
    const { polls, host } = this.options;
    const key = this.pollKey(vote.poll_id);
    const sent = await polls.find(key);
    const voter = happening.voterOf(vote);
    const choices = choicesOf(vote, sent?.state);
    const text = sent
      ? voteWords(voter.name, await polls.vote(key, { voter, choices }), choices, sent.state)
      : happening.strangeVote(voter.name, vote.poll_id, vote);
    const told = this.aboutPoll(sent, vote.user, { externalId: `vote:${updateId}`, text });
    if (told) await host.happened(told);
  }

  private async counting(poll: Poll, updateId: number): Promise<void> {
    const { polls, host } = this.options;
    const key = this.pollKey(poll.id);
    const sent = await polls.find(key);
    const state = stateOf(poll);
    if (sent) await polls.update(key, state);
    const votes = sent && poll.is_anonymous === false ? await polls.votes(key) : [];
    const text = happening.pollState(poll, (index) => voterNames(state.options[index]?.id ?? '', votes));
    const told = this.aboutPoll(sent, undefined, { externalId: `poll:${updateId}`, text });
    if (told) await host.happened({ ...told, topic: `poll:${poll.id}` });
  }

  /** In the chat of the poll where that is known, else with the voter, else with the first of the list. */
  private aboutPoll(
    sent: KeptPoll | undefined,
    voter: User | undefined,
    told: Pick<ChatHappening, 'externalId' | 'text'>,
  ): ChatHappening | undefined {
    const facts = this.facts();
    if (sent) {
      const { to, chatType, threadId } = sent.route;
      const isDirect = chatType === undefined ? !to.startsWith('-') : chatType === 'direct';
      const type = isDirect ? 'private' : chatType === 'channel' ? 'channel' : 'supergroup';
      const note = happening.ofChat(facts, { id: Number(to), type }, undefined, told);
      return { ...note, chat: { ...note.chat, ...(threadId ? { threadId } : {}) } };
    }
    if (voter) return happening.ofPerson(facts, voter, told);
    const [owner] = idList(facts.settings.allowFrom).filter((each) => Number(each) > 0);
    return owner === undefined
      ? undefined
      : happening.ofPerson(facts, { id: Number(owner), is_bot: false, first_name: '' }, told);
  }

  private async note(message: ReceivedMessage, externalId: string, text: string): Promise<void> {
    const group = message.chat.type === 'private' ? undefined : String(message.chat.id);
    await this.options.host.happened({
      externalId,
      kind: 'note',
      text,
      chat: chatOf(message),
      sender: senderOf(message) ?? { id: String(message.chat.id), isBot: false },
      policy: policyOf(this.facts(), group, topicOf(message)),
    });
  }

  /** What the holder of a business account writes to a customer is for the customer; the assistant only knows of it. */
  private ownWords(message: ReceivedMessage, update: InboundUpdate, businessId: string): ChatHappening {
    const { externalId, chat, policy } = ofBusiness(update, businessId);
    const words = [update.text, ...(update.shared ?? []).map(({ text }) => text)].filter(Boolean).join('\n');
    return {
      externalId,
      kind: 'note',
      isFromPlatform: true,
      text: `${message.from ? personName(message.from) : 'The holder of the account'} wrote in this chat: ${words}`,
      chat,
      sender: { id: String(message.chat.id), name: chatName(message.chat), isBot: false },
      policy,
    };
  }

  private facts(): InboundFacts {
    return { ...this.options.facts(), bot: this.options.bot };
  }
}

/** In a private chat of a business account, whoever is not the other side is its holder, or the bot for them. */
const isOfAccount = ({ chat, from, sender_business_bot: bot }: ReceivedMessage): boolean =>
  bot !== undefined || (chat.type === 'private' && from !== undefined && from.id !== chat.id);

const businessExternalId = (externalId: string): string => `business:${externalId}`;

/** Customers are not asked to pair. */
const businessPolicy = (policy: InboundUpdate['policy']): InboundUpdate['policy'] => ({
  ...policy,
  dmPolicy: policy.dmPolicy === 'pairing' ? 'allowlist' : policy.dmPolicy,
});

/** Somebody writes to the owner's own account, which the bot looks after: answers go there by the connection. */
const ofBusiness = (update: InboundUpdate, businessId: string): InboundUpdate => ({
  ...update,
  externalId: businessExternalId(update.externalId),
  chat: { ...update.chat, id: businessChat(businessId, update.chat.id) },
  policy: businessPolicy(update.policy),
});
