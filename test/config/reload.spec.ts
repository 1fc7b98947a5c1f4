import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { type Frame, WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('a configuration that changes while the gateway runs', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;
  /** Answers wait for it. */
  let seen: Gate;

  beforeEach(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    seen = new Gate();
    models.answer = () => ({ steps: [{ until: seen }, { text: 'Done.' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const file = (): string => join(gateway.stateDir, 'openclaw.json');
  const write = (text: string): void => writeFileSync(file(), text);
  /** As editors do: a new file in the place of the old one. */
  const edit = (change: (config: Record<string, Record<string, unknown>>) => void): void => {
    const config = JSON5.parse<Record<string, Record<string, unknown>>>(readFileSync(file(), 'utf8'));
    change(config);
    writeFileSync(`${file()}.new`, JSON.stringify(config, null, 2));
    renameSync(`${file()}.new`, file());
  };
  const told = (matches: (payload: Record<string, unknown>) => boolean): Promise<Frame> =>
    client.event('config.changed', matches);
  const status = async (): Promise<Record<string, unknown>> => (await client.call('status', {})).payload ?? {};

  it('is in effect at once where it can be; neither a socket nor a turn is cut off', async () => {
    const { payload } = await client.call('chat.send', { sessionKey: 'main', message: 'work', idempotencyKey: 'w' });
    await until('the turn', () => models.requests.length === 1);
    edit((config) => {
      config['agents'] = { defaults: { model: { primary: 'fake/fake-1' }, heartbeat: { every: '7m' } } };
      config['logging'] = { level: 'debug' };
    });
    const { payload: change } = await told(() => true);
    expect(change).toEqual({ ok: true, changed: ['agents.defaults.heartbeat', 'logging.level'] });
    expect(await status()).toMatchObject({ heartbeat: { agents: [{ every: '7m' }] } });
    seen.open();
    expect((await client.call('agent.wait', { runId: payload?.['runId'], timeoutMs: 60_000 })).payload).toMatchObject({
      status: 'ok',
    });
    expect(client.closed).toBeUndefined();
  });

  it('is not taken while it is wrong: the old one stays, and it is said where it is looked for', async () => {
    const before = readFileSync(file(), 'utf8');
    write('{ "gateway": { "port": ');
    expect((await told((payload) => payload['ok'] === false)).payload).toMatchObject({ issues: [{ path: '' }] });
    write(JSON.stringify({ gateway: { port: 'many' } }));
    const { payload } = await told((each) => JSON.stringify(each).includes('gateway.port'));
    expect(payload).toMatchObject({ ok: false, issues: [{ path: 'gateway.port' }] });
    expect(await status()).toMatchObject({ configProblems: [{ path: 'gateway.port' }] });
    expect(gateway.log).toContain('the old one stays: gateway.port');
    const env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    const shown = await runCli(['config', 'validate'], { env });
    expect(shown.stdout + shown.stderr).toContain('gateway.port');
    const end = await client.call('chat.send', { sessionKey: 'main', message: 'still there?', idempotencyKey: 's' });
    expect(end.ok).toBe(true);
    write(before);
    await told((each) => each['ok'] === true);
    expect(await status()).not.toHaveProperty('configProblems');
    expect(client.closed).toBeUndefined();
  });

  it('restarts for what only a start reads, after telling clients; a running turn goes on', async () => {
    const { payload } = await client.call('chat.send', { sessionKey: 'main', message: 'work', idempotencyKey: 'w' });
    await until('the turn', () => models.requests.length === 1);
    edit((config) => {
      config['channels'] = {
        telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
      };
    });
    expect((await told(() => true)).payload).toMatchObject({
      needRestart: [
        'channels.telegram.allowFrom',
        'channels.telegram.apiRoot',
        'channels.telegram.botToken',
        'channels.telegram.dmPolicy',
      ],
      restarting: true,
    });
    seen.open();
    expect(await client.closing()).toMatchObject({ code: 1012 });
    await until('the gateway again', () =>
      WireClient.connected(gateway.url).then(
        (next) => ((client = next), true),
        () => false,
      ),
    );
    expect((await client.call('agent.wait', { runId: payload?.['runId'], timeoutMs: 60_000 })).payload).toMatchObject({
      status: 'ok',
    });
    models.answer = () => ({ steps: [{ text: 'Hi.' }] });
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('the new channel', () => telegram.textsIn(OWNER).includes('Hi.'));
  });

  it('tells other clients of what one of them has written', async () => {
    const other = await WireClient.connected(gateway.url);
    const { hash } = await other.done('config.get', {});
    await other.done('config.patch', { raw: '{ logging: { level: "debug" } }', baseHash: hash, restart: false });
    expect((await told(() => true)).payload).toEqual({ ok: true, changed: ['logging.level'] });
    other.close();
  });

  it('does as gateway.reload.mode says', async () => {
    edit((config) => {
      config['gateway'] = { ...config['gateway'], reload: { mode: 'hot' } };
    });
    await told(() => true);
    edit((config) => {
      config['discovery'] = { mdns: { mode: 'off' } };
      config['logging'] = { level: 'debug' };
    });
    expect((await told((payload) => 'needRestart' in payload)).payload).toEqual({
      ok: true,
      changed: ['discovery.mdns.mode', 'logging.level'],
      needRestart: ['discovery.mdns.mode'],
    });
    edit((config) => {
      config['gateway'] = { ...config['gateway'], reload: { mode: 'off' } };
    });
    const changes = async (): Promise<number> =>
      (await client.settled()).filter(({ event }) => event === 'config.changed').length;
    await until('it is off', async () => (await changes()) === 3);
    edit((config) => {
      config['agents'] = { defaults: { heartbeat: { every: '9m' } } };
    });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(JSON.stringify(await status())).not.toContain('9m');
    expect(client.closed).toBeUndefined();
  });
});
