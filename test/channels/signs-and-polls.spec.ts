import { FakeDiscord, GENERAL_ID, GUILD_ID } from '../fakes/discord-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { discordConfig, slackConfig, telegramConfig } from '../harness/channel-config';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const OWNER = '500000000000000005';
const BO = '500000000000000009';
const ANN = 5;
const GROUP = -1001;

describe('reactions, votes, and what is taken back', () => {
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  beforeAll(async () => {
    [discord, slack, telegram] = await Promise.all([FakeDiscord.start(), FakeSlack.start(), FakeTelegram.start()]);
    bench = await ToolBench.start({
      config: {
        channels: {
          discord: discordConfig(discord, [OWNER], { guilds: { [GUILD_ID]: { requireMention: false } } }),
          slack: slackConfig(slack, ['U5'], { channels: { general: { requireMention: false } } }),
          telegram: telegramConfig(telegram, [ANN], {
            streamMode: 'off',
            groupPolicy: 'open',
            groups: { '*': { requireMention: false } },
          }),
        },
      },
    });
    bench.others = () => ({ steps: [{ text: 'ok' }] });
    await listening();
  }, 60_000);
  afterAll(async () => {
    await bench.stop();
    await Promise.all([discord.stop(), slack.stop(), telegram.stop()]);
  });

  const listening = async (): Promise<void> => {
    await until('Discord and Slack', () => discord.isConnected && slack.isConnected, 30_000);
    await until('all accounts', async () => {
      const { payload } = await bench.client.call('channels.status', {});
      const accounts = payload?.['channelAccounts'] as Record<string, { connected?: boolean }[]>;
      return Object.values(accounts)
        .flat()
        .every(({ connected }) => connected === true);
    });
  };
  /** What the model is shown when somebody speaks next. */
  const told = async (say: () => unknown): Promise<string> => {
    bench.models.answer = () => ({ steps: [{ text: 'ok' }] });
    const before = bench.models.requests.length;
    say();
    await until('a turn', () => bench.models.requests.length > before, 20_000);
    return bench.models.requests.at(-1)?.lastUser ?? '';
  };

  describe('on Discord', () => {
    const next = (): Promise<string> =>
      told(() => discord.say({ channelId: GENERAL_ID, userId: OWNER, text: 'and now?' }));
    const own = (): string => discord.sent.filter(({ channelId }) => channelId === GENERAL_ID).at(-1)?.id ?? '';
    const answered = async (): Promise<string> => {
      const before = discord.sent.length;
      await next();
      await until('the answer', () => discord.sent.length > before);
      return own();
    };

    it('a reaction, its end, and the same again are told each, with the name that Discord leaves out', async () => {
      const message = await answered();
      discord.react(GENERAL_ID, message, BO, '👍');
      discord.unreact(GENERAL_ID, message, BO, '👍');
      discord.react(GENERAL_ID, message, BO, '👍');
      const text = await next();
      expect(text.match(new RegExp(`Person ${BO} reacted with 👍 to your message ${message}`, 'g'))).toHaveLength(2);
      expect(text).toMatch(new RegExp(`(Person ${BO}|person${BO}) took back 👍 from your message ${message}`));
    });

    it('what a moderator clears is told without a name', async () => {
      const message = await answered();
      discord.clearReactions(GENERAL_ID, message, '🔥');
      discord.clearReactions(GENERAL_ID, message);
      const text = await next();
      expect(text).toContain(`All reactions with 🔥 to your message ${message} were removed.`);
      expect(text).toContain(`All reactions to your message ${message} were removed.`);
    });

    it('what is done to messages of others is told only where that is wanted', async () => {
      const theirs = discord.say({ channelId: GENERAL_ID, userId: BO, text: 'mine', unheard: true });
      discord.react(GENERAL_ID, theirs, BO, '👀');
      discord.unreact(GENERAL_ID, theirs, BO, '👀');
      discord.clearReactions(GENERAL_ID, theirs);
      discord.unreact(GENERAL_ID, '123', BO, '👀');
      const text = await next();
      expect(text).not.toContain('👀');
      expect(text).not.toContain('All reactions');
    });

    it('votes in a poll of the assistant are told by name and answer, also when they are taken back', async () => {
      const before = discord.sent.length;
      await bench.client.call('poll', {
        channel: 'discord',
        to: `channel:${GENERAL_ID}`,
        question: 'Tea or coffee?',
        options: ['Tea', 'Coffee'],
        idempotencyKey: 'discord-poll',
      });
      await until('the poll', () => discord.sent.length > before);
      const poll = own();
      discord.vote(GENERAL_ID, poll, BO, 2);
      discord.vote(GENERAL_ID, poll, BO, 2, true);
      discord.vote(GENERAL_ID, poll, BO, 1);
      discord.vote(GENERAL_ID, poll, BO, 7);
      const text = await next();
      expect(text).toMatch(/Person 500000000000000009 voted for "Coffee" in the poll "Tea or coffee\?"/);
      expect(text).toMatch(/took back their vote for "Coffee" in the poll "Tea or coffee\?"/);
      expect(text).toMatch(/voted for "Tea" in the poll "Tea or coffee\?"/);
      expect(text).toContain('an answer that is not known here (7)');
    });
  });

  it('on Slack a reaction, its end, and the same again are told each', async () => {
    const channel = slack.directWith('U5');
    const next = (): Promise<string> => told(() => slack.say({ channel, user: 'U5', text: 'and now?' }));
    const before = slack.sent.length;
    await next();
    await until('the answer', () => slack.sent.length > before);
    const ts = slack.sent.at(-1)?.ts ?? '';
    slack.react(channel, ts, 'U5', 'tada');
    slack.react(channel, ts, 'U5', 'tada', true);
    slack.react(channel, ts, 'U5', 'tada');
    await until('all to be confirmed', () => slack.unconfirmed === 0);
    const text = await next();
    expect(text.match(/Person U5 reacted with :tada: to your message/g)).toHaveLength(2);
    expect(text).toContain(`Person U5 took back :tada: from your message ${ts}.`);
  });

  describe('polls on Telegram', () => {
    const next = async (): Promise<string> => {
      // What is told without a chat goes beside what is said in one.
      await until('all to be confirmed', () => telegram.unconfirmed === 0);
      return told(() =>
        telegram.say({ chatId: GROUP, fromId: ANN, chatType: 'supergroup', chatTitle: 'G', text: 'and now?' }),
      );
    };
    const ask = async (key: string): Promise<string> => {
      const before = telegram.actions.length;
      const { ok } = await bench.client.call('poll', {
        channel: 'telegram',
        to: String(GROUP),
        question: `Tea? (${key})`,
        options: ['yes', 'no'],
        isAnonymous: false,
        idempotencyKey: key,
      });
      expect(ok).toBe(true);
      await until('the poll', () => telegram.actions.length > before);
      return `poll-${telegram.actions.length}`;
    };
    const vote = (poll_id: string, id: number, name: string, ...option_ids: number[]): void =>
      void telegram.push('poll_answer', { poll_id, option_ids, user: { id, is_bot: false, first_name: name } });
    const state = (id: string, question: string, votes: readonly number[], more: object = {}): void =>
      void telegram.push('poll', {
        id,
        question,
        options: ['yes', 'no'].map((text, index) => ({ text, voter_count: votes[index] ?? 0 })),
        total_voter_count: 0,
        is_closed: false,
        is_anonymous: false,
        type: 'regular',
        allows_multiple_answers: false,
        ...more,
      });

    it('votes are told where the poll stands, with what was voted for before', async () => {
      const poll = await ask('a');
      vote(poll, 9, 'Bo', 1);
      vote(poll, 9, 'Bo', 0);
      vote(poll, 9, 'Bo');
      const text = await next();
      expect(text).toContain('Bo voted for "no" in the poll "Tea? (a)".');
      expect(text).toContain('Bo voted for "yes" instead of "no" in the poll "Tea? (a)".');
      expect(text).toContain('Bo took back their vote for "yes" in the poll "Tea? (a)".');
    });

    it('are known over a restart: votes find their chat, and the end names who voted for what', async () => {
      const poll = await ask('b');
      vote(poll, 9, 'Bo', 1);
      expect(await next()).toContain('Bo voted for "no"');
      await bench.restart();
      await listening();
      vote(poll, 8, 'Cy', 0);
      vote(poll, 9, 'Bo', 0);
      state(poll, 'Tea? (b)', [1, 1]);
      state(poll, 'Tea? (b)', [2, 0]);
      state(poll, 'Tea? (b)', [2, 0], { is_closed: true });
      const text = await next();
      expect(text).toContain('Cy voted for "yes" in the poll "Tea? (b)".');
      expect(text).toContain('Bo voted for "yes" instead of "no" in the poll "Tea? (b)".');
      // Counts change with each vote: only how the poll stands now is of interest.
      expect(text.match(/State of a poll/g)).toHaveLength(1);
      expect(text).toContain('State of a poll (poll, closed): Tea? (b)\n- yes (2 votes: Cy, Bo)\n- no (0 votes)');
    }, 60_000);

    it('answers that people add have ids of their own', async () => {
      const poll = await ask('c');
      const options = ['yes', 'no', 'water'].map((text, index) => ({
        text,
        voter_count: 0,
        persistent_id: `p${index}`,
      }));
      state(poll, 'Tea? (c)', [], { options });
      telegram.push('poll_answer', {
        poll_id: poll,
        option_ids: [1],
        option_persistent_ids: ['p2'],
        user: { id: 9, is_bot: false, first_name: 'B\u202eo' },
      });
      expect(await next()).toContain('Bo voted for "water" in the poll "Tea? (c)".');
    });

    it('of anonymous ones nobody is named', async () => {
      const poll = await ask('d');
      state(poll, 'Tea? (d)', [3, 1], { is_anonymous: true, is_closed: true });
      const text = await next();
      expect(text).toContain('State of a poll (poll, anonymous, closed): Tea? (d)\n- yes (3 votes)\n- no (1 vote)');
    });
  });
});
