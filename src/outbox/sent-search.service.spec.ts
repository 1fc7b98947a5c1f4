import {
  ChannelSendError,
  type RegisteredChannel,
  type SearchStep,
  type SentSearch,
} from '../channels/channel-adapter';
import type { LoggerFactory } from '../common/logger';
import type { DeliveryStore } from './delivery.store';
import type { OutboxPart } from './outbox-part';
import { PlatformCalls } from './platform-calls';
import { SentSearchService } from './sent-search.service';

const PART = {
  id: 'part',
  runId: 'run',
  route: { channel: 'fake', account: 'default', to: 'chat' },
  payload: { text: 'Lost' },
  mark: '1',
  searched: null,
} as unknown as OutboxPart;

const FOUND: SearchStep = { kind: 'found', platformId: '2' };
const loggers = { child: () => ({ debug: () => undefined }) } as unknown as LoggerFactory;

/** Looks for a part. Returns when each question was asked, in milliseconds since the search was asked for. */
async function look(
  sinceCutMs: number,
  answers: readonly (SearchStep | ChannelSendError)[],
): Promise<{ askedAt: number[]; searches: SentSearch[]; end: unknown }> {
  const began = performance.now();
  const askedAt: number[] = [];
  const searches: SentSearch[] = [];
  const store = {
    sinceCut: () => sinceCutMs,
    markedPlaces: () => Promise.resolve([]),
    searched: () => Promise.resolve(),
  } as unknown as DeliveryStore;
  const findSent = (_: unknown, search: SentSearch): Promise<SearchStep> => {
    askedAt.push(Math.round(performance.now() - began));
    searches.push(search);
    const answer = answers[askedAt.length - 1] ?? FOUND;
    return answer instanceof ChannelSendError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const channel = { adapter: { findSent } } as unknown as RegisteredChannel;
  const search = new SentSearchService(store, new PlatformCalls(), loggers);
  const looking = search.look(channel, PART, {
    place: 'chat',
    under: undefined,
    stop: new AbortController().signal,
    check: () => undefined,
  });
  for (let second = 0; second < 20; second++) await jest.advanceTimersByTimeAsync(1000);
  return { askedAt, searches, end: await looking };
}

describe('the search for what was cut off', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('begins when the attempt is so long over that nothing arrives any more, not so long after it was asked for', async () => {
    const fresh = await look(0, []);
    expect(fresh).toMatchObject({ askedAt: [500], end: FOUND });
    expect(fresh.searches[0]?.sinceCutMs).toBeGreaterThanOrEqual(500);
    expect((await look(300, [])).askedAt).toEqual([200]);
    expect((await look(60_000, [])).askedAt[0]).toBeLessThan(5);
  });

  it('asks once a second', async () => {
    const unfinished: SearchStep = { kind: 'unfinished', progress: 'page 2' };
    expect((await look(500, [unfinished, unfinished])).askedAt.map((at) => Math.floor(at / 1000))).toEqual([0, 1, 2]);
  });

  it('looks again soon where the platform could not be asked yet', async () => {
    const waiting: SearchStep = { kind: 'waiting' };
    const { askedAt } = await look(500, [waiting, waiting, waiting]);
    expect(askedAt).toHaveLength(4);
    expect(askedAt[3]).toBeLessThan(500);
  });

  it('after a limit waits for as long as that says, and no longer', async () => {
    const limited = new ChannelSendError('rate_limited', 'a limit', { retryAfterMs: 70 });
    const { askedAt } = await look(500, [limited, limited]);
    expect(askedAt).toHaveLength(3);
    expect(askedAt[2]).toBeLessThan(200);
  });
});
