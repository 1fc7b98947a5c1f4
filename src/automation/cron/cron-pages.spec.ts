import type { CronJob } from './cron-job';
import { pageOf, wantedJobs, wantedRuns } from './cron-pages';

const job = (fields: Partial<CronJob>): CronJob => ({
  id: fields.name ?? 'x',
  agentId: 'main',
  name: 'x',
  enabled: true,
  deleteAfterRun: false,
  schedule: { kind: 'every', everyMs: 1000 },
  sessionTarget: 'isolated',
  wakeMode: 'now',
  payload: { kind: 'systemEvent', text: 'x' },
  sessionKey: 'agent:main:main',
  origin: 'owner',
  state: {},
  nextRunAtMs: 10,
  createdAtMs: 1,
  updatedAtMs: 1,
  ...fields,
});

describe('pages of jobs', () => {
  const jobs = [
    job({ name: 'b', nextRunAtMs: 5, updatedAtMs: 3, state: { lastStatus: 'error' } }),
    job({ name: 'a', nextRunAtMs: 9, updatedAtMs: 1, agentId: 'other', sessionKey: 'agent:other:main' }),
    job({ name: 'c', nextRunAtMs: null, enabled: false, schedule: { kind: 'at', atMs: 1 }, updatedAtMs: 2 }),
  ];
  const names = (asked: Parameters<typeof wantedJobs>[1]): string =>
    wantedJobs(jobs, asked)
      .map(({ name }) => name)
      .join('');

  it('hold what is asked for, in the order that is asked for', () => {
    expect(names({})).toBe('ba');
    expect(names({ includeDisabled: true })).toBe('bac');
    expect(names({ enabled: 'disabled' })).toBe('c');
    expect(names({ enabled: 'all', sortBy: 'name' })).toBe('abc');
    expect(names({ enabled: 'all', sortBy: 'updatedAtMs', sortDir: 'desc' })).toBe('bca');
    expect(names({ agentId: 'other' })).toBe('a');
    expect(names({ enabled: 'all', scheduleKind: 'at' })).toBe('c');
    expect(names({ enabled: 'all', lastRunStatus: 'error' })).toBe('b');
    expect(names({ enabled: 'all', lastRunStatus: 'unknown' })).toBe('ac');
    expect(names({ trigger: 'conditional' })).toBe('');
    expect(names({ sessionKey: 'agent:other:main' })).toBe('a');
    expect(names({ sessionKey: 'agent:main:cron:b' })).toBe('b');
    expect(names({ query: 'B' })).toBe('b');
  });

  it('say where the rest begins', () => {
    const all = [1, 2, 3];
    expect(pageOf(all, { limit: 2 })).toEqual({
      entries: [1, 2],
      total: 3,
      offset: 0,
      limit: 2,
      hasMore: true,
      nextOffset: 2,
    });
    expect(pageOf(all, { limit: 2, offset: 2 })).toMatchObject({ entries: [3], hasMore: false, nextOffset: null });
    expect(pageOf(all, { offset: 9 })).toMatchObject({ entries: [], offset: 3, hasMore: false });
    expect(pageOf([], {})).toMatchObject({ limit: 50, total: 0 });
  });

  it('hold the runs that are asked for', () => {
    const runs = [
      { status: 'ok', deliveryStatus: 'delivered', summary: 'Tea', runId: '1' },
      { status: 'error', deliveryStatus: 'not-requested', error: 'no TEA', runId: '2' },
      { status: 'skipped', deliveryStatus: 'not-delivered', runId: '3' },
    ];
    const ids = (asked: Parameters<typeof wantedRuns>[1]): string =>
      wantedRuns(runs, asked)
        .map(({ runId }) => runId)
        .join('');
    expect(ids({})).toBe('123');
    expect(ids({ status: 'all' })).toBe('123');
    expect(ids({ status: 'ok' })).toBe('1');
    expect(ids({ statuses: ['ok', 'skipped'] })).toBe('13');
    expect(ids({ deliveryStatus: 'delivered' })).toBe('1');
    expect(ids({ deliveryStatuses: ['not-delivered', 'not-requested'] })).toBe('23');
    expect(ids({ query: 'tea' })).toBe('12');
    expect(ids({ runId: '3' })).toBe('3');
  });
});
