import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelAnswer, ModelRequest } from '../../fakes/model-formats/model-format';
import { FakeTelegram } from '../../fakes/telegram-server';
import { FakeSite } from '../../fakes/web-site';
import { until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';
import { type Task, ordinaryDay } from './tasks';

const OWNER = 5;
const GROUP = -500;
const MAX_QUESTIONS = 3;
/** In results of calls that did not do what was wanted. */
const FAILURE = /\bError \([a-z_]+\):/;
const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('an ordinary day', () => {
  let site: FakeSite;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  /** What the owner was asked, in order. */
  const questions: string[] = [];
  /** Calls that failed, by task. */
  const failures: string[] = [];
  let done = 0;
  let seen = 0;
  let watcher: NodeJS.Timeout;

  beforeAll(async () => {
    site = await FakeSite.start();
    telegram = await FakeTelegram.start();
    site.html('/a', `<title>A</title><p>Kettle A is red. <a href="${site.url}/details">Details</a></p>`);
    site.html('/b', '<title>B</title><p>Kettle B is quick.</p>');
    site.html('/c', '<title>C</title><p>Kettle C is cheap.</p>');
    site.html('/details', '<title>Details</title><p>It holds two litres.</p>');
    site.json('/brave', {
      web: { results: [{ title: 'Kettles', url: `${site.url}/b`, description: 'Quick.' }] },
    });
    bench = await ToolBench.start({
      config: {
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
            groupPolicy: 'open',
            groups: { '*': { requireMention: false } },
            streamMode: 'off',
          },
        },
        tools: {
          exec: { applyPatch: { enabled: true } },
          web: { search: { provider: 'brave', apiKey: 'k', brave: { baseUrl: `${site.url}/brave` } } },
        },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    writeFileSync(bench.workspace('sales.csv'), 'month,sales\nJan,40\nFeb,70\nMar,90\n');
    writeFileSync(bench.workspace('mail.txt'), 'From: Ann\n\nCan we meet on Friday at ten?\n');
    watcher = setInterval(answerQuestions, 20);
  });
  afterAll(async () => {
    clearInterval(watcher);
    await bench.stop();
    await telegram.stop();
    await site.stop();
  });

  /** The owner reads each question and says yes. */
  function answerQuestions(): void {
    const { frames } = bench.client;
    for (; seen < frames.length; seen++) {
      const frame = frames[seen];
      if (frame?.event !== 'exec.approval.requested') continue;
      questions.push(JSON.stringify(frame.payload?.['request'] ?? frame.payload));
      void bench.client.call('exec.approval.resolve', { id: frame.payload?.['id'], decision: 'allow-once' });
    }
  }

  async function doTask(task: Task): Promise<void> {
    if (task.where === undefined || task.where === 'page') {
      const told = await bench.turn(task.calls, { sessionKey: 'main', message: task.say });
      expect(told).toHaveLength(task.calls.length);
      for (const result of told) if (FAILURE.test(result)) failures.push(`${task.say}: ${result.slice(0, 300)}`);
      return;
    }
    const chatId = task.where === 'group' ? GROUP : OWNER;
    const before = telegram.textsIn(chatId).length;
    bench.models.answer = ({ text }: ModelRequest): ModelAnswer => ({
      steps: [{ text: text.includes(task.say) ? `About that: ${task.say}` : 'done' }],
    });
    if (task.forwards !== undefined)
      telegram.push('message', {
        message_id: 9000 + done,
        date: Math.floor(Date.now() / 1000),
        from: { id: OWNER, is_bot: false, first_name: 'Me' },
        chat: { id: OWNER, type: 'private', first_name: 'Me' },
        forward_origin: { type: 'hidden_user', sender_user_name: 'Shop', date: 0 },
        text: task.forwards,
      });
    telegram.say({
      chatId,
      fromId: OWNER,
      text: task.say,
      ...(task.where === 'group' ? { chatType: 'group', chatTitle: 'Home' } : {}),
    });
    await until('an answer in the chat', () =>
      telegram
        .textsIn(chatId)
        .slice(before)
        .some((text) => text.includes(task.say)),
    );
  }

  it('is done with at most three questions', async () => {
    const tasks = ordinaryDay({ site: site.url, ownChat: String(OWNER) });
    expect(tasks.length).toBeGreaterThanOrEqual(30);
    for (const task of tasks) {
      await doTask(task);
      done++;
    }
    expect(failures).toEqual([]);
    expect(telegram.textsIn(OWNER)).toContain('Buy the second one.');
    if (questions.length > MAX_QUESTIONS) throw new Error(`${questions.length} questions:\n${questions.join('\n')}`);
  }, 240_000);

  it('has its daily job read, sum up and tell, without asking', async () => {
    const before = questions.length;
    bench.models.answer = ({ lastUser, toolResults }: ModelRequest): ModelAnswer =>
      !lastUser.includes('Read mail.txt')
        ? { steps: [{ text: 'done' }] }
        : toolResults === 0
          ? { steps: [{ tool: { name: 'read', args: { path: 'mail.txt' } } }] }
          : { steps: [{ text: 'Ann wants to meet on Friday.' }] };
    const { payload } = await bench.client.call('cron.list', {});
    const job = (payload?.['jobs'] as { id: string; name: string }[]).find(({ name }) => name === 'Mail');
    await bench.client.call('cron.run', { id: job?.id, mode: 'force' });
    await until('the news in the chat', () => telegram.textsIn(OWNER).some((text) => text.includes('Friday')));
    expect(questions).toHaveLength(before);
  }, 60_000);

  it('leaves what was made', () => {
    for (const file of ['sales.svg', 'report.md', join('output', 'kettles.pdf')])
      expect(() => writeFileSync(bench.workspace(file), '', { flag: 'r+' })).not.toThrow();
  });
});
