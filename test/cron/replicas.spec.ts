import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { createPostgresDatabase } from '../harness/stores';
import { WireClient } from '../harness/wire-client';

interface Run {
  runAtMs: number;
  status?: string;
}

const onPostgres = process.env['TEST_POSTGRES_URL'] ? describe : describe.skip;

onPostgres('jobs of three gateways on one database', () => {
  let models: FakeModels;
  let database: { url: string; drop(): Promise<void> };
  let gateways: GatewayProcess[];

  const start = (): Promise<GatewayProcess> =>
    GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' }, skipBootstrap: true } },
      },
      env: { OPENCLAW_DATABASE_URL: database.url },
    });
  beforeEach(async () => {
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Done: ${lastUser}` }] });
    database = await createPostgresDatabase();
    gateways = [];
    for (let index = 0; index < 3; index++) gateways.push(await start());
  });
  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await models.stop();
    await database.drop();
  });

  it('run each planned time once, and go on when one of them is killed', async () => {
    const [first, second, third] = gateways as [GatewayProcess, GatewayProcess, GatewayProcess];
    const client = await WireClient.connected(second.url);
    const call = async <T>(method: string, params: Record<string, unknown>): Promise<T> =>
      (await client.call(method, params)).payload as T;
    const runs = async (id: string): Promise<Run[]> =>
      (await call<{ entries: Run[] }>('cron.runs', { id, limit: 200 })).entries;
    const ids: string[] = [];
    for (let index = 0; index < 4; index++)
      ids.push(
        (
          await call<{ id: string }>('cron.add', {
            name: `Job ${index}`,
            schedule: { everyMs: 1000, anchorMs: 0 },
            overlap: 'queue',
            payload: { message: `work ${index}` },
          })
        ).id,
      );
    const done = async (id: string): Promise<number> => (await runs(id)).filter(({ status }) => status === 'ok').length;
    for (const id of ids) await until('three runs', async () => (await done(id)) >= 3);
    first.child.kill('SIGKILL');
    const before = await Promise.all(ids.map(done));
    for (const [index, id] of ids.entries())
      await until('more runs', async () => (await done(id)) >= (before[index] ?? 0) + 3);
    for (const id of ids) await call('cron.update', { id, patch: { enabled: false } });
    client.close();
    await third.stop();
    await second.stop();
    gateways = [await start()];
    const last = await WireClient.connected(gateways[0]?.url ?? '');
    let ran = 0;
    for (const id of ids) {
      let entries: Run[] = [];
      await until('the end of all', async () => {
        entries = ((await last.call('cron.runs', { id, limit: 200 })).payload as { entries: Run[] }).entries;
        return entries.every(({ status }) => status !== undefined);
      });
      ran += entries.filter(({ status }) => status === 'ok').length;
      const slots = entries.map(({ runAtMs }) => runAtMs);
      expect(new Set(slots).size).toBe(slots.length);
      // No time between the first and the last is missing.
      expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 1000));
    }
    last.close();
    // One turn for each; what was cut off at the three ends is asked again.
    const asked = models.requests.filter(({ text }) => text.includes('[cron Job')).length;
    expect(asked).toBeGreaterThanOrEqual(ran);
    expect(asked).toBeLessThanOrEqual(ran + 3 * ids.length);
  });
});
