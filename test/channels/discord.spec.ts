import { FakeDiscord, GENERAL_ID, GUILD_ID } from '../fakes/discord-server';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = '500000000000000005';
const STRANGER = '500000000000000077';

describe('Discord', () => {
  let discord: FakeDiscord;
  let models: FakeModels;
  let gateway: GatewayProcess;

  const start = async (
    channel: Record<string, unknown> = {},
    more: Record<string, unknown> = {},
    where: { stateDir?: string; port?: number; dontWait?: boolean } = {},
  ): Promise<void> => {
    gateway = await GatewayProcess.start({
      ...where,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          discord: {
            token: discord.token,
            apiRoot: discord.apiRoot,
            dm: { policy: 'allowlist', allowFrom: [OWNER] },
            guilds: { [GUILD_ID]: {} },
            ...channel,
          },
        },
        ...more,
      },
    });
  };
  const connected = (): Promise<void> =>
    until('Discord to be connected', async () => (await state())['state'] === 'connected');
  beforeEach(async () => {
    discord = await FakeDiscord.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` }],
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await discord.stop();
    await models.stop();
  });

  const direct = (): string => discord.directWith(OWNER);
  const answered = (text: string, channel = direct()): Promise<void> =>
    until(`"${text}" in ${JSON.stringify(discord.sent.map((message) => message.text))}`, () =>
      discord.textsIn(channel).some((each) => each.includes(text)),
    );
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 600));
  const state = async (): Promise<Record<string, unknown>> => {
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('channels.status', {});
    client.close();
    const accounts = payload?.['channelAccounts'] as { discord: Record<string, unknown>[] };
    return accounts.discord[0] ?? {};
  };

  it('leaves nothing open when it is stopped while it logs in', async () => {
    await start({}, {}, { dontWait: true });
    await until('the login', () => discord.calls.some(({ path }) => path === '/gateway/bot'));
    expect(await gateway.signal('SIGTERM')).toBe(0);
    expect(gateway.log).not.toContain('still open');
  });

  it('answers direct messages where they came from, and sets its commands', async () => {
    await start();
    await connected();
    discord.say({ channelId: direct(), userId: OWNER, text: 'Good morning' });
    await answered('You said: Good morning');
    expect(models.requests[0]?.text).toMatch(
      /\[discord Person 500000000000000005 #\d+ (?:\w{3} )?\d{4}-.*\] Good morning/,
    );
    await until('the commands', () => discord.commands.length > 10);
    expect(discord.commands.map(({ name }) => name)).toEqual(expect.arrayContaining(['status', 'model', 'help']));
  });

  it('answers on a server when it is named, and shows then what was said before', async () => {
    await start();
    await connected();
    discord.say({ channelId: GENERAL_ID, userId: STRANGER, name: 'Ann', text: 'The train leaves at nine' });
    await quiet();
    expect(models.requests).toHaveLength(0);
    discord.say({ channelId: GENERAL_ID, userId: OWNER, text: 'when does it leave?', mention: true });
    await answered('You said: when does it leave?', GENERAL_ID);
    expect(models.requests[0]?.text).toContain('Ann: The train leaves at nine');
    discord.say({ channelId: GENERAL_ID, userId: OWNER, text: 'and again', mention: true });
    await answered('and again', GENERAL_ID);
    expect(models.requests[1]?.text.match(/The train leaves/g)).toHaveLength(1);
  });

  it('keeps to the rules of servers and channels', async () => {
    await start({ guilds: { [GUILD_ID]: { users: [OWNER], channels: { general: { requireMention: false } } } } });
    await connected();
    discord.say({ channelId: GENERAL_ID, userId: STRANGER, text: 'let me in' });
    await quiet();
    expect(models.requests).toHaveLength(0);
    discord.say({ channelId: GENERAL_ID, userId: OWNER, text: 'no name needed' });
    await answered('no name needed', GENERAL_ID);
    const thread = discord.thread('plans', OWNER);
    discord.say({ channelId: thread, userId: OWNER, text: 'in a thread' });
    await answered('in a thread', thread);
  });

  it('gives strangers a code and asks no model', async () => {
    await start({ dm: { policy: 'pairing' } });
    await connected();
    const chat = discord.directWith(STRANGER);
    discord.say({ channelId: chat, userId: STRANGER, text: 'hello?' });
    await answered('Pairing code:', chat);
    discord.say({ channelId: chat, userId: STRANGER, text: 'hello??' });
    await quiet();
    expect(discord.textsIn(chat)).toHaveLength(1);
    expect(models.requests).toHaveLength(0);
  });

  it('cuts long answers at 2,000 characters and 17 lines, fences and all', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `const line${index} = ${index};`);
    models.answer = () => ({
      steps: [{ text: `Here:\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n\n${'word '.repeat(600)}` }],
    });
    await start();
    await connected();
    discord.say({ channelId: direct(), userId: OWNER, text: 'code' });
    await answered('line59');
    await until('the rest', () => discord.textsIn(direct()).join(' ').split('word').length > 600);
    for (const text of discord.textsIn(direct())) {
      expect(text.length).toBeLessThanOrEqual(2000);
      expect(text.split('\n').length).toBeLessThanOrEqual(17);
      expect((text.match(/```/g) ?? []).length % 2).toBe(0);
    }
    const code = discord
      .textsIn(direct())
      .join('\n')
      .match(/const line\d+/g);
    expect(code).toEqual(lines.map((line) => line.split(' =')[0]));
  });

  it('answers commands of the menu to whoever gave them, and pressed buttons', async () => {
    await start();
    await connected();
    const id = discord.slash(direct(), OWNER, 'whoami');
    await until('the answer', () => discord.sent.some((message) => message.ephemeral === true));
    const answer = discord.sent.find((message) => message.ephemeral);
    expect(answer?.channelId).toBe(`interaction:token-of-${id}`);
    expect(answer?.text).toContain(OWNER);
    expect(discord.actions.map(({ path }) => path)).toContain(`/interactions/${id}/token-of-${id}/callback`);
    discord.slash(direct(), OWNER, 'model');
    await until('buttons', () => discord.sent.some((message) => (message.buttons ?? []).length > 0));
    const button = discord.sent.find((message) => message.buttons)?.buttons?.[0] ?? '';
    const press = discord.press(direct(), OWNER, button);
    await until('the press to be answered', () => discord.actions.some(({ path }) => path.includes(press)));
  });

  it('fetches pictures, and tells of edits, deletions and reactions', async () => {
    await start();
    await connected();
    discord.say({
      channelId: direct(),
      userId: OWNER,
      text: 'read this',
      attachments: [{ name: 'note.txt', type: 'text/plain', content: Buffer.from('the secret word is plum') }],
    });
    await answered('read this');
    expect(models.requests[0]?.text).toContain('the secret word is plum');
    const said = discord.say({ channelId: direct(), userId: OWNER, text: 'meet at five' });
    await answered('meet at five');
    discord.edit(direct(), said, 'meet at six');
    discord.react(direct(), discord.sent.at(-1)?.id ?? '', OWNER, '👍');
    await quiet();
    discord.say({ channelId: direct(), userId: OWNER, text: 'so when?' });
    await answered('so when?');
    const last = models.requests.at(-1)?.text ?? '';
    expect(last).toContain('changed the message \\"meet at five\\" to \\"meet at six\\"');
    expect(last).toMatch(/reacted with 👍 to your message/);
  });

  it('resumes after a broken connection, and fetches what it missed when the session is lost', async () => {
    await start();
    await connected();
    discord.say({ channelId: direct(), userId: OWNER, text: 'one' });
    await answered('one');
    discord.drop();
    discord.say({ channelId: direct(), userId: OWNER, text: 'two' });
    await answered('You said: two');
    expect(discord.opened).toEqual(['identify', 'resume']);
    discord.drop({ loseSession: true });
    discord.say({ channelId: direct(), userId: OWNER, text: 'three', unheard: true });
    discord.say({ channelId: GENERAL_ID, userId: OWNER, text: 'three on the server', mention: true, unheard: true });
    await answered('You said: three');
    await answered('three on the server', GENERAL_ID);
    expect(discord.opened.slice(0, 3)).toEqual(['identify', 'resume', 'identify']);
    await quiet();
    expect(discord.textsIn(direct())).toHaveLength(3);
  });

  it('explains refused intents and tokens, and does not try again', async () => {
    discord.allowContentIntent = false;
    await start();
    await until('a failure', async () => (await state())['state'] === 'failed');
    expect(String((await state())['lastError'])).toMatch(/Message Content Intent/);
    await gateway.stop();
    await start({ token: 'wrong.token.here' });
    await until('a failure', async () => (await state())['state'] === 'failed');
    expect(String((await state())['lastError'])).toMatch(/refuses the bot token/);
  });

  it('a name is as good as an id, where it is the name of one alone', async () => {
    discord.people.push(
      { nick: 'Ann', user: { id: OWNER, username: 'lee' } },
      { nick: null, user: { id: '1', username: 'annabel' } },
    );
    const [first, second] = [discord.channel('plants'), discord.channel('plants')];
    await start();
    await connected();
    const client = await WireClient.connected(gateway.url);
    const send = (to: string, key: string): ReturnType<WireClient['call']> =>
      client.call('send', { channel: 'discord', to, message: `to ${to}`, idempotencyKey: key });
    expect((await send('#general', '1')).payload).toMatchObject({ chatId: GENERAL_ID });
    expect((await send('@ann', '2')).payload).toMatchObject({ chatId: `user:${OWNER}` });
    expect(discord.textsIn(GENERAL_ID)).toEqual(['to #general']);
    expect(discord.textsIn(direct())).toEqual(['to @ann']);
    expect((await send('#plants', '3')).error?.['message']).toBe(
      `to: "#plants" may be ${first} (#plants of Test Server), ${second} (#plants of Test Server); give one of these ids`,
    );
    expect((await send('@nobody', '4')).error).toMatchObject({ code: 'INVALID_REQUEST' });
    const members = await client.call('directory.members', { channel: 'discord', groupId: '#general' });
    expect(members.payload).toMatchObject({
      members: [
        { id: OWNER, name: 'Ann' },
        { id: '1', name: 'annabel' },
      ],
    });
    client.close();
    models.answer = ({ toolResults }) =>
      toolResults > 0
        ? { steps: [{ text: 'Told.' }] }
        : {
            steps: [
              { tool: { name: 'message', args: { action: 'send', target: '#General', message: 'by the tool' } } },
            ],
          };
    discord.say({ channelId: direct(), userId: OWNER, text: 'tell them' });
    await answered('by the tool', GENERAL_ID);
    await answered('Told.');
  });

  it('sends once when the connection breaks after a send, and waits as long as it is asked to', async () => {
    await start();
    await connected();
    discord.faults.add('send', { kind: 'reset-after' });
    discord.say({ channelId: direct(), userId: OWNER, text: 'only once' });
    await answered('only once');
    await quiet();
    expect(discord.textsIn(direct())).toHaveLength(1);
    discord.faults.add('send', { kind: 'rate-limit', retryAfter: 1 });
    const before = Date.now();
    discord.say({ channelId: direct(), userId: OWNER, text: 'patience' });
    await answered('patience');
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    expect(discord.textsIn(direct()).filter((text) => text.includes('patience'))).toHaveLength(1);
  });

  it('looks through a long history, knows a conversation by all spellings, and tells the same words apart', async () => {
    discord.knowsNonces = false;
    await start();
    await connected();
    const client = await WireClient.connected(gateway.url);
    const send = (to: string, key: string): ReturnType<WireClient['call']> =>
      client.call('send', { channel: 'discord', to, message: 'The same words', idempotencyKey: key });
    const ids = [(await send(direct(), 'first')).payload?.['messageId']];
    for (const kind of ['reset-before', 'reset-after'] as const) {
      for (let count = 0; count < 120; count++)
        discord.say({ channelId: direct(), userId: OWNER, text: 'chatter', unheard: true });
      discord.faults.add('send', { kind });
      const both = await Promise.all([send(`user:${OWNER}`, `one ${kind}`), send(direct(), `two ${kind}`)]);
      ids.push(...both.map(({ payload }) => payload?.['messageId']));
    }
    client.close();
    expect(discord.textsIn(direct())).toEqual(Array.from({ length: 5 }, () => 'The same words'));
    expect(new Set(ids).size).toBe(5);
    expect(discord.sent.map(({ versions }) => versions.length)).toEqual([1, 1, 1, 1, 1]);
  });
});
