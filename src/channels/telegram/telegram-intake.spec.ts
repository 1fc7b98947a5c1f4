import type { UserFromGetMe } from 'telegraf/types';
import type { ChannelHost, ChatHappening, InboundUpdate } from '../channel-adapter';
import { TelegramUpdateIntake } from './telegram-intake';
import { TelegramMessageIds } from './telegram-message-ids';
import type { PollStore } from '../polls/poll.store';
import type { ReceivedUpdate } from './telegram-update';

const ANN = { id: 5, is_bot: false, first_name: 'Ann' };
const BO = { id: 9, is_bot: false, first_name: 'Bo' };
const GROUP = { id: -1, type: 'supergroup', title: 'G' };
const poll = {
  id: '7',
  question: 'Tea?',
  options: [
    { text: 'yes', voter_count: 0 },
    { text: 'no', voter_count: 0 },
  ],
};

describe('updates of Telegram', () => {
  let received: InboundUpdate[];
  let happened: ChatHappening[];
  const polls = { find: () => Promise.resolve(undefined) } as unknown as PollStore;
  const take = (update: object): Promise<void> => {
    received = [];
    happened = [];
    const host = {
      receive: (each: InboundUpdate) => Promise.resolve(void received.push(each)),
      happened: (each: ChatHappening) => Promise.resolve(void happened.push(each)),
    } as unknown as ChannelHost;
    return new TelegramUpdateIntake({
      account: 'default',
      bot: { id: 7000, username: 'nest_bot' } as UserFromGetMe,
      host,
      ids: new TelegramMessageIds(),
      polls,
      notBefore: () => 0,
      facts: () => ({ settings: { allowFrom: [5] }, mentionPatterns: [] }),
      answer: () => Promise.reject(new Error('Telegram is away')),
      moved: () => Promise.resolve(),
    }).take({ update_id: 1, ...update } as ReceivedUpdate);
  };
  const business = (from: object, more: object = {}): object => ({
    business_message: {
      message_id: 4,
      date: 1,
      business_connection_id: 'c',
      from,
      chat: { id: 9, type: 'private', first_name: 'Bo' },
      text: 'see you',
      ...more,
    },
  });

  it('a customer is answered; what the holder of the account writes to them is only known', async () => {
    await take(business(BO));
    expect(received).toMatchObject([{ text: 'see you', chat: { id: 'business:c:9' } }]);
    await take(business(ANN));
    expect(received).toEqual([]);
    expect(happened).toMatchObject([
      {
        isFromPlatform: true,
        text: 'Ann wrote in this chat: see you',
        sender: { id: '9' },
        chat: { id: 'business:c:9' },
      },
    ]);
    await take(business(ANN, { sender_business_bot: { id: 7000, is_bot: true, first_name: 'Nest' } }));
    expect([...received, ...happened]).toEqual([]);
  });

  it('messages that are taken back there are known by the ids under which they came', async () => {
    await take(business(BO));
    const [{ externalId } = { externalId: '' }] = received;
    await take({
      deleted_business_messages: { business_connection_id: 'c', chat: { id: 9, type: 'private' }, message_ids: [4] },
    });
    expect(happened).toMatchObject([{ kind: 'deleted', about: externalId }]);
  });

  it('people who come are told once, whichever way Telegram tells it; a ban is told beside it', async () => {
    await take({ message: { message_id: 5, date: 8, from: BO, chat: GROUP, new_chat_members: [BO] } });
    const [service] = happened;
    const change = (before: string, after: string): object => ({
      chat_member: {
        chat: GROUP,
        from: BO,
        date: 8,
        old_chat_member: { status: before, user: BO },
        new_chat_member: { status: after, user: BO },
      },
    });
    await take(change('left', 'member'));
    expect(happened[0]).toMatchObject({
      externalId: service?.externalId,
      text: 'Bo joined the group.',
      isFromPlatform: true,
    });
    await take(change('member', 'kicked'));
    expect(happened[0]?.externalId).not.toBe(service?.externalId);
  });

  it('votes in a poll that is not known are told with the voter, its end with the first who is listed', async () => {
    await take({ poll_answer: { poll_id: '7', user: BO, option_ids: [1] } });
    expect(happened).toMatchObject([{ chat: { id: '9', type: 'direct' }, text: 'Bo voted for answer 2 in poll 7.' }]);
    await take({ poll });
    expect(happened).toMatchObject([{ chat: { id: '5', type: 'direct' } }]);
  });

  it('what a bot changes in a message that was sent through it stays the word of others', async () => {
    const via = { id: 8, is_bot: true, first_name: 'Cats' };
    await take({ edited_message: { message_id: 4, date: 1, from: ANN, chat: GROUP, via_bot: via, text: 'buy now' } });
    expect(happened).toMatchObject([{ kind: 'edited', text: '', shared: [{ sender: 'Cats', text: 'buy now' }] }]);
  });

  it('whoever presses the stop under an answer stops it', async () => {
    await take({ stopped_message_generation: { chat: { id: 5, type: 'private', first_name: 'Ann' }, draft_id: 1 } });
    expect(received).toMatchObject([{ text: '/stop', sender: { id: '5' } }]);
  });

  it('an answer that Telegram does not take stops nothing', async () => {
    await expect(take({ inline_query: { id: 'i' } })).resolves.toBeUndefined();
  });
});
