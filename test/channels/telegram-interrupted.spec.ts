import { Gate } from '../fakes/model-formats/model-format';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const OWNER = 5;

/** What a person has in front of them when something ends in the middle. */
describe('a Telegram chat in which something was interrupted', () => {
  let telegram: FakeTelegram;
  let bench: ToolBench;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: { channels: { telegram: telegramConfig(telegram, [OWNER], { streamMode: 'partial' }) } },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  it('takes the press of a button that was shown before a restart', async () => {
    bench.models.answer = ({ toolResults }) =>
      toolResults > 0
        ? { steps: [{ text: 'that is done' }] }
        : { steps: [{ tool: { name: 'exec', args: { command: 'perl -e "print 6*7"', host: 'gateway' } } }] };
    telegram.say({ chatId: OWNER, text: 'run it' });
    await until('the question', () => telegram.sent.at(-1)?.text.includes('Approval needed') === true);
    const question = telegram.sent.at(-1);
    await bench.restart();
    telegram.push('callback_query', {
      id: 'press-1',
      from: { id: OWNER, is_bot: false, first_name: 'P' },
      chat_instance: '1',
      data: question?.buttons?.[0]?.[0]?.callback_data,
      message: {
        message_id: question?.messageId,
        date: 1,
        chat: { id: OWNER, type: 'private', first_name: 'P' },
        text: question?.text,
      },
    });
    await until('the end', () => telegram.sent.some(({ text }) => text === 'that is done'));
    await until('the question says so', () => question?.buttons === undefined);
    expect(question?.text).toMatch(/Approval needed[^]*perl[^]*\nAllowed by [^\n]+\.$/);
    expect(question?.text).not.toContain('/approve');
    expect(bench.models.requests.at(-1)?.text).toContain('42');
    // As it was asked, and as it was answered.
    expect(question?.versions).toHaveLength(2);
    expect(telegram.sent.filter(({ text }) => text.includes('Approval needed'))).toHaveLength(1);
  }, 60_000);

  it.each([
    ['words', 'The first half of it', 'The first half of it'],
    ['a code block', 'So:\n```\nmake all', 'So:\n<pre>make all</pre>'],
  ])(
    'keeps the half of an answer that was cut off, once, with the reason (%s)',
    async (_, half, shown) => {
      const why = 'fake/fake-1 broke off in the middle of its answer';
      const gate = new Gate();
      bench.models.answer = () => ({ steps: [{ text: half }, { until: gate }, { cut: true }] });
      const before = telegram.sent.length;
      telegram.say({ chatId: OWNER, text: 'tell me' });
      await until('the preview', () => telegram.sent.length > before);
      gate.open();
      await until('the reason', () => telegram.sent.at(-1)?.text.includes(why) === true);
      expect(telegram.sent).toHaveLength(before + 1);
      expect(telegram.sent.at(-1)?.text).toBe(`${shown}\n\n(${why})`);
      // The next turn knows what was said, once.
      bench.models.answer = () => ({ steps: [{ text: 'next' }] });
      telegram.say({ chatId: OWNER, text: 'and?' });
      await until('the next', () => telegram.sent.at(-1)?.text === 'next');
      const asked = JSON.stringify(bench.models.requests.at(-1)?.body['messages']);
      expect(asked.split(JSON.stringify(half).slice(1, -1))).toHaveLength(2);
      expect(asked).not.toContain('broke off');
    },
    60_000,
  );
});
