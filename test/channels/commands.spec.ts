import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';

const OWNER = 5;
const FRIEND = 6;

/** What somebody wrote, without the line that says who and when. */
const wordsOf = (text: string): string => text.replace(/^\[[^\]]*\] /, '');

describe('commands in chats', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', { contextWindow: 32_000 }) } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        session: { dmScope: 'per-channel-peer' },
        commands: { bash: true, bashForegroundMs: 30_000, ownerAllowFrom: [`telegram:${OWNER}`, `telegram:${FRIEND}`] },
        tools: { exec: { security: 'full', ask: 'off' }, elevated: { allowFrom: { telegram: [OWNER] } } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER, FRIEND],
            streamMode: 'off',
          },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });
  beforeEach(() => {
    models.requests.length = 0;
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${wordsOf(lastUser)}` }] });
  });

  const say = (text: string, chatId = OWNER): number => telegram.say({ chatId, text });
  const told = (text: string, chatId = OWNER): Promise<void> =>
    until(`"${text}" in ${JSON.stringify(telegram.textsIn(chatId))}`, () =>
      telegram.textsIn(chatId).some((each) => each.includes(text)),
    );

  it('hold up nobody else: a slow summary of one chat, another chat', async () => {
    for (const text of ['one', 'two', 'three', 'four', 'five']) {
      say(`${text} ${'and so on '.repeat(300)}`);
      await told(`You said: ${text}`);
    }
    models.answer = ({ lastUser }) =>
      wordsOf(lastUser) === 'hello' ? { steps: [{ text: 'Hello yourself.' }] } : { steps: [{ stall: true }] };
    models.requests.length = 0;
    say('/compact');
    await until('the model is asked for a summary', () => models.requests.length > 0);
    say('hello', FRIEND);
    await told('Hello yourself.', FRIEND);
    expect(telegram.textsIn(OWNER).some((text) => text.includes('Summed up'))).toBe(false);
    say('/stop');
    await told('Stopped (1).');
  });

  it('are carried out before what is said after them, in the same chat', async () => {
    say('/bash sleep 1; echo slept');
    say('and now?');
    await told('and now?');
    const texts = telegram.textsIn(OWNER);
    const at = (part: string): number => texts.findIndex((text) => text.includes(part));
    expect(at('slept')).toBeGreaterThanOrEqual(0);
    expect(at('slept')).toBeLessThan(at('You said: and now?'));
  });

  it('stop at once what runs, a command of the same chat too', async () => {
    say('/bash sleep 60; echo never');
    await until('the command to run', async () => (await runs()).includes('"/bash"'));
    const before = telegram.textsIn(OWNER).length;
    say('stop');
    await until('the answers', () => telegram.textsIn(OWNER).length >= before + 2);
    const answers = telegram.textsIn(OWNER).slice(before);
    expect(answers).toEqual(expect.arrayContaining([expect.stringContaining('Stopped (1).')]));
    expect(answers.join()).not.toContain('never');
  });

  /** What the database says of commands that are being carried out. */
  async function runs(): Promise<string> {
    const { SqliteFile } = await import('../../src/storage/sqlite-file');
    const database = new SqliteFile(`${gateway.stateDir}/openclaw-nest.sqlite`, { readOnly: true });
    try {
      return JSON.stringify(
        database
          .prepare("select name from turn_steps where kind = 'command' and state = 'started'")
          .all()
          .map((row) => row as { name: string }),
      );
    } finally {
      database.close();
    }
  }
});
