import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('what can not be worked on', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        messages: { queue: { mode: 'followup' } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  /** Changes the database behind the gateway's back, as a fault of it would. */
  const spoil = (...statements: string[]): void => {
    const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
    for (const statement of statements) database.prepare(statement).run();
    database.close();
  };
  const send = (key: string, message: string): Promise<unknown> =>
    client.call('chat.send', { sessionKey: 'line', message, idempotencyKey: key });
  const wait = async (runId: string): Promise<Record<string, unknown>> =>
    (await client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload ?? {};

  it('is put aside with the reason where a turn of it can not be begun, and the next ones go on', async () => {
    const allWait = new Gate();
    models.answer = ({ lastUser }) => ({ steps: [{ until: allWait }, { text: `You said: ${lastUser}` }] });
    await send('before', 'before');
    spoil(
      `create trigger refuse before insert on turns when new.request like '%"runNames":["refused"]%'
       begin select raise(abort, 'this one is refused'); end`,
    );
    await send('refused', 'refused');
    await send('after', 'after');
    allWait.open();
    expect(await wait('before')).toMatchObject({ status: 'ok' });
    expect(await wait('refused')).toMatchObject({
      status: 'error',
      error: expect.stringContaining('this one is refused'),
    });
    expect(await wait('after')).toMatchObject({ status: 'ok' });
    spoil('drop trigger refuse');

    const list = async (): Promise<{ id: string; text: string }[]> =>
      ((await client.call('channels.deadLetters.list', {})).payload?.['quarantined'] ?? []) as never;
    const [letter, ...more] = await list();
    expect([letter?.text, more]).toEqual(['refused', []]);
    const again = await client.call('channels.deadLetters.resubmit', { ids: [letter?.id, 'nobody'] });
    expect(again.payload).toEqual({ ok: true, resubmitted: [letter?.id], missing: ['nobody'], refused: [] });
    expect(await wait('refused')).toMatchObject({ status: 'ok' });
    expect(models.requests.filter(({ lastUser }) => lastUser === 'refused')).toHaveLength(1);
    expect(await list()).toEqual([]);
  });

  it('is put aside where what was stored of it can not be read', async () => {
    const spoilt = new Gate();
    models.answer = () => ({ steps: [{ until: spoilt }, { text: 'Fine.' }] });
    await send('first', 'first');
    await until('the model is asked', () => models.requests.at(-1)?.lastUser === 'first');
    await send('broken', 'broken');
    await send('sound', 'sound');
    spoil("update inbox set payload = '{' where run_name = 'broken'");
    spoilt.open();
    expect(await wait('first')).toMatchObject({ status: 'ok' });
    expect(await wait('broken')).toMatchObject({ status: 'error', error: expect.stringContaining("can't be read") });
    expect(await wait('sound')).toMatchObject({ status: 'ok' });
    const { payload } = await client.call('channels.deadLetters.list', {});
    const [{ id } = { id: '' }] = payload?.['quarantined'] as { id: string }[];
    expect((await client.call('channels.deadLetters.resubmit', { ids: [id] })).error?.message).toContain(
      "can't be tried again: its message can't be read",
    );
  });

  it('is put aside where its turn can not be closed, and whoever wrote it in a chat is told', async () => {
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${lastUser}` }] });
    spoil(
      `create trigger refuse before insert on transcript_events when new.payload like '%unkeepable%'
       begin select raise(abort, 'this one is not kept'); end`,
    );
    telegram.say({ chatId: OWNER, text: 'unkeepable' });
    telegram.say({ chatId: OWNER, text: 'and now?' });
    await until('the next answer', () => telegram.textsIn(OWNER).some((text) => text.endsWith('and now?')));
    expect(telegram.textsIn(OWNER).join('\n')).toContain('This message was put aside');
    expect(models.requests.filter(({ lastUser }) => lastUser.includes('unkeepable')).length).toBeLessThanOrEqual(3);
    spoil('drop trigger refuse');
  });

  it('is put aside where it is a command that can not be begun, and what came after it goes on', async () => {
    models.answer = () => ({ steps: [{ text: 'Fine.' }] });
    spoil(
      `create trigger refuse before insert on turns when new.kind = 'command'
       begin select raise(abort, 'no commands today'); end`,
    );
    await send('command', '/status');
    await send('message', 'hello');
    expect(await wait('command')).toMatchObject({
      status: 'error',
      error: expect.stringContaining('no commands today'),
    });
    expect(await wait('message')).toMatchObject({ status: 'ok' });
    spoil('drop trigger refuse');
  });
});
