import { spawnSync } from 'node:child_process';
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

  it('make objects in the way that Node 20 is quick with', () => {
    const isSlow = Number.parseInt(process.versions.node, 10) < 22;
    expect(bundle('gateway.js').includes('{...null,...')).toBe(isSlow);
  });

  it('mean the same with it', () => {
    const programs = [
      '({ ...a, b: 2, c: 3 })',
      '({ ...a, ...{ x: 9, d: 4 } })',
      '({ ...a })',
      '({ x: 1, ...a })',
      '({ ...(a.x ? {} : { b: 1 }), y: { ...a, z: { ...undefined, ...a, q: 1 } } })',
      '[{ ...null, ...a, get g() { return { ...a, h: 1 }; } }]',
      '((({ x, ...others }) => ({ ...others, x }))({ ...a, k: 1 }))',
      '((a, { b, ...c } = { ...a, b: 2 }) => [a, b, c])(a)',
      '["{...a, b}", `{...a, ${{ ...a, b: 5 }.b} }`, /{...a,b/.source, (() => { [...a.list]; return { ...a, r: [...a.list] }; })()]',
      'new (class { f = { ...a, own: true }; static s = { ...a, t: 1 }; })().f',
    ];
    const script = `
      import { withQuickSpreads } from './scripts/quick-spread.mjs';
      const a = { x: 1, y: undefined, list: [1, 2], [Symbol.for('s')]: 1 };
      const told = (code) => JSON.stringify([new Function('a', 'return ' + code)(a)]);
      const results = ${JSON.stringify(programs)}.map((code) => {
        const quick = withQuickSpreads(code);
        return { same: told(code) === told(quick), marks: quick.split('...null,').length - code.split('...null,').length };
      });
      process.stdout.write(JSON.stringify(results));
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: resolve(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const results = JSON.parse(stdout) as { same: boolean; marks: number }[];
    expect(results.map(({ same }) => same)).toEqual(programs.map(() => true));
    expect(results.map(({ marks }) => marks)).toEqual([1, 1, 0, 0, 3, 2, 2, 1, 2, 2]);
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
