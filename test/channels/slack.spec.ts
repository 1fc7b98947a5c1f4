import { FakeModels } from '../fakes/model-server';
import { CHANNEL, FakeSlack } from '../fakes/slack-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 'U5';
const STRANGER = 'U77';

describe('Slack', () => {
  let slack: FakeSlack;
  let models: FakeModels;
  let gateway: GatewayProcess;

  const start = async (channel: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          slack: {
            botToken: slack.botToken,
            appToken: slack.appToken,
            apiRoot: slack.apiRoot,
            dm: { policy: 'allowlist', allowFrom: [OWNER] },
            channels: { general: {} },
            ...channel,
          },
        },
      },
    });
    if (slack.requestUrl !== undefined) slack.requestUrl = `${gateway.http}/slack/events`;
  };
  const state = async (): Promise<Record<string, unknown>> => {
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('channels.status', {});
    client.close();
    const accounts = payload?.['channelAccounts'] as { slack: Record<string, unknown>[] };
    return accounts.slack[0] ?? {};
  };
  const connected = (): Promise<void> =>
    until('Slack to be connected', async () => (await state())['state'] === 'connected');
  beforeEach(async () => {
    slack = await FakeSlack.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` }],
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await slack.stop();
    await models.stop();
  });

  const direct = (): string => slack.directWith(OWNER);
  const answered = (text: string, channel = direct()): Promise<void> =>
    until(`"${text}" in ${JSON.stringify(slack.sent.map((message) => message.text))}`, () =>
      slack.textsIn(channel).some((each) => each.includes(text)),
    );
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 600));

  it('answers direct messages, and confirms each event after it is on disk', async () => {
    await start();
    await connected();
    slack.say({ channel: direct(), user: OWNER, text: 'Good &amp; early <https://example.com|morning>' });
    await answered('You said: Good &amp; early morning (<https://example.com>)');
    expect(models.requests[0]?.text).toMatch(/\[slack Person U5 #[\d.]+ (?:\w{3} )?\d{4}-.*\] Good & early/);
    await until('everything to be confirmed', () => slack.unconfirmed === 0);
    expect(Math.max(...slack.acknowledged)).toBeLessThan(3000);
  });

  it('answers in channels when it is named, once although two events tell of it', async () => {
    await start();
    await connected();
    slack.say({ channel: CHANNEL, user: STRANGER, text: 'the door is open' });
    await quiet();
    expect(models.requests).toHaveLength(0);
    slack.say({ channel: CHANNEL, user: OWNER, text: 'is it open?', mention: true });
    await answered('You said: is it open?', CHANNEL);
    await quiet();
    expect(slack.textsIn(CHANNEL)).toHaveLength(1);
    expect(models.requests[0]?.text).toContain('Person U77: the door is open');
  });

  it('a name is as good as an id, where it is the name of one alone', async () => {
    slack.people.push(
      { id: 'U1', name: 'ann', real_name: 'Ann Old', deleted: true },
      { id: OWNER, name: 'ann', real_name: 'Ann Lee' },
      { id: 'U9', name: 'benjamin', real_name: 'Ben' },
      { id: 'U10', name: 'mallory', real_name: 'ann' },
      { id: 'U11', name: 'benny', real_name: 'Ben' },
    );
    await start();
    await connected();
    const client = await WireClient.connected(gateway.url);
    const send = (to: string, key: string): ReturnType<WireClient['call']> =>
      client.call('send', { channel: 'slack', to, message: `to ${to}`, idempotencyKey: key });
    expect((await send('#General', '1')).payload).toMatchObject({ chatId: CHANNEL });
    expect((await send('@ann', '2')).payload).toMatchObject({ chatId: OWNER });
    expect((await send(`channel:${CHANNEL}`, '3')).ok).toBe(true);
    expect(slack.textsIn(CHANNEL)).toEqual(['to #General', `to channel:${CHANNEL}`]);
    expect(slack.textsIn(direct())).toEqual(['to @ann']);
    expect((await send('@Ben', '4')).error).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'to: "@Ben" may be U9 (Ben @benjamin), U11 (Ben @benny); give one of these ids',
    });
    expect((await send('#nowhere', '5')).error?.['message']).toContain('called "#nowhere"; give its id');
    client.close();
    expect(slack.sent).toHaveLength(3);
  });

  it('keeps threads apart, and answers in them', async () => {
    await start();
    await connected();
    const root = slack.say({ channel: CHANNEL, user: STRANGER, text: 'a plan' });
    slack.say({ channel: CHANNEL, user: OWNER, text: 'in the thread', mention: true, thread: root });
    await answered('in the thread', CHANNEL);
    expect(slack.sent.at(-1)?.thread).toBe(root);
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('sessions.list', {});
    client.close();
    expect(JSON.stringify(payload)).toContain(`slack:channel:${CHANNEL.toLowerCase()}:thread:${root}`);
  });

  it('writes its own markup, and cuts long texts with fences and links whole', async () => {
    models.answer = () => ({
      steps: [
        {
          text: `# Title\n\n**bold** and *it* and [a link](https://example.com/a_b) a<b\n\n- one\n\n\`\`\`ts\n${'const a = 1;\n'.repeat(500)}\`\`\``,
        },
      ],
    });
    await start();
    await connected();
    slack.say({ channel: direct(), user: OWNER, text: 'format' });
    await until(
      'all pieces',
      () =>
        (
          slack
            .textsIn(direct())
            .join('')
            .match(/const a/g) ?? []
        ).length === 500,
    );
    expect(slack.textsIn(direct())[0]).toContain(
      '*Title*\n\n*bold* and _it_ and <https://example.com/a_b|a link> a&lt;b\n\n• one',
    );
    for (const text of slack.textsIn(direct())) {
      expect(text.length).toBeLessThanOrEqual(4000);
      expect((text.match(/```/g) ?? []).length % 2).toBe(0);
    }
  });

  it('answers its command to whoever gave it, and pressed buttons', async () => {
    await start();
    await connected();
    await slack.command(CHANNEL, OWNER, '/openclaw', 'whoami');
    await until('the answer', () => slack.sent.some((message) => message.ephemeral === true));
    expect(slack.sent[0]?.text).toContain(OWNER);
    slack.say({ channel: direct(), user: OWNER, text: '/model' });
    await until('buttons', () => slack.sent.some((message) => message.buttons !== undefined));
    const button = slack.sent.find((message) => message.buttons)?.buttons?.[0];
    await slack.press(direct(), OWNER, button?.value ?? '');
    await answered(`Model: ${button?.text ?? ''}.`);
  });

  it('fetches files, and tells of edits, deletions and reactions', async () => {
    await start();
    await connected();
    slack.say({
      channel: direct(),
      user: OWNER,
      text: 'read this',
      files: [{ name: 'note.txt', type: 'text/plain', content: Buffer.from('the secret word is plum') }],
    });
    await answered('read this');
    expect(models.requests[0]?.text).toContain('the secret word is plum');
    const said = slack.say({ channel: direct(), user: OWNER, text: 'meet at five' });
    await answered('meet at five');
    slack.edit(direct(), said, 'meet at six');
    slack.react(direct(), slack.sent.at(-1)?.ts ?? '', OWNER, 'thumbsup');
    await quiet();
    slack.say({ channel: direct(), user: OWNER, text: 'so when?' });
    await answered('so when?');
    const last = models.requests.at(-1)?.text ?? '';
    expect(last).toContain('changed the message \\"meet at five\\" to \\"meet at six\\"');
    expect(last).toMatch(/reacted with :thumbsup: to your message/);
  });

  it('takes an event that comes four times once, and goes on after the connection is asked to end', async () => {
    await start();
    await connected();
    const ts = slack.say({ channel: direct(), user: OWNER, text: 'just once' });
    const event = slack.eventOf(direct(), ts);
    await Promise.all([1, 2, 3].map((attempt) => slack.again(event, attempt)));
    await answered('just once');
    await quiet();
    expect(slack.textsIn(direct())).toHaveLength(1);
    slack.askToReconnect();
    slack.say({ channel: direct(), user: OWNER, text: 'after the break' });
    await answered('after the break');
    expect(slack.connections).toBe(2);
  });

  it('sends once when the connection breaks after a send, and waits as long as it is asked to', async () => {
    await start();
    await connected();
    slack.faults.add('chat.postMessage', { kind: 'reset-after' });
    slack.say({ channel: direct(), user: OWNER, text: 'only once' });
    await answered('only once');
    await quiet();
    await quiet();
    expect(slack.textsIn(direct())).toHaveLength(1);
    slack.faults.add('chat.postMessage', { kind: 'rate-limit', retryAfter: 1 });
    const before = Date.now();
    slack.say({ channel: direct(), user: OWNER, text: 'patience' });
    await answered('patience');
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    expect(slack.textsIn(direct()).filter((text) => text.includes('patience'))).toHaveLength(1);
  });

  it('looks through a long history, knows a conversation by all spellings, and tells the same words apart', async () => {
    await start();
    await connected();
    const client = await WireClient.connected(gateway.url);
    const send = (to: string, key: string): ReturnType<WireClient['call']> =>
      client.call('send', { channel: 'slack', to, message: 'The same words', idempotencyKey: key });
    const ids = [(await send(direct(), 'first')).payload?.['messageId']];
    for (const kind of ['reset-before', 'reset-after'] as const) {
      slack.faults.add('chat.postMessage', { kind });
      const asked = slack.calls.length;
      const both = Promise.all([send(`user:${OWNER}`, `one ${kind}`), send(direct(), `two ${kind}`)]);
      await until('the cut', () => slack.calls.slice(asked).some(({ method }) => method === 'chat.postMessage'));
      for (let count = 0; count < 120; count++)
        slack.say({ channel: direct(), user: OWNER, text: 'chatter', unheard: true });
      ids.push(...(await both).map(({ payload }) => payload?.['messageId']));
    }
    client.close();
    expect(slack.textsIn(direct())).toEqual(Array.from({ length: 5 }, () => 'The same words'));
    expect(new Set(ids).size).toBe(5);
    expect(slack.sent.map(({ versions }) => versions.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('explains refused tokens, and does not try again', async () => {
    await start({ botToken: 'xoxb-wrong' });
    await until('a failure', async () => (await state())['state'] === 'failed');
    expect(String((await state())['lastError'])).toMatch(/invalid_auth.*botToken/);
    await gateway.stop();
    await start({ appToken: 'xapp-wrong' });
    await until('a failure', async () => (await state())['state'] === 'failed');
    expect(String((await state())['lastError'])).toMatch(/invalid_auth.*appToken/);
  });

  it('takes signed requests in HTTP mode, and believes no others', async () => {
    slack.requestUrl = 'set at the start';
    await start({ mode: 'http', signingSecret: slack.signingSecret });
    await connected();
    const hello = await slack.post('{"type":"url_verification","challenge":"abc"}', 'application/json');
    expect(await hello.json()).toEqual({ challenge: 'abc' });
    expect((await slack.post('{}', 'application/json', 0, 'another secret')).status).toBe(401);
    expect((await slack.post('{}', 'application/json', 0, slack.signingSecret, Date.now() - 600_000)).status).toBe(401);
    slack.say({ channel: direct(), user: OWNER, text: 'by request' });
    await answered('by request');
    await slack.command(direct(), OWNER, '/openclaw', 'whoami');
    await until('the answer', () => slack.sent.some((message) => message.ephemeral === true));
  });
});
