import type { ChannelAdapter, OutboundMessage } from '../../src/channels/channel-adapter';
import { ChannelSendError } from '../../src/channels/channel-adapter';
import { SilentLoggerFactory } from '../../src/common/logger';
import type { ChannelDirectory } from '../../src/events/channel-directory';
import { EventBus } from '../../src/events/event-bus';
import type { DatabaseService } from '../../src/storage/database.service';
import { LeaseService } from '../../src/storage/lease.service';
import { TestDatabase } from '../harness/stores';
import type { ConfigService } from '../../src/config/config.service';
import { DeadLetterStore } from '../../src/outbox/dead-letter.store';
import { ChatLines } from '../../src/outbox/chat-lines';
import { DeliveryService } from '../../src/outbox/delivery.service';
import { DeliveryStore } from '../../src/outbox/delivery.store';
import { OutboxDispatcher } from '../../src/outbox/outbox-dispatcher.service';
import { OutboxStore } from '../../src/outbox/outbox.store';
import { PlaceLeases } from '../../src/outbox/place-leases';
import { Places } from '../../src/outbox/places';
import { PlatformCalls } from '../../src/outbox/platform-calls';
import { SentSearchService } from '../../src/outbox/sent-search.service';
import type { StreamPreviewService } from '../../src/outbox/stream-preview.service';

