import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const bundle = (name: string): string =>
  readFileSync(join(resolve(__dirname, '../..'), 'dist', 'bundle', name), 'latin1');

/** The loader reads the bundles one byte a character, so that a start need not decode them. */
describe('the bundles', () => {
  it.each(['gateway.js', 'client.js', 'models.js', 'telegraf.js', 'postgres.js'])(
    'hold nothing but ASCII: %s',
    (name) => {
      expect(bundle(name).match(/[^\x00-\x7f].{0,40}/g) ?? []).toEqual([]);
    },
  );

  it('leave what a start does not need to bundles of their own', () => {
    // What each of these libraries calls its errors, in the text of its own code.
    for (const [mark, name] of [
      ['vercel.ai.error', 'models.js'],
      ['Bot is not running!', 'telegraf.js'],
      ['SASL: SCRAM-SERVER-FIRST-MESSAGE', 'postgres.js'],
    ] as const) {
      expect(bundle(name).includes(mark) || name).toBe(true);
      expect(bundle('gateway.js').includes(mark) && mark).toBe(false);
    }
  });

  it('know the signs of every script: a long Chinese answer is cut behind a sentence', async () => {
    const telegram = await FakeTelegram.start();
    const models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: '这是一个很长的句子，没有空格。'.repeat(400) }] });
    const gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'open', allowFrom: ['*'] },
        },
      },
    });
    try {
      telegram.say({ chatId: 5, text: 'Tell me' });
      await until('both parts', () => telegram.textsIn(5).length === 2);
      for (const text of telegram.textsIn(5)) expect(text).toMatch(/。$/);
    } finally {
      await gateway.stop();
      await models.stop();
      await telegram.stop();
    }
  });
});
