import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('accounts of channels', () => {
  let home: FakeTelegram;
  let work: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;

  const channels = (more: { home?: object; work?: object } = {}): Record<string, unknown> => ({
    telegram: {
      dmPolicy: 'allowlist',
      allowFrom: [OWNER],
      accounts: {
        home: { botToken: home.token, apiRoot: home.apiRoot, ...more.home },
        work: { botToken: work.token, apiRoot: work.apiRoot, ...more.work },
      },
    },
  });

  beforeEach(async () => {
    home = await FakeTelegram.start();
    work = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '')}` }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: channels(),
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await home.stop();
    await work.stop();
    await models.stop();
  });

  const row = async (account: string): Promise<Record<string, unknown>> => {
    const { payload } = await client.call('channels.status', {});
    const accounts = payload?.['channelAccounts'] as { telegram: Record<string, unknown>[] };
    return accounts.telegram.find(({ accountId }) => accountId === account) ?? {};
  };
  const cli = (action: string, account: string): ReturnType<typeof runCliShared> =>
    runCliShared(['channels', action, 'telegram', '--account', account], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
  const reaches = (account: string, state: string): Promise<void> =>
    until(`${account} to be ${state}`, async () => (await row(account))['state'] === state);
  const answered = async (bot: FakeTelegram, text: string): Promise<void> => {
    bot.say({ chatId: OWNER, text });
    await until(`an answer to ${text}`, () => bot.textsIn(OWNER).some((answer) => answer.includes(text)));
  };
  const change = async (edit: (config: { channels: unknown }) => void): Promise<void> => {
    const { payload } = await client.call('config.get', {});
    const config = payload?.['parsed'] as { channels: unknown };
    edit(config);
    const { ok, error } = await client.call('config.set', {
      raw: JSON.stringify(config),
      baseHash: payload?.['hash'] as string,
    });
    expect([ok, error]).toEqual([true, undefined]);
  };

  it('are stopped and started one by one, and what came in between is answered', async () => {
    await reaches('home', 'connected');
    const stopped = await cli('stop', 'home');
    expect([stopped.code, stopped.stdout]).toEqual([0, 'stopped telegram/home\n']);
    expect(await row('home')).toMatchObject({ state: 'stopped', running: false });
    home.say({ chatId: OWNER, text: 'anybody there' });
    await answered(work, 'still here');
    expect(home.textsIn(OWNER)).toEqual([]);
    const started = await cli('start', 'home');
    expect(started.code).toBe(0);
    await until('the answer', () => home.textsIn(OWNER).includes('You said: anybody there'));
  });

  it('start anew when their configuration changes; the others do not notice', async () => {
    await reaches('home', 'connected');
    await reaches('work', 'connected');
    const before = await row('work');
    const moved = await FakeTelegram.start();
    try {
      await change((config) => {
        config.channels = channels({ home: { botToken: moved.token, apiRoot: moved.apiRoot } });
      });
      await answered(moved, 'new house');
      const after = await row('work');
      expect(after['lastStartAt']).toBe(before['lastStartAt']);
      expect((await row('home'))['lastStartAt']).not.toBe(before['lastStartAt']);
      // An account that was not there at the start.
      const third = await FakeTelegram.start();
      try {
        await change((config) => {
          const all = channels({ home: { botToken: moved.token, apiRoot: moved.apiRoot } }) as {
            telegram: { accounts: Record<string, unknown> };
          };
          all.telegram.accounts['third'] = { botToken: third.token, apiRoot: third.apiRoot };
          config.channels = all;
        });
        await answered(third, 'hello from the third');
      } finally {
        await third.stop();
      }
    } finally {
      await moved.stop();
    }
  });

  it('that are switched off stop, and go on when they are switched on', async () => {
    await reaches('home', 'connected');
    await change((config) => {
      config.channels = channels({ home: { enabled: false } });
    });
    await reaches('home', 'disabled');
    home.say({ chatId: OWNER, text: 'later' });
    await answered(work, 'meanwhile');
    expect(home.textsIn(OWNER)).toEqual([]);
    await change((config) => {
      config.channels = channels();
    });
    await until('the answer', () => home.textsIn(OWNER).includes('You said: later'));
  });

  it('that are logged out forget their credentials and stay out', async () => {
    await reaches('home', 'connected');
    const { payload } = await client.call('channels.logout', { channel: 'telegram', accountId: 'home' });
    expect(payload).toEqual({ channel: 'telegram', accountId: 'home', cleared: true, loggedOut: true });
    expect(await row('home')).toMatchObject({ state: 'logged_out', lastError: 'logged out', running: false });
    const file = readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8');
    const stored = JSON.parse(file) as { channels: { telegram: { accounts: Record<string, object> } } };
    expect(Object.keys(stored.channels.telegram.accounts['home'] ?? {})).toEqual(['apiRoot']);
    expect(Object.keys(stored.channels.telegram.accounts['work'] ?? {})).toContain('botToken');
    const again = await client.call('channels.start', { channel: 'telegram', accountId: 'home' });
    expect(again.error).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(again.error?.message).toContain('channels.telegram.accounts.home.botToken is not set');
    await change((config) => {
      config.channels = channels();
    });
    await answered(home, 'back again');
  });

  it('that nobody knows are refused with the names there are', async () => {
    const channel = await client.call('channels.stop', { channel: 'telepathy' });
    expect(channel.error?.message).toContain('configured: telegram');
    const account = await client.call('channels.start', { channel: 'telegram', accountId: 'moon' });
    expect(account.error?.message).toContain('accounts: home, work');
  });
});
