import { SilentLoggerFactory } from '../../src/common/logger';
import type { ConfigService } from '../../src/config/config.service';
import { SessionStore } from '../../src/sessions/session.store';
import type { TranscriptMessage } from '../../src/sessions/transcript-event';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { SaidMessages } from '../../src/usage/report/said-messages.service';
import { UsageReport } from '../../src/usage/report/usage-report.service';
import { UsageStore } from '../../src/usage/usage.store';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const HOUR = 3_600_000;
/** In Tokyo the day begins at 15:00 of the day before in UTC. */
const ZONE = 'Asia/Tokyo';
const MIDNIGHT = Date.UTC(2026, 4, 9, 15);
const config = { config: { agents: { defaults: { userTimezone: ZONE } } } } as unknown as ConfigService;

interface Told {
  sessions: { key: string; channel?: string; usage: { messageCounts: object; activityDates: string[] } | null }[];
  aggregates: { byChannel: object[]; daily: object[]; messages: object };
}

describe.each(STORE_KINDS)('a report of what sessions used on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let report: UsageReport;
  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    const messages = new SaidMessages(new TranscriptStore(database));
    report = new UsageReport(
      config,
      new UsageStore(database, new SilentLoggerFactory()),
      new SessionStore(database),
      messages,
    );
  });
  afterEach(() => home.remove());

  const read = async (startDate: string, endDate: string, more: object = {}): Promise<Told> =>
    (await report.read({
      startDate,
      endDate,
      filter: { fromDay: startDate, toDay: endDate },
      ...more,
    })) as unknown as Told;

  /** A session in which a message was answered at each of these times, over a channel. */
  const talk = async (key: string, channel: string, times: readonly number[]): Promise<void> => {
    const { sessionId } = await new SessionStore(database).upsert(key, 'main', (entry) => entry);
    const said = { content: [{ type: 'text', text: 'yes', origin: 'owner' }] };
    const user = { role: 'user', ...said } as TranscriptMessage;
    const assistant = { role: 'assistant', stopReason: 'stop', ...said } as unknown as TranscriptMessage;
    const events = times.flatMap((at) => [
      { runId: null, at, message: user },
      { runId: null, at: at + 1, message: assistant },
    ]);
    await new TranscriptStore(database).append(sessionId, events);
    await database.write('put', async (transaction) => {
      for (const [index, at] of times.entries()) {
        const id = `${key}-${index}`;
        await transaction
          .insertInto('inbox')
          .values({
            ...{ id, channel, account: 'default', external_id: id, session_key: key, run_id: id, turn_id: id },
            ...{ run_name: null, payload: '{}', reason: null, received_at: at, updated_at: at },
            state: 'answered',
          })
          .execute();
        await new UsageStore(database, new SilentLoggerFactory()).insertIn(transaction, {
          ...{ id, at, day: new Date(at + 9 * HOUR).toISOString().slice(0, 10), purpose: 'turn', run_id: id },
          ...{ session_key: key, agent_id: 'main', sender: null, job_id: null, provider: 'p', model: 'm' },
          ...{ input: 10, output: 5, cache_read: 0, cache_write: 0, cost_micros: 3, priced: 1 },
          ...{ input_micros: 2, output_micros: 1 },
          state: 'settled',
        });
      }
    });
  };

  it('holds what fell into its days where the person lives, however long the conversation', async () => {
    const before = Array.from({ length: 150 }, (_, index) => MIDNIGHT - HOUR + index);
    await talk('agent:main:one', 'telegram', [...before, MIDNIGHT, MIDNIGHT + HOUR]);
    await talk('agent:main:two', 'webchat', [MIDNIGHT + 25 * HOUR]);
    const { sessions, aggregates } = await read('2026-05-10', '2026-05-10');
    const counts = { total: 4, user: 2, assistant: 2, toolCalls: 0, toolResults: 0, errors: 0 };
    expect(sessions.find(({ key }) => key === 'agent:main:one')).toMatchObject({
      channel: 'telegram',
      usage: {
        messageCounts: counts,
        activityDates: ['2026-05-10'],
        totalTokens: 30,
        inputCost: 0.000004,
        totalCost: 0.000006,
      },
    });
    expect(sessions.find(({ key }) => key === 'agent:main:two')).toMatchObject({ channel: 'webchat', usage: null });
    expect(aggregates).toMatchObject({
      messages: counts,
      latency: { count: 2, avgMs: 1 },
      byChannel: [{ channel: 'telegram', totals: { totalTokens: 30 } }],
      daily: [{ date: '2026-05-10', tokens: 30, cost: 0.000006, messages: 4 }],
    });
    const both = await read('2026-05-09', '2026-05-11');
    expect(both.aggregates.daily).toMatchObject([
      { date: '2026-05-09', tokens: 2250, messages: 300 },
      { date: '2026-05-10', tokens: 30, messages: 4 },
      { date: '2026-05-11', tokens: 15, messages: 2 },
    ]);
  });

  it('is of as many sessions as are asked for, or of one', async () => {
    for (const name of ['one', 'two', 'three']) await talk(`agent:main:${name}`, 'webchat', [MIDNIGHT]);
    expect((await read('2026-05-10', '2026-05-10', { limit: 2 })).sessions).toHaveLength(2);
    const filter = { sessionKey: 'agent:main:two', fromDay: '2026-05-10' };
    const { sessions, aggregates } = await read('2026-05-10', '2026-05-10', { filter });
    expect(sessions.map(({ key }) => key)).toEqual(['agent:main:two']);
    expect(aggregates.byChannel).toMatchObject([{ channel: 'webchat', totals: { totalTokens: 15 } }]);
    expect((await read('2026-05-10', '2026-05-10', { filter: { sessionKey: 'none' } })).sessions).toEqual([]);
  });
});
