import type { ChannelAdapter, OutboundMessage } from '../../src/channels/channel-adapter';
import { ChannelSendError } from '../../src/channels/channel-adapter';
import { SilentLoggerFactory } from '../../src/common/logger';
import type { ChannelDirectory } from '../../src/events/channel-directory';
import type { DatabaseService } from '../../src/storage/database.service';
import { TestDatabase } from '../harness/stores';
import { OutboxDispatcher } from '../../src/outbox/outbox-dispatcher.service';
import { OutboxStore } from '../../src/outbox/outbox.store';
import type { StreamPreviewService } from '../../src/outbox/stream-preview.service';

describe('deliveries', () => {
  let home: TestDatabase;
  let database: DatabaseService;
  let store: OutboxStore;
  let dispatcher: OutboxDispatcher;
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
    const adapter: Partial<ChannelAdapter> = {
      send: ({ route, text }: OutboundMessage) => {
        if (route.to === 'blocked')
          return Promise.reject(new ChannelSendError('rate_limited', 'later', { retryAfterMs: 3_600_000 }));
        sent.push(text);
        return Promise.resolve(text);
      },
    };
    dispatcher = new OutboxDispatcher(
      store,
      { find: () => ({ adapter }) } as unknown as ChannelDirectory,
      { settled: () => Promise.resolve() } as unknown as StreamPreviewService,
      new SilentLoggerFactory(),
    );
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
  }, 90_000);

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
  }, 90_000);

  it('are read again when the database could not be asked', async () => {
    await queue('one', 1);
    const openIds = store.openIds.bind(store);
    let asked = 0;
    store.openIds = (channel, account) =>
      asked++ === 0 ? Promise.reject(new Error('busy')) : openIds(channel, account);
    await dispatcher.wake('x', 'default');
    await settles(1);
    expect(asked).toBe(2);
  }, 90_000);
});
