import { writeFileSync } from 'node:fs';
import type { ModelAnswer, ModelRequest } from '../../fakes/model-formats/model-format';
import { FakeTelegram } from '../../fakes/telegram-server';
import { FakeSite } from '../../fakes/web-site';
import { Answering } from '../../harness/answering';
import { until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';
import type { Task } from './tasks';
import { telegramConfig } from '../../harness/channel-config';

export const OWNER = 5;
const GROUP = -500;
/** In results of calls that did not do what was wanted. */
const FAILURE = /\bError \([a-z_]+\):/;

/** A gateway, a chat and the web, and an owner who reads each question and says yes. */
export class Day {
  /** What the owner was asked, in order. */
  readonly questions: string[] = [];
  /** Calls that failed, by task. */
  readonly failures: string[] = [];
  private messages = 9000;
  private readonly answering: Answering;

  private constructor(
    readonly site: FakeSite,
    readonly telegram: FakeTelegram,
    readonly bench: ToolBench,
  ) {
    this.answering = new Answering(bench.client, ({ request }) => {
      this.questions.push(JSON.stringify(request));
      return 'allow-once';
    });
  }

  static async begin(): Promise<Day> {
    const site = await FakeSite.start();
    const telegram = await FakeTelegram.start();
    site.html('/a', `<title>A</title><p>Kettle A is red. <a href="${site.url}/details">Details</a></p>`);
    site.html('/b', '<title>B</title><p>Kettle B is quick.</p>');
    site.html('/c', '<title>C</title><p>Kettle C is cheap.</p>');
    site.html('/details', '<title>Details</title><p>It holds two litres.</p>');
    site.json('/brave', {
      web: { results: [{ title: 'Kettles', url: `${site.url}/b`, description: 'Quick.' }] },
    });
    const bench = await ToolBench.start({
      config: {
        channels: {
          telegram: telegramConfig(telegram, [OWNER], {
            groupPolicy: 'open',
            groups: { '*': { requireMention: false } },
            streamMode: 'off',
          }),
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
    return new Day(site, telegram, bench);
  }

  async end(): Promise<void> {
    this.answering.end();
    await this.bench.stop();
    await this.telegram.stop();
    await this.site.stop();
  }

  async do({ where, say, calls, forwards }: Task): Promise<void> {
    const { bench, telegram } = this;
    if (where === undefined || where === 'page') {
      const told = await bench.turn(calls, { sessionKey: 'main', message: say });
      expect(told).toHaveLength(calls.length);
      for (const result of told) if (FAILURE.test(result)) this.failures.push(`${say}: ${result.slice(0, 300)}`);
      return;
    }
    const chatId = where === 'group' ? GROUP : OWNER;
    const before = telegram.textsIn(chatId).length;
    bench.models.answer = ({ text }: ModelRequest): ModelAnswer => ({
      steps: [{ text: text.includes(say) ? `About that: ${say}` : 'done' }],
    });
    if (forwards !== undefined)
      telegram.push('message', {
        message_id: ++this.messages,
        date: Math.floor(Date.now() / 1000),
        from: { id: OWNER, is_bot: false, first_name: 'Me' },
        chat: { id: OWNER, type: 'private', first_name: 'Me' },
        forward_origin: { type: 'hidden_user', sender_user_name: 'Shop', date: 0 },
        text: forwards,
      });
    telegram.say({
      chatId,
      fromId: OWNER,
      text: say,
      ...(where === 'group' ? { chatType: 'group', chatTitle: 'Home' } : {}),
    });
    await until('an answer in the chat', () =>
      telegram
        .textsIn(chatId)
        .slice(before)
        .some((text) => text.includes(say)),
    );
  }
}
