import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayProcess } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { type Frame, WireClient } from '../harness/wire-client';

const KEY = 'sk-CANARY-0123456789abcdef';

describe('looking at a change of the configuration before it is made', () => {
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeAll(async () => {
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: KEY, models: [{ id: 'one' }] } } },
        logging: { level: 'info' },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
  });

  const file = (): string => join(gateway.stateDir, 'openclaw.json');
  const text = (): string => readFileSync(file(), 'utf8');
  const call = (method: string, params: Record<string, unknown> = {}): Promise<Frame> => client.call(method, params);
  const payload = (method: string, params = {}): Promise<Record<string, unknown>> => client.done(method, params);
  const hash = async (): Promise<string> => String((await payload('config.get'))['hash']);

  it('says what a patch would change and what each change takes, and writes nothing', async () => {
    const before = text();
    const verdict = await payload('config.validate', {
      patch:
        '{ logging: { level: "debug" }, gateway: { port: 20001 }, models: { providers: { fake: { apiKey: "sk-NEW-CANARY-123456" } } } }',
    });
    expect(verdict).toMatchObject({ valid: true, issues: [], hash: await hash() });
    expect(verdict['changes']).toEqual([
      { path: 'gateway.port', before: null, after: 20_001, effect: 'restart' },
      { path: 'logging.level', before: 'info', after: 'debug', effect: 'hot' },
      expect.objectContaining({ path: 'models.providers.fake.apiKey', effect: 'none' }),
    ]);
    expect(verdict['diff']).toContain('+    "level": "debug"');
    expect(JSON.stringify(verdict)).not.toContain('CANARY');
    expect(text()).toBe(before);
  });

  it('names each fault of a draft by its path', async () => {
    const { valid, issues, changes } = await payload('config.validate', {
      raw: '{ gateway: { port: "many" }, logging: { level: "loud" } }',
    });
    expect({ valid, changes }).toEqual({ valid: false, changes: [] });
    expect((issues as { path: string }[]).map(({ path }) => path).sort()).toEqual(['gateway.port', 'logging.level']);
  });

  it.each([
    [{ raw: '{ gateway: ' }, /not valid JSON5/],
    [{ raw: '[]' }, /must be an object/],
    [{ patch: '"x"' }, /must be an object/],
    [{ raw: '{ channels: { telegram: { botToken: "__OPENCLAW_REDACTED__" } } }' }, /nothing is stored there/],
  ])('has words for a draft that is no configuration: %j', async (params, words) => {
    const { valid, issues } = await payload('config.validate', params);
    expect(valid).toBe(false);
    expect((issues as { message: string }[])[0]?.message).toMatch(words);
  });

  it('refuses both, or none, of the two forms', async () => {
    for (const params of [{}, { raw: '{}', patch: '{}' }])
      expect(await call('config.validate', params)).toMatchObject({ ok: false, error: { code: 'INVALID_REQUEST' } });
  });

  it('keeps the environment of the gateway out of a draft', async () => {
    await payload('config.validate', { patch: '{ env: { vars: { DRAFTED_PORT: "20002" } } }' });
    expect(await payload('config.validate', { patch: '{ logging: { file: "${DRAFTED_PORT}" } }' })).toMatchObject({
      valid: false,
    });
  });

  it('lists what the file has held, shows it without secrets, and brings it back', async () => {
    await payload('config.patch', {
      raw: '{ logging: { level: "warn" } }',
      baseHash: await hash(),
      restartDelayMs: 60_000,
    });
    const { entries } = await payload('config.history');
    const [newest, before] = entries as { number: number; current: boolean }[];
    expect(newest).toMatchObject({ current: true });
    expect(before).toMatchObject({ current: false });
    const shown = await payload('config.history.get', { number: newest?.number });
    expect(shown['diff']).toContain('+    "level": "warn"');
    expect(JSON.stringify(await payload('config.history.get', { number: before?.number }))).not.toContain('CANARY');

    expect(await call('config.restore', { number: before?.number, baseHash: '0'.repeat(64) })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('changed since last load') as string },
    });
    const restored = await payload('config.restore', { number: before?.number, baseHash: await hash() });
    expect(restored).toMatchObject({
      ok: true,
      changes: expect.arrayContaining([expect.objectContaining({ path: 'logging.level', after: 'info' })]) as unknown,
    });
    expect(text()).toContain('"level": "info"');
    expect((await call('config.history.get', { number: 9999 })).error).toMatchObject({
      details: { code: 'CONFIG_HISTORY_UNKNOWN' },
    });
  });

  it('does not bring back what is not valid any more', async () => {
    const folder = join(gateway.stateDir, 'config-history');
    writeFileSync(join(folder, '000190-00000000.json5'), '{ gateway: { port: "many" } }');
    const before = text();
    expect(await call('config.restore', { number: 190, baseHash: await hash() })).toMatchObject({
      ok: false,
      error: { details: { issues: [{ path: 'gateway.port' }] } },
    });
    expect(text()).toBe(before);
  });

  it('describes the schema path by path', async () => {
    expect(await payload('config.schema.lookup', { path: 'gateway.port' })).toMatchObject({
      path: 'gateway.port',
      schema: { type: 'integer' },
      children: [],
    });
    const providers = await payload('config.schema.lookup', { path: 'models.providers["my.host"]' });
    const key = (providers['children'] as { key: string }[]).find((child) => child.key === 'apiKey');
    expect(key).toMatchObject({ path: 'models.providers["my.host"].apiKey', hint: { sensitive: true } });
    // Every path that is named leads somewhere.
    const walk = async (path: string, depth: number): Promise<number> => {
      const { children } = await payload('config.schema.lookup', { path });
      let count = 1;
      for (const child of children as { path: string; hasChildren: boolean }[])
        if (depth > 0) count += await walk(child.path, depth - 1);
      return count;
    };
    expect(await walk('', 2)).toBeGreaterThan(200);
    expect(await call('config.schema.lookup', { path: 'gateway.nothing' })).toMatchObject({ ok: false });
  });

  it('is for those who may read the configuration', async () => {
    const reader = await WireClient.connected(gateway.url, { scopes: ['operator.read', 'operator.write'] });
    for (const [method, params] of [
      ['config.validate', { raw: '{}' }],
      ['config.history', {}],
      ['config.history.get', { number: 1 }],
      ['config.restore', { number: 1, baseHash: 'x' }],
    ] as const)
      expect((await reader.call(method, params)).error?.message).toMatch(/missing scope: operator\.admin/);
    reader.close();
  });

  it('shows the same from the command line', async () => {
    const { stdout } = await runCli(['config', 'patch', '--dry-run', '--json', '{ logging: { level: "debug" } }'], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      changes: [{ path: 'logging.level', before: 'info', after: 'debug', effect: 'hot' }],
    });
  });
});