describe('deliveries', () => {
  let home: TestDatabase;
  let database: DatabaseService;
  let store: OutboxStore;
  let deliveries: DeliveryStore;
  let dispatcher: OutboxDispatcher;
  let adapter: Partial<ChannelAdapter>;
  let capabilities: { repeatable?: boolean };
  const sent: string[] = [];
  const queue = async (to: string, count: number): Promise<void> => {
    await database.write('queue', async (transaction) => {
      for (let index = 0; index < count; index++)
        await store.enqueueIn(transaction, `${to}-${index}`, { channel: 'x', account: 'default', to }, [
          { text: `${to} ${index}` },
        ]);
    });
  };

  beforeEach(async () => {
    sent.length = 0;
    home = await TestDatabase.create('sqlite');
    database = await home.open();
    store = new OutboxStore(database);
    capabilities = {};
    adapter = {
      send: ({ route, text }: OutboundMessage) => {
        if (route.to === 'blocked')
          return Promise.reject(new ChannelSendError('rate_limited', 'later', { retryAfterMs: 3_600_000 }));
        sent.push(text);
        return Promise.resolve(text);
      },
    };
    deliveries = new DeliveryStore(database);
    const directory = { find: () => ({ adapter, declaration: { capabilities } }) } as unknown as ChannelDirectory;
    const previews = { settled: () => Promise.resolve() } as unknown as StreamPreviewService;
    const loggers = new SilentLoggerFactory();
    const calls = new PlatformCalls();
    const search = new SentSearchService(deliveries, calls, loggers);
    const lines = new ChatLines();
    const places = new PlaceLeases(database, new LeaseService(database));
    const delivery = new DeliveryService(
      deliveries,
      directory,
      previews,
      search,
      calls,
      lines,
      new EventBus(loggers),
      { config: {} } as ConfigService,
      loggers,
    );
    dispatcher = new OutboxDispatcher(deliveries, directory, delivery, new Places(directory), calls, places, loggers);
  });
  afterEach(async () => {
    await dispatcher.stop(1000);
    await home.remove();
  });

  const settles = async (count: number): Promise<void> => {
    for (let waited = 0; sent.length < count && waited < 1200; waited++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).toHaveLength(count);
  };

  it('go on in other chats behind a thousand that have to wait in one', async () => {
    await queue('blocked', 1000);
    await queue('free', 3);
    await dispatcher.wake('x', 'default');
    await settles(3);
    expect(sent).toEqual(['free 0', 'free 1', 'free 2']);
  });

  it('are all made, each once and in order, however many wait and however often somebody wakes them', async () => {
    await queue('one', 700);
    const first = dispatcher.wake('x', 'default');
    await queue('two', 20);
    await Promise.all([first, dispatcher.wake('x', 'default'), dispatcher.wake('x', 'default')]);
    await settles(720);
    for (const chat of ['one', 'two'])
      expect(sent.filter((text) => text.startsWith(chat))).toEqual(
        Array.from({ length: chat === 'one' ? 700 : 20 }, (_, index) => `${chat} ${index}`),
      );
  });

  it('are read again when the database could not be asked', async () => {
    await queue('one', 1);
    const openIds = deliveries.openIds.bind(deliveries);
    let asked = 0;
    deliveries.openIds = (channel, account) =>
      asked++ === 0 ? Promise.reject(new Error('busy')) : openIds(channel, account);
    await dispatcher.wake('x', 'default');
    await settles(1);
    expect(asked).toBe(2);
  });

  it('go on in other chats while the platform lets five of them hang', async () => {
    const { send } = adapter;
    adapter.send = (message) =>
      message.route.to.startsWith('slow') ? new Promise(() => undefined) : (send as NonNullable<typeof send>)(message);
    for (let chat = 0; chat < 5; chat++) await queue(`slow ${chat}`, 1);
    await queue('free', 2);
    await dispatcher.wake('x', 'default');
    await settles(2);
  });

  it('are one line for all spellings of a chat, also where the platform has to be asked for one', async () => {
    let under = 0;
    let most = 0;
    let asked = 0;
    adapter.placeOf = ({ to }) => (to.startsWith('@') ? undefined : to.replace('tg:', ''));
    adapter.findPlace = () =>
      asked++ === 0
        ? Promise.reject(new ChannelSendError('not_delivered', 'not now'))
        : new Promise((resolve) => setTimeout(resolve, 20, 'ann'));
    adapter.send = async ({ text }) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under--;
      sent.push(text);
      return text;
    };
    for (const spelling of ['@ann', 'ann', 'tg:ann']) await queue(spelling, 3);
    await dispatcher.wake('x', 'default');
    await settles(9);
    expect(most).toBe(1);
    for (const spelling of ['@ann', 'ann', 'tg:ann'])
      expect(sent.filter((text) => text.startsWith(`${spelling} `))).toEqual([0, 1, 2].map((n) => `${spelling} ${n}`));
  });

  it('that may be there are looked for before anything else is sent to the chat', async () => {
    await queue('chat', 3);
    const ids = await deliveries.openIds('x', 'default');
    // An earlier process was cut off in the last one.
    await deliveries.sending(ids[2] ?? '', { place: 'chat' }, { mark: '7', copies: 1 });
    await deliveries.markInterrupted();
    const { send } = adapter;
    adapter.send = (message) => {
      sent.push('sending');
      return (send as NonNullable<typeof send>)(message);
    };
    let steps = 0;
    adapter.findSent = ({ text }, { mark, progress }) => {
      sent.push(`looks for ${text} behind ${mark}, ${progress ?? 'from there'}`);
      return Promise.resolve(
        ++steps < 3 ? { kind: 'unfinished', progress: `step ${steps}` } : { kind: 'found', platformId: '9' },
      );
    };
    await dispatcher.wake('x', 'default');
    await settles(7);
    expect(sent).toEqual([
      'looks for chat 2 behind 7, from there',
      'looks for chat 2 behind 7, step 1',
      'looks for chat 2 behind 7, step 2',
      'sending',
      'chat 0',
      'sending',
      'chat 1',
    ]);
  });

  it('whose copies are one message are sent until the outcome is known', async () => {
    capabilities.repeatable = true;
    const { send } = adapter;
    let count = 0;
    adapter.send = (message) =>
      ++count < 5
        ? Promise.reject(new ChannelSendError('ambiguous', 'cut off', { retryAfterMs: 1 }))
        : (send as NonNullable<typeof send>)(message);
    await queue('chat', 1);
    await dispatcher.wake('x', 'default');
    await settles(1);
    expect(count).toBe(5);
  });

  it.each<[string, () => Error, string, number]>([
    ['the program fails over', () => new TypeError('no such thing'), 'failed', 3],
    ['an adapter fails over without saying how', () => new Error('no idea'), 'uncertain', 2],
    ['nobody can find out about', () => new ChannelSendError('ambiguous', 'cut off'), 'uncertain', 2],
    ['are refused', () => new ChannelSendError('refused', 'never'), 'failed', 1],
  ])('that %s end, with the reason, and are not tried again', async (_, error, state, tries) => {
    let count = 0;
    const { send } = adapter;
    adapter.send = (message) => {
      if (message.text !== 'chat 0') return (send as NonNullable<typeof send>)(message);
      count++;
      throw error();
    };
    await queue('chat', 2);
    await dispatcher.wake('x', 'default');
    await settles(1);
    await dispatcher.wake('x', 'default');
    const [letter] = await new DeadLetterStore(database).list(undefined, 10);
    expect(letter).toMatchObject({ text: 'chat 0', state, attempts: tries });
    expect(letter?.error).toContain(error().message);
    expect(count).toBe(tries);
  });
});
