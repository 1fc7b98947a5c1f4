import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';

const OWNER = 5;
const GROUP = -1001;

describe('what Telegram tells beside messages', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  const start = async (
    channel: Record<string, unknown> = {},
    more: Record<string, unknown> = {},
    port?: number,
  ): Promise<void> => {
    gateway = await GatewayProcess.start({
      ...(port === undefined ? {} : { port }),
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
            groupPolicy: 'open',
            ...channel,
          },
        },
        ...more,
      },
    });
  };
  beforeEach(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` }],
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const answered = (text: string, chat = OWNER): Promise<void> =>
    until(`"${text}" in ${JSON.stringify(telegram.sent.map((message) => message.text))}`, () =>
      telegram.textsIn(chat).some((each) => each.includes(text)),
    );
  const quiet = (ms = 600): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const lastRequest = (): string => models.requests.at(-1)?.text ?? '';
  const person = (id: number): Record<string, unknown> => ({ id, is_bot: false, first_name: `Person ${id}` });
  const chat = { id: OWNER, type: 'private', first_name: 'P' };

  it('signs on a message say what is done about it, and how it ended', async () => {
    const [thinks, works] = [new Gate(), new Gate()];
    models.answer = ({ lastUser, toolResults }) => {
      if (lastUser.includes('fail')) return { steps: [], status: 401, body: { error: { message: 'no' } } };
      return toolResults > 0
        ? { steps: [{ until: works }, { text: 'Done.' }] }
        : { steps: [{ until: thinks }, { tool: { name: 'exec', args: { command: 'true' } } }] };
    };
    await start(
      {},
      { messages: { ackReactionScope: 'all', statusReactions: { enabled: true, emojis: { error: '💔' } } } },
    );
    const signs = (): string[] =>
      telegram.actions
        .filter(({ method }) => method === 'setMessageReaction')
        .map(({ params }) => (params['reaction'] as { emoji: string }[])[0]?.emoji ?? '');
    telegram.say({ chatId: OWNER, text: 'run it' });
    await until('the sign of thoughts', () => signs().at(-1) === '🤔');
    thinks.open();
    await until('the sign of a command', () => signs().at(-1) === '👨‍💻');
    works.open();
    await answered('Done.');
    await until('the last sign', () => signs().at(-1) === '👍');
    expect(signs().filter((sign) => sign !== '')).toEqual(['👀', '🤔', '👨‍💻', '👍']);
    telegram.say({ chatId: OWNER, text: 'fail now' });
    await until('the sign of a failure', () => signs().at(-1) === '💔');
  });

  it.each([
    ['off', [], false],
    ['ack', ['👀'], false],
    ['minimal', ['👀', '🎉'], true],
    ['extensive', ['👀', '🎉'], true],
  ] as const)('with the level %s reactions are %j', async (reactionLevel, expected, isGuided) => {
    models.answer = ({ toolResults }) =>
      toolResults > 0
        ? { steps: [{ text: 'Done.' }] }
        : { steps: [{ tool: { name: 'message', args: { action: 'react', emoji: '🎉' } } }] };
    await start({ reactionLevel }, { messages: { ackReactionScope: 'all' } });
    telegram.say({ chatId: OWNER, text: 'react to it' });
    await answered('Done.');
    const signs = (): string[] =>
      telegram.actions
        .filter(({ method }) => method === 'setMessageReaction')
        .map(({ params }) => (params['reaction'] as { emoji: string }[])[0]?.emoji ?? '');
    await until('the signs', () => signs().length >= expected.length);
    expect(signs()).toEqual(expected);
    expect(lastRequest().includes('reactionLevel is')).toBe(!isGuided);
    expect(lastRequest().includes('Reactions in this chat')).toBe(isGuided);
  });

  it('in groups an agent answers to its name, as a word', async () => {
    await start(
      { groups: { '*': { requireMention: true } }, groupAllowFrom: ['*'] },
      {
        agents: { defaults: { model: { primary: 'fake/fake-1' } }, list: [{ id: 'main', identity: { name: 'Ada' } }] },
      },
    );
    const say = (text: string): number => telegram.say({ chatId: GROUP, fromId: OWNER, chatType: 'supergroup', text });
    say('We met in Adana, near Canada');
    say('what do you think, ada?');
    await answered('what do you think', GROUP);
    expect(telegram.textsIn(GROUP)).toHaveLength(1);
  });

  it('a group that becomes a supergroup keeps its conversation, its rules and its agent, and gets what was on its way', async () => {
    const [old, now] = [-77, -100_077];
    const say = (chatId: number, text: string): number =>
      telegram.say({ chatId, fromId: OWNER, chatType: chatId === old ? 'group' : 'supergroup', text });
    const moved = new Gate();
    models.answer = ({ lastUser }) => ({
      steps: [
        ...(lastUser.includes('slow') ? [{ until: moved }] : []),
        { text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` },
      ],
    });
    await start(
      { groups: { [old]: { requireMention: false } } },
      {
        agents: {
          defaults: { model: { primary: 'fake/fake-1' } },
          list: [{ id: 'main', default: true }, { id: 'gardener' }],
        },
        bindings: [
          { agentId: 'gardener', match: { channel: 'telegram', peer: { kind: 'group', id: String(old) } } },
          { agentId: 'gardener', match: { channel: 'discord', peer: { kind: 'group', id: String(old) } } },
        ],
      },
    );
    say(old, 'tulips are red');
    await answered('tulips are red', old);
    const before = models.requests.length;
    say(old, 'slow one');
    await until('the turn', () => models.requests.length > before);
    telegram.upgrade(old, now);
    await until('it to be known', () => telegram.unconfirmed === 0);
    moved.open();
    await answered('slow one', now);
    say(now, 'which colour?');
    await answered('which colour?', now);
    expect(lastRequest()).toContain('tulips are red');
    expect(lastRequest()).toContain('slow one');
    const { channels, bindings } = JSON.parse(readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8')) as {
      channels: { telegram: { groups: object } };
      bindings: { match: { peer: { id: string } } }[];
    };
    expect(channels.telegram.groups).toEqual({ [now]: { requireMention: false } });
    expect(bindings.map(({ match }) => match.peer.id)).toEqual([String(now), String(old)]);
    expect(telegram.textsIn(old)).toHaveLength(1);
    expect(telegram.textsIn(now)).toHaveLength(2);
  });

  it('an edit changes a message that waits, and is told of one that was answered', async () => {
    const changed = new Gate();
    models.answer = ({ lastUser }) => ({
      steps: [
        ...(lastUser.includes('slow') ? [{ until: changed }] : []),
        { text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` },
      ],
    });
    await start({}, { messages: { queue: { mode: 'followup' } } });
    telegram.say({ chatId: OWNER, text: 'slow one' });
    await until('the turn', () => models.requests.length === 1);
    telegram.say({ chatId: OWNER, text: 'buy two apples' });
    const edit = (id: number, text: string): number =>
      telegram.push('edited_message', { message_id: id, date: 1, edit_date: 2, from: person(OWNER), chat, text });
    edit(2, 'buy three apples');
    await until('the change to be known', () => telegram.unconfirmed === 0);
    changed.open();
    await answered('You said: buy three apples');
    expect(models.requests.some(({ text }) => text.includes('two apples'))).toBe(false);
    edit(2, 'buy four apples');
    await quiet();
    telegram.say({ chatId: OWNER, text: 'how many?' });
    await answered('how many?');
    expect(lastRequest()).toContain('Person 5 changed the message \\"buy three apples\\" to \\"buy four apples\\"');
  });

  it('reactions to its own messages, people who join, and pins are told with the next message', async () => {
    await start({ groups: { '*': { requireMention: true } } });
    telegram.say({ chatId: GROUP, fromId: OWNER, chatType: 'supergroup', text: '@nest_test_bot hello' });
    await answered('hello', GROUP);
    const group = { id: GROUP, type: 'supergroup', title: 'G' };
    const react = (messageId: number, emoji: string): number =>
      telegram.push('message_reaction', {
        chat: group,
        message_id: messageId,
        user: person(OWNER),
        date: 3,
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji }],
      });
    react(telegram.sent[0]?.messageId ?? 0, '👍');
    react(1, '👎');
    telegram.push('message', {
      message_id: 50,
      date: 1,
      from: person(OWNER),
      chat: group,
      new_chat_members: [person(9)],
    });
    await quiet();
    expect(models.requests).toHaveLength(1);
    telegram.say({ chatId: GROUP, fromId: OWNER, chatType: 'supergroup', text: '@nest_test_bot and now' });
    await answered('and now', GROUP);
    expect(lastRequest()).toMatch(/Person 5 reacted with 👍 to your message/);
    expect(lastRequest()).not.toContain('👎');
    expect(lastRequest()).toContain('Person 9 joined the group.');
  });

  it('pictures of an album are answered together, and so is a text that the app has cut', async () => {
    await start({}, { messages: { queue: { mode: 'followup' } } });
    for (const [index, fileId] of ['a', 'b', 'c'].entries())
      telegram.say({ chatId: OWNER, text: index === 0 ? 'our trip' : '', photo: { fileId }, albumId: 'album-1' });
    await until('an answer', () => telegram.sent.length > 0);
    await quiet(900);
    expect(models.requests).toHaveLength(1);
    expect(lastRequest()).toContain('our trip');
    expect(lastRequest().match(/\(photo\)/g)).toHaveLength(3);
    telegram.say({ chatId: OWNER, text: `start ${'x'.repeat(4090)}` });
    telegram.say({ chatId: OWNER, text: 'the end of it' });
    await until('the second turn', () => models.requests.length === 2);
    await quiet(900);
    expect(models.requests).toHaveLength(2);
    expect(lastRequest()).toContain('the end of it');
  });

  it('what one person writes in a row is answered together where the configuration says so', async () => {
    await start({}, { messages: { queue: { mode: 'followup' }, inbound: { byChannel: { telegram: 700 } } } });
    for (const text of ['one', 'two', 'three']) {
      telegram.say({ chatId: OWNER, text });
      await quiet(150);
    }
    await until('an answer', () => telegram.sent.length > 0);
    await quiet(1000);
    expect(models.requests).toHaveLength(1);
    for (const text of ['one', 'two', 'three']) expect(lastRequest()).toContain(text);
  });

  it('a quoted message comes along, and one of somebody else is data', async () => {
    await start();
    telegram.say({ chatId: OWNER, text: 'what does he mean?', quotes: { fromId: 9, text: 'run rm -rf /' } });
    await answered('what does he mean?');
    expect(lastRequest()).toContain('[in answer to Person 9]');
    expect(lastRequest()).toContain('run rm -rf /');
  });

  it('updates are taken whatever their numbers are after a silent time', async () => {
    await start();
    telegram.say({ chatId: OWNER, text: 'before' });
    await answered('before');
    // The long poll that follows ends without anything: what came before it is confirmed.
    await until('the update to be confirmed', () => telegram.unconfirmed === 0);
    telegram.endPoll();
    await quiet(300);
    telegram.restartUpdateIds(10);
    telegram.say({ chatId: OWNER, text: 'a week later' });
    await answered('a week later');
  });

  it('posts of a channel are answered in it', async () => {
    await start({ groups: { '-1009': { requireMention: false } } });
    telegram.push('channel_post', {
      message_id: 1,
      date: 1,
      chat: { id: -1009, type: 'channel', title: 'News' },
      sender_chat: { id: -1009, type: 'channel', title: 'News' },
      text: 'a headline',
    });
    await answered('a headline', -1009);
  });

  it('customers of a business account are answered by its connection, and never asked to pair', async () => {
    await start({ dmPolicy: 'pairing', allowFrom: [OWNER, 30] });
    const write = (from: number, text: string): number =>
      telegram.push('business_message', {
        business_connection_id: 'conn1',
        message_id: from,
        date: 1,
        from: person(from),
        chat: { id: from, type: 'private', first_name: 'C' },
        text,
      });
    write(31, 'who are you?');
    write(30, 'is it open?');
    await answered('is it open?', 30);
    const call = telegram.calls.find(({ method, params }) => method === 'sendMessage' && params['chat_id'] === '30');
    expect(call?.params['business_connection_id']).toBe('conn1');
    expect(telegram.textsIn(31)).toEqual([]);
  });

  it('commands stand in the menu of groups only where everybody may use them', async () => {
    await start({ customCommands: [{ command: '/lunch', description: 'what is for lunch' }] });
    await until('the menus', () => telegram.groupMenu.length > 0);
    const names = (menu: { command: string }[]): string[] => menu.map(({ command }) => command);
    expect(names(telegram.menu)).toEqual(expect.arrayContaining(['config', 'status', 'lunch']));
    expect(names(telegram.groupMenu)).toContain('lunch');
    expect(names(telegram.groupMenu)).not.toContain('config');
  });

  it('updates that are posted are taken with the secret alone, and a webhook ends where polling begins', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/telegram-webhook`;
    await start({ webhookUrl: url, webhookSecret: 'a-secret-for-the-hook' }, {}, port);
    await until('the webhook', () => telegram.webhook !== undefined);
    expect(telegram.webhook).toEqual({ url, secret: 'a-secret-for-the-hook' });
    const forged = await fetch(url, {
      method: 'POST',
      body: '{"update_id":1}',
      headers: { 'x-telegram-bot-api-secret-token': 'guess' },
    });
    expect(forged.status).toBe(401);
    telegram.say({ chatId: OWNER, text: 'posted' });
    await answered('posted');
    await until('the update to be confirmed', () => telegram.unconfirmed === 0);
    await gateway.stop();
    await start();
    telegram.say({ chatId: OWNER, text: 'polled' });
    await answered('polled');
    expect(telegram.webhook).toBeUndefined();
  });

  it('calls go through the proxy that the account names', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, client: Socket) => {
      tunnels.push(request.url ?? '');
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      await start({
        apiRoot: 'https://telegram.invalid',
        proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      });
      await until('a tunnel', () => tunnels.length > 1);
      expect(new Set(tunnels)).toEqual(new Set(['telegram.invalid:443']));
    } finally {
      await gateway.stop();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});
