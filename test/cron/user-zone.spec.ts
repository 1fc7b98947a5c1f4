import { until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { ToolBench } from '../harness/tool-bench';

const YEAR = new Date().getUTCFullYear() + 1;
const HOUR = 3_600_000;

interface Job {
  id: string;
  enabled: boolean;
  schedule: Record<string, unknown>;
  state: { nextRunAtMs?: number };
}

/** A host in UTC, as in a container, and a person in Tokyo. */
describe('a person in another zone than the host', () => {
  let bench: ToolBench;

  beforeAll(async () => {
    bench = await ToolBench.start({
      env: { TZ: 'UTC' },
      config: { agents: { defaults: { userTimezone: 'Asia/Tokyo' } } },
    });
  });
  afterAll(() => bench.stop());

  const jobs = async (): Promise<Job[]> => {
    const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
    return (payload as { jobs: Job[] }).jobs;
  };
  const add = async (schedule: unknown): Promise<{ job?: Job; error?: string }> => {
    const payload = { kind: 'systemEvent', text: 'x' };
    const answer = await bench.client.call('cron.add', { name: 'x', schedule, payload });
    return answer.ok ? { job: answer.payload as unknown as Job } : { error: answer.error?.message ?? '' };
  };
  const tool = (schedule: unknown, more: Record<string, unknown> = {}): Promise<string> =>
    bench.call('cron', { action: 'add', job: { schedule, payload: { kind: 'systemEvent', text: 'tea' }, ...more } });
  const cli = (...args: string[]) =>
    runCliShared(['cron', ...args], {
      env: {
        OPENCLAW_STATE_DIR: bench.gateway.stateDir,
        OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
        TZ: 'America/New_York',
      },
    });
  const cliAdd = (...args: string[]) => cli('add', '--name', 'x', '--system-event', 'hi', ...args);

  it('has jobs of the tool at the hours of that zone, and is told times in it', async () => {
    const told = await tool({ kind: 'at', at: `${YEAR}-06-01T09:00:00` });
    expect(told).toMatch(new RegExp(`^Set for ... ${YEAR}-06-01 09:00 \\(Asia/Tokyo\\)`));
    expect(await tool({ kind: 'cron', expr: '0 9 * * *' })).toContain(' 09:00 (Asia/Tokyo)');
    const list = await jobs();
    expect(list.map(({ state }) => new Date(state.nextRunAtMs ?? 0).getUTCHours())).toEqual([0, 0]);
    expect(await bench.call('cron', { action: 'list' })).toContain('cron 0 9 * * * (Asia/Tokyo)');
    expect(await bench.call('cron', { action: 'status' })).toContain('09:00 (Asia/Tokyo)');
  });

  it('has jobs of the wire and of the command line there too, whatever zone the terminal has', async () => {
    const { job } = await add({ kind: 'cron', expr: '30 7 * * *' });
    expect(new Date(job?.state.nextRunAtMs ?? 0).toISOString()).toContain('T22:30');
    const { job: once } = await add({ at: `${YEAR}-06-01 09:00` });
    expect(once?.state.nextRunAtMs).toBe(Date.parse(`${YEAR}-06-01T00:00:00Z`));
    const made = await cliAdd('--cron', '0 9 * * *');
    expect(made.stdout).toMatch(/cron 0 9 \* \* \* \(Asia\/Tokyo\), next at ... \d{4}-\d\d-\d\d 09:00 \(Asia\/Tokyo\)/);
    const { stdout } = await cliAdd('--at', `${YEAR}-03-23T23:00:00`, '--tz', 'Europe/Oslo', '--json');
    const oslo = JSON.parse(stdout) as Job;
    expect(oslo.state.nextRunAtMs).toBe(Date.parse(`${YEAR}-03-23T22:00:00Z`));
    const next = await cli('next', oslo.id);
    expect(next.stdout.trim()).toBe(`Wed ${YEAR}-03-24 07:00 (Asia/Tokyo)`.replace(/^.../, next.stdout.slice(0, 3)));
    const edited = await cli('edit', oslo.id, '--at', `${YEAR}-04-01T08:00`, '--tz', 'America/New_York', '--json');
    expect((JSON.parse(edited.stdout) as Job).state.nextRunAtMs).toBe(Date.parse(`${YEAR}-04-01T12:00:00Z`));
  });

  it('changes the zone of an expression alone, and nothing that has none', async () => {
    const { job } = await add({ kind: 'cron', expr: '0 9 * * *' });
    const edited = JSON.parse((await cli('edit', job?.id ?? '', '--tz', 'Europe/Oslo', '--json')).stdout) as Job;
    expect(edited.schedule).toEqual({ kind: 'cron', expr: '0 9 * * *', tz: 'Europe/Oslo' });
    const { job: once } = await add({ at: 'in 2 days' });
    const refused = await cli('edit', once?.id ?? '', '--tz', 'Europe/Oslo');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('schedule.tz needs schedule.at')]);
  });

  it.each([
    [['--at', '9'], 'schedule.at "9"'],
    [['--at', String(YEAR)], `schedule.at "${YEAR}"`],
    [['--at', `${YEAR}-02-30T10:00:00Z`], `schedule.at "${YEAR}-02-30T10:00:00Z" is no day`],
    [['--at', '2020-01-01T00:00:00Z'], 'is in the past'],
    [['--at', 'soon'], 'schedule.at "soon"'],
    [['--at', '20m', '--tz', 'Mars/Base'], 'schedule.tz "Mars/Base"'],
    [['--every', '1h', '--tz', 'Europe/Berlin'], 'schedule.tz "Europe/Berlin"'],
    [['--cron', '0 9 * * *', '--tz', 'Oslo'], 'schedule.tz "Oslo"'],
  ])('is refused %p by the command line, the wire and the tool alike', async (args, words) => {
    const [flag, value, , tz] = args;
    const before = (await jobs()).length;
    const { code, stderr } = await cliAdd(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    const schedule = {
      kind: flag?.slice(2),
      ...(flag === '--at' ? { at: value } : flag === '--every' ? { everyMs: HOUR } : { expr: value }),
      ...(tz ? { tz } : {}),
    };
    expect((await add(schedule)).error).toContain(words);
    expect(await tool(schedule)).toContain(words);
    expect(await jobs()).toHaveLength(before);
  });

  it('has lengths from now in all three', async () => {
    const about = (at: number | undefined, minutes: number): void => {
      expect(Math.abs((at ?? 0) - Date.now() - minutes * 60_000)).toBeLessThan(30_000);
    };
    about((await add({ at: 'in 10m' })).job?.state.nextRunAtMs, 10);
    const { stdout } = await cliAdd('--at', '20 minutes', '--json');
    about((JSON.parse(stdout) as Job).state.nextRunAtMs, 20);
    expect(await tool({ kind: 'at', at: 'in 1 hour' })).toMatch(/^Set for .*Asia\/Tokyo/);
  });

  it('has the job JSON that models were taught', async () => {
    const job = { sessionTarget: 'main', wakeMode: 'now', enabled: true, name: 'Tea' };
    expect(await tool({ kind: 'at', at: 'in 20m' }, job)).toMatch(/^Set for/);
    const task = {
      schedule: { kind: 'cron', expr: '0 7 * * *', tz: 'Asia/Tokyo' },
      sessionTarget: 'isolated',
      payload: { kind: 'agentTurn', message: 'read the news' },
      delivery: { mode: 'none' },
    };
    expect(await bench.call('cron', { action: 'add', job: task })).toMatch(/^Set for/);
    expect(await tool({ kind: 'at', at: 'in 20m' }, { sessionTarget: 'isolated' })).toContain('sessionTarget isolated');
  });

  it('is not told again of what is over because somebody switches it on', async () => {
    const { job } = await add({ atMs: Date.now() - 5000 });
    await until('the end of it', async () => !(await jobs()).some(({ id, enabled }) => id === job?.id && enabled));
    const { error } = await bench.client.call('cron.update', {
      id: job?.id,
      patch: { schedule: { kind: 'at', atMs: Date.now() - 10 * 60_000 } },
    });
    expect(error?.message).toContain('is in the past');
  });

  it('tells the model date, time and zone of the person', async () => {
    await bench.turn([], { message: 'what day is it?' });
    const text = bench.models.requests.at(-1)?.text ?? '';
    const tokyo = new Date(Date.now() + 9 * HOUR).toISOString();
    const [, told = ''] = /Date: ... (\d{4}-\d\d-\d\d \d\d:\d\d) \(Asia\/Tokyo\), UTC\+9/.exec(text) ?? [];
    expect(Math.abs(Date.parse(`${told.replace(' ', 'T')}Z`) - Date.parse(tokyo))).toBeLessThan(6 * 60_000);
  });

  it('takes jobs that name no zone along to another one', async () => {
    const { job } = await add({ kind: 'cron', expr: '15 6 * * *' });
    const { job: fixed } = await add({ kind: 'cron', expr: '15 6 * * *', tz: 'Asia/Tokyo' });
    const set = await runCliShared(['config', 'set', 'agents.defaults.userTimezone', 'Europe/Paris'], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
    });
    expect(set.code).toBe(0);
    const hourOf = async (id: string | undefined): Promise<number> =>
      new Date((await jobs()).find((each) => each.id === id)?.state.nextRunAtMs ?? 0).getUTCHours();
    await until('another hour', async () => [4, 5].includes(await hourOf(job?.id)));
    expect(await hourOf(fixed?.id)).toBe(21);
  });

  it('is refused a zone that there is not', async () => {
    const { code, stderr } = await runCliShared(['config', 'set', 'agents.defaults.userTimezone', 'Mars/Base'], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
    });
    expect([code, stderr]).toEqual([78, expect.stringContaining('time zone of the IANA list')]);
  });
});
