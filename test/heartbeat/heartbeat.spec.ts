import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../src/common/sleep';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('heartbeats', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;

  const start = async (heartbeat: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' }, heartbeat: { every: '1s', ...heartbeat } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
        ...more,
      },
    });
    client = await WireClient.connected(gateway.url);
  };
  const again = async (): Promise<void> => {
    client.close();
    await gateway.signal('SIGKILL');
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
  };
  beforeEach(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = () => ({ steps: [{ text: 'HEARTBEAT_OK' }] });
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const tasks = (text: string): void =>
    writeFileSync(join(gateway.stateDir, 'workspace', 'HEARTBEAT.md'), `# Things\n\n${text}\n`);
  const last = async (): Promise<Record<string, unknown> | null> =>
    (await client.call('last-heartbeat', {})).payload ?? null;
  const beats = (): number => models.requests.filter(({ text }) => text.includes('HEARTBEAT_OK')).length;
  const greet = async (): Promise<void> => {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).length > 0);
  };
  const transcript = async (): Promise<string> =>
    JSON.stringify((await client.call('chat.history', { sessionKey: 'main' })).payload);

  it('cost nothing while there is nothing to look after, and last-heartbeat says why', async () => {
    await start();
    await until('a look', async () => (await last()) !== null);
    await sleep(2200);
    expect(await last()).toMatchObject({ status: 'skipped', reason: 'nothing to look after' });
    expect(models.requests).toHaveLength(0);
    expect((await client.settled()).filter(({ event }) => event === 'heartbeat')).toEqual([]);
    expect((await client.call('status', {})).payload).toMatchObject({
      heartbeat: { agents: [{ agentId: 'main', enabled: true, every: '1s', everyMs: 1000 }] },
    });
  });

  it('look after what the file lists; a word that all is well is told to nobody and leaves nothing behind', async () => {
    await start();
    tasks('- look whether the oven is off');
    await until('a heartbeat', () => models.requests.length > 0);
    expect(models.requests[0]?.lastUser).toContain('Read HEARTBEAT.md');
    await until('its end', async () => (await last())?.['status'] === 'ok-token');
    expect(await last()).toMatchObject({ silent: true, indicatorType: 'ok', agentId: 'main' });
    expect(telegram.sent).toEqual([]);
    expect(await transcript()).not.toContain('HEARTBEAT');
  });

  it('tell in the last chat what needs attention, once', async () => {
    models.answer = ({ lastUser }) =>
      lastUser.includes('hello') ? { steps: [{ text: 'Hi.' }] } : { steps: [{ text: 'The oven is on! HEARTBEAT_OK' }] };
    await start({ ackMaxChars: 5 });
    await greet();
    const sessions = async (): Promise<{ key: string; updatedAt: number }[]> =>
      ((await client.call('sessions.list', {})).payload as { sessions: { key: string; updatedAt: number }[] }).sessions;
    const before = (await sessions()).find(({ key }) => key === 'agent:main:main')?.updatedAt;
    tasks('- look whether the oven is off');
    await until('the warning', () => telegram.textsIn(OWNER).includes('The oven is on!'));
    await until('the repetition', async () => (await last())?.['reason'] === 'duplicate');
    expect(telegram.textsIn(OWNER).filter((text) => text.includes('oven'))).toHaveLength(1);
    expect((await sessions()).find(({ key }) => key === 'agent:main:main')?.updatedAt).toBe(before);
    expect(await transcript()).toContain('The oven is on!');
  });

  it('short remarks beside the word are kept back, and failures are failures', async () => {
    let fails = false;
    models.answer = () =>
      fails
        ? { steps: [], status: 401, body: { error: { message: 'no' } } }
        : { steps: [{ text: 'All well. HEARTBEAT_OK' }] };
    await start();
    tasks('- x');
    await until('a heartbeat', async () => (await last())?.['status'] === 'ok-token');
    fails = true;
    await until('a failure', async () => (await last())?.['status'] === 'failed');
    expect(await last()).toMatchObject({
      indicatorType: 'error',
      reason: expect.stringContaining('credentials') as string,
    });
  });

  it('that look around in vain, or fail, tell nobody; what has happened is not lost in silence', async () => {
    let answer: 'nothing' | 'refusal' = 'nothing';
    models.answer = ({ lastUser }) => {
      if (lastUser.includes('hello')) return { steps: [{ text: 'Hi.' }] };
      return answer === 'nothing'
        ? { steps: [{ reasoning: 'Nothing.' }] }
        : { steps: [], status: 401, body: { error: { message: 'no' } } };
    };
    await start();
    await greet();
    const sent = telegram.sent.length;
    tasks('- x');
    await until('an end without a word', async () => (await last())?.['status'] === 'ok-empty');
    answer = 'refusal';
    await until('a failure', async () => (await last())?.['status'] === 'failed');
    expect(telegram.sent).toHaveLength(sent);
    expect(await transcript()).not.toContain('HEARTBEAT');
    tasks('');
    await client.call('system-event', { text: 'The door bell rang' });
    await client.call('wake', { mode: 'now', text: 'The door bell rang' });
    await until('a word of it', () => telegram.sent.length > sent);
    expect(telegram.textsIn(OWNER).at(-1)).toContain('credentials');
  });

  it('rest outside the active hours, when they are switched off, and with another model where one is named', async () => {
    const hour = (offset: number): string =>
      `${String((new Date().getUTCHours() + offset + 24) % 24).padStart(2, '0')}:00`;
    await start({ activeHours: { start: hour(3), end: hour(5), timezone: 'UTC' } });
    tasks('- x');
    await until('a look', async () => (await last())?.['reason'] === 'quiet-hours');
    expect(models.requests).toHaveLength(0);
    await gateway.stop();
    client.close();

    const spare = models.provider('anthropic-messages', 'spare-1');
    await start(
      { model: 'spare/spare-1' },
      { models: { providers: { fake: models.provider('openai-completions'), spare } } },
    );
    const cli = (...args: string[]) =>
      runCliShared(['system', ...args], {
        env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
      });
    expect((await client.call('set-heartbeats', { enabled: 'no' })).error?.code).toBe('INVALID_REQUEST');
    expect((await cli('heartbeat', 'disable')).stdout).toContain('heartbeats are off');
    tasks('- x');
    await sleep(2000);
    expect(models.requests).toHaveLength(0);
    expect((await cli('heartbeat', 'enable')).code).toBe(0);
    await until('a heartbeat', () => models.requests.length > 0);
    expect(models.requests[0]?.body).toMatchObject({ model: 'spare-1' });
    await until('its end', async () => (await last())?.['status'] === 'ok-token');
    expect((await cli('heartbeat', 'last')).stdout).toContain('agent main: ok-token');
    expect(JSON.parse((await cli('heartbeat', 'last', '--json')).stdout)).toMatchObject({ status: 'ok-token' });
  });

  it('stop at their own budget', async () => {
    await start({}, { usage: { budgets: [{ scope: 'heartbeat', tokens: 1 }] } });
    tasks('- x');
    await until('a refusal', async () => (await last())?.['status'] === 'failed');
    expect((await last())?.['reason']).toMatch(/budget/i);
    expect(models.requests).toHaveLength(0);
    models.answer = () => ({ steps: [{ text: 'Hi.' }] });
    await greet();
    expect(telegram.textsIn(OWNER)).toContain('Hi.');
  });

  describe('what the gateway has to tell', () => {
    it('is told at once, or waits for the next heartbeat, over a kill too, each once', async () => {
      await start({ every: '1h' });
      const cli = (...args: string[]) =>
        runCliShared(['system', 'event', ...args], {
          env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
        });
      expect((await cli('--text', 'The parcel is here')).stdout).toContain('with the next heartbeat');
      expect((await cli('--text', 'The parcel is here')).code).toBe(0);
      expect((await client.call('system-event', { text: 'The cat is out' })).payload).toEqual({ ok: true });
      expect((await cli()).code).toBe(2);
      await sleep(600);
      expect(models.requests).toHaveLength(0);
      await again();
      expect((await client.call('wake', { mode: 'now', text: 'The bell rang' })).payload).toEqual({ ok: true });
      await until('the heartbeat', () => models.requests.length === 1);
      const told = models.requests[0]?.lastUser ?? '';
      expect(['parcel', 'cat', 'bell'].map((word) => told.split(word).length - 1)).toEqual([1, 1, 1]);
      await until('its end', async () => (await last())?.['status'] === 'ok-token');
      await client.call('wake', { mode: 'now', text: 'Once more' });
      await until('the next one', () => models.requests.length === 2);
      expect(models.requests[1]?.lastUser).not.toContain('parcel');
    });

    it('waits while something goes on in the conversation', async () => {
      const rung = new Gate();
      models.answer = ({ lastUser }) =>
        lastUser.includes('bell')
          ? { steps: [{ text: 'Somebody is there.' }] }
          : { steps: [{ until: rung }, { text: 'Done.' }] };
      await start({ every: '1h' });
      telegram.say({ chatId: OWNER, text: 'work' });
      await until('the turn', () => models.requests.length === 1);
      await client.call('wake', { mode: 'now', text: 'The bell rang' });
      await new Promise((next) => setTimeout(next, 300));
      expect(models.requests).toHaveLength(1);
      rung.open();
      await until('both', () => telegram.textsIn(OWNER).length === 2);
      expect(telegram.textsIn(OWNER)).toEqual(['Done.', 'Somebody is there.']);
      expect(beats()).toBe(1);
    });

    it('by a device is presence', async () => {
      await start({ every: '1h' });
      await client.call('system-event', { text: 'Node: phone', deviceId: 'phone-1', platform: 'ios' });
      const { payload } = await client.call('system-presence', {});
      expect(payload).toContainEqual(
        expect.objectContaining({ deviceId: 'phone-1', platform: 'ios', text: 'Node: phone' }),
      );
      expect(models.requests).toHaveLength(0);
    });

    it('by a job that can wait, waits', async () => {
      await start({ every: '1h' });
      const { payload } = await client.call('cron.add', {
        name: 'Tea',
        schedule: { kind: 'at', atMs: Date.now() + 200 },
        sessionTarget: 'main',
        wakeMode: 'next-heartbeat',
        payload: { kind: 'systemEvent', text: 'The tea is ready' },
      });
      const id = String(payload?.['id']);
      const runs = async (): Promise<Record<string, unknown>[]> =>
        ((await client.call('cron.runs', { id })).payload as { entries: Record<string, unknown>[] }).entries;
      await until('its end', async () => (await runs())[0]?.['status'] === 'ok');
      expect((await runs())[0]).toMatchObject({ summary: 'waits for the next heartbeat' });
      expect(models.requests).toHaveLength(0);
      await client.call('wake', { mode: 'now', text: 'Wake' });
      await until('the heartbeat', () => models.requests.length === 1);
      expect(models.requests[0]?.lastUser).toContain('The tea is ready');
    });
  });

  it('a template alone is no list', async () => {
    await start({ every: '1h' });
    const file = join(gateway.stateDir, 'workspace', 'HEARTBEAT.md');
    expect(existsSync(file) && readFileSync(file, 'utf8').trim()).toBe('# Things to look after now and then');
  });
});
