import fc from 'fast-check';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { SearchStep, SentMessage } from '../channel-adapter';
import { TelegramMessageIds } from './telegram-message-ids';
import { searchStep } from './telegram-search';

/** What may stand behind a number: known to this process, known on disk, or to nobody. */
const KINDS = ['known', 'on disk', 'of others', 'sticker'] as const;
type Kind = (typeof KINDS)[number] | 'lost';

interface World {
  account: string;
  chat: string;
  mark: number;
  behind: readonly Kind[];
  /** Another place with messages of its own, in which the numbers mean something else. */
  elsewhere?: string;
  /** Where other messages are looked for. */
  others?: readonly string[];
}

const route = (to: string): DeliveryRoute => ({ channel: 'telegram', account: 'default', to });

/** Looks as the outbox does, each step with nothing but what the last one left. */
async function look({
  account,
  chat,
  mark,
  behind,
  elsewhere,
  others = [],
}: World): Promise<{ end: SearchStep; probed: number[] }> {
  const ids = new TelegramMessageIds();
  ids.note(account, chat, mark);
  behind.forEach((kind, index) => kind === 'known' && ids.note(account, chat, mark + 1 + index));
  const kindOf = (id: number): Kind | undefined => behind[id - mark - 1];
  const probed: number[] = [];
  const known = (wanted: readonly string[]): Promise<SentMessage[]> =>
    Promise.resolve(
      wanted.flatMap((platformId) => [
        ...(kindOf(Number(platformId)) === 'on disk' ? [{ route: route(`tg:${chat}`), platformId }] : []),
        ...(elsewhere && Number(platformId) <= mark + 30 ? [{ route: route(elsewhere), platformId }] : []),
      ]),
    );
  let progress: string | undefined;
  for (let step = 0; step < 50; step++) {
    const end = await searchStep(
      {
        account,
        chat,
        ids,
        isCaughtUp: () => true,
        probe: (id) => {
          probed.push(id);
          return Promise.resolve(kindOf(id) === 'lost');
        },
      },
      {
        mark: String(mark),
        ...(progress === undefined ? {} : { progress }),
        elapsedMs: 0,
        sinceCutMs: 0,
        others,
        known,
      },
    );
    if (end.kind !== 'unfinished') return { end, probed };
    ({ progress } = end);
  }
  throw new Error('the search does not end');
}

const anyWorld = fc.record({
  account: fc.constant('default'),
  chat: fc.constantFrom('810000', '-42', '-1002000000001', 'business:abc:5'),
  mark: fc.integer({ min: 1, max: 1_000_000 }),
  behind: fc.array(fc.constantFrom<Kind>(...KINDS), { maxLength: 60 }),
});

describe('the search for a message without a known outcome', () => {
  it('asks about no number that is known, about few, and about each once', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async (world) => {
        const { end, probed } = await look(world);
        expect(end).toEqual({ kind: 'absent' });
        expect(probed.length).toBeLessThanOrEqual(8);
        expect(new Set(probed).size).toBe(probed.length);
        for (const id of probed)
          expect(['of others', 'sticker', undefined]).toContain(world.behind[id - world.mark - 1]);
      }),
    );
  });

  it('finds the message behind any number of known ones and some that nobody knows', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, fc.nat(60), async (world, at) => {
        const before = world.behind.slice(0, at);
        fc.pre(before.filter((kind) => kind === 'of others' || kind === 'sticker').length < 3);
        const behind: Kind[] = [...before, 'lost', ...world.behind.slice(at)];
        const { end } = await look({ ...world, behind });
        expect(end).toEqual({ kind: 'found', platformId: String(world.mark + 1 + before.length) });
      }),
    );
  });

  it('in a quiet chat asks three times', async () => {
    expect(await look({ account: 'default', chat: '5', mark: 9, behind: [] })).toEqual({
      end: { kind: 'absent' },
      probed: [10, 11, 12],
    });
  });

  it('asks once more for each other message that is looked for in the same sequence of numbers, and for no other', async () => {
    const quiet = { account: 'default', mark: 9, behind: [] };
    const others = ['5', '6', '-1002000000001'];
    expect((await look({ ...quiet, chat: '7', others })).probed).toEqual([10, 11, 12, 13, 14]);
    expect((await look({ ...quiet, chat: '-1002000000001', others })).probed).toEqual([10, 11, 12, 13]);
    expect((await look({ ...quiet, chat: '-1002000000002', others })).probed).toEqual([10, 11, 12]);
  });

  it('tells numbers of a supergroup from the same ones of private chats, and private chats not from each other', async () => {
    const lost = { account: 'default', mark: 9, behind: ['lost'] as Kind[] };
    const found = { kind: 'found', platformId: '10' };
    expect((await look({ ...lost, chat: '-1002000000001', elsewhere: '5' })).end).toEqual(found);
    expect((await look({ ...lost, chat: '5', elsewhere: '-1002000000001' })).end).toEqual(found);
    expect((await look({ ...lost, chat: '5', elsewhere: 'user:6' })).end).toEqual({ kind: 'absent' });
  });

  it('waits for what people said meanwhile, but not for ever', async () => {
    const ids = new TelegramMessageIds();
    ids.note('default', '5', 9);
    const probed: number[] = [];
    let isCaughtUp = false;
    const step = (elapsedMs: number): Promise<SearchStep> =>
      searchStep(
        {
          account: 'default',
          chat: '5',
          ids,
          isCaughtUp: () => isCaughtUp,
          probe: (id) => {
            probed.push(id);
            return Promise.resolve(id === 31);
          },
        },
        { mark: '9', elapsedMs, sinceCutMs: elapsedMs, others: [], known: () => Promise.resolve([]) },
      );
    expect(await step(100)).toEqual({ kind: 'waiting' });
    expect(probed).toEqual([]);
    expect((await step(10_000)).kind).toBe('unfinished');
    expect(probed).toEqual([10]);
    for (let id = 10; id <= 30; id++) ids.note('default', '5', id);
    isCaughtUp = true;
    expect(await step(200)).toEqual({ kind: 'found', platformId: '31' });
    expect(probed).toEqual([10, 31]);
  });

  it('asks about nothing that came into being after it began, and about nothing at all where there is no gap', async () => {
    const began = performance.now();
    const ids = new TelegramMessageIds();
    ids.note('default', '5', 9);
    ids.noteOwn('default', '6', 10, began - 5000);
    ids.noteOwn('default', '6', 12, began + 60_000);
    ids.note('default', '7', 11, began + 60_000);
    // Told again, it is no newer than it was.
    ids.note('default', '7', 9, began + 60_000);
    const probed: number[] = [];
    const look = (mark: string): Promise<SearchStep> =>
      searchStep(
        {
          account: 'default',
          chat: '5',
          ids,
          isCaughtUp: () => true,
          probe: (id) => Promise.resolve(probed.push(id) < 0),
        },
        {
          mark,
          elapsedMs: performance.now() - began,
          sinceCutMs: performance.now() - began,
          others: ['5', '5', '6', '7'],
          known: () => Promise.resolve([]),
        },
      );
    expect(await look('9')).toEqual({ kind: 'absent' });
    expect(probed).toEqual([]);
    expect((await look('7')).kind).toBe('absent');
    expect(probed).toEqual([8]);
  });
});
