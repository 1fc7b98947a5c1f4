import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

interface Origins {
  origins: { path: string; value: unknown; origin: string }[];
  needRestart: string[];
  takenBack?: { because: string; number: number };
}

describe('where the configuration comes from, and what waits for a restart', () => {
  let gateway: GatewayProcess;
  let client: WireClient;

  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-origins-'));

  beforeAll(async () => {
    writeFileSync(join(stateDir, 'log.json5'), '{ level: "debug" }');
    gateway = await GatewayProcess.start({
      config: {
        logging: { $include: './log.json5' },
        models: {
          providers: {
            one: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: '${ONE_KEY}', models: [{ id: 'a' }] },
            two: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-CANARY-0123456789abcdef', models: [{ id: 'b' }] },
          },
        },
      },
      env: { ONE_KEY: 'sk-from-the-environment-1' },
      stateDir,
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    rmSync(stateDir, { recursive: true });
  });

  const hash = async (): Promise<string> => String((await client.done('config.get'))['hash']);
  const origins = async (): Promise<Origins> => (await client.done('config.origins')) as unknown as Origins;
  const originOf = async (path: string): Promise<string | undefined> =>
    (await origins()).origins.find((row) => row.path === path)?.origin;
  /** After the gateway has gone and come back in its own process. */
  const afterRestart = async (): Promise<void> => {
    await until('it has gone', () => client.closed !== undefined);
    await until('it is back', async () => {
      client = await WireClient.connected(gateway.url).catch(() => client);
      return client.closed === undefined;
    });
  };

  it('is told of each value, without the secrets', async () => {
    expect(await originOf('logging.level')).toBe('include');
    expect(await originOf('models.providers.one.apiKey')).toBe('env ONE_KEY');
    expect(await originOf('models.providers.one.baseUrl')).toBe('file');
    expect(await originOf('commands.native')).toBe('default');
    expect(JSON.stringify(await origins())).not.toMatch(/CANARY|from-the-environment/);
  });

  it('says of a secret where it is used, of a variable whether it is set, and where a secret stands as plain text', async () => {
    const before = await client.done('secrets.store.list');
    expect(before).toMatchObject({
      variables: [{ name: 'ONE_KEY', usedAt: ['models.providers.one.apiKey'], isSet: true }],
      plain: expect.arrayContaining(['models.providers.two.apiKey']) as string[],
    });
    await client.done('secrets.store.set', { name: 'two.key', value: 'sk-CANARY-9876543210fedcba' });
    await client.done('config.patch', {
      raw: '{ models: { providers: { two: { apiKey: "${secret:two.key}" } } } }',
      baseHash: await hash(),
      restart: false,
    });
    expect(await client.done('secrets.store.list')).toMatchObject({
      secrets: [{ name: 'two.key', used: true, usedAt: ['models.providers.two.apiKey'] }],
      plain: expect.not.arrayContaining(['models.providers.two.apiKey']) as string[],
    });
    expect(await originOf('models.providers.two.apiKey')).toBe('secret two.key');
    await client.done('secrets.store.delete', { name: 'two.key', force: true });
    expect(await client.done('secrets.store.list')).toMatchObject({
      missing: ['two.key'],
      missingAt: { 'two.key': ['models.providers.two.apiKey'] },
    });
    await client.done('secrets.store.set', { name: 'two.key', value: 'sk-CANARY-9876543210fedcba' });
  });

  it('names what a saved change waits for, until the gateway has started again', async () => {
    expect((await origins()).needRestart).toEqual([]);
    const saved = await client.done('config.patch', {
      raw: '{ discovery: { mdns: { mode: "off" } }, session: { idleMinutes: 90 } }',
      baseHash: await hash(),
      restart: false,
    });
    expect(saved).not.toHaveProperty('restart');
    expect(saved).toMatchObject({ hash: await hash() });
    expect((await origins()).needRestart).toEqual(['discovery.mdns.mode']);
    const { entries } = (await client.done('config.history')) as unknown as { entries: { by?: string }[] };
    expect(entries[0]?.by).toEqual(expect.any(String));
    await client.done('gateway.restart.request', { restartDelayMs: 0 });
    await afterRestart();
    expect((await origins()).needRestart).toEqual([]);
  });

  it('comes back with the content before, where the gateway does not start with the new one', async () => {
    const before = await hash();
    await client.done('config.patch', {
      raw: '{ gateway: { tls: { enabled: true, certPath: "/nowhere/cert.pem", keyPath: "/nowhere/key.pem" } } }',
      baseHash: before,
      restartDelayMs: 0,
    });
    await afterRestart();
    const { takenBack, needRestart } = await origins();
    expect(takenBack?.because).toContain('/nowhere/cert.pem');
    expect(needRestart).toEqual([]);
    expect(await hash()).toBe(before);
    const refused = await client.done('config.history.get', { number: takenBack?.number });
    expect(refused['raw']).toContain('/nowhere/cert.pem');
    await client.done('config.patch', { raw: '{ session: { idleMinutes: 91 } }', baseHash: before, restart: false });
    expect((await origins()).takenBack).toBeUndefined();
  });
});
