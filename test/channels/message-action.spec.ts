import { FakeSlack } from '../fakes/slack-server';
import { GatewayProcess } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 'U5';

/** The command line of OpenClaw 2026.9.6 does all of `openclaw message …` by `message.action`, with these parameters. */
describe('message.action as the command line of OpenClaw calls it', () => {
  let slack: FakeSlack;
  let gateway: GatewayProcess;
  let dm: string;
  let client: WireClient;
  beforeAll(async () => {
    slack = await FakeSlack.start();
    slack.people.push({ id: OWNER, name: 'ann', real_name: 'Ann Example' });
    dm = slack.directWith(OWNER);
    const { botToken, appToken, apiRoot } = slack;
    gateway = await GatewayProcess.start({
      config: {
        channels: { slack: { botToken, appToken, apiRoot, dm: { policy: 'allowlist', allowFrom: [OWNER] } } },
      },
    });
    client = await WireClient.connected(gateway.url, { minProtocol: 4, maxProtocol: 4, scopes: ['operator.write'] });
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await slack.stop();
  });

  let count = 0;
  const call = (action: string, params: object, more: object = {}): ReturnType<WireClient['call']> =>
    client.call('message.action', {
      channel: 'slack',
      action,
      params: {
        ...{ json: true, dryRun: false, verbose: false, channel: 'slack', target: dm, to: `slack:${dm}` },
        ...{ action, ...params },
      },
      ...{ senderIsOwner: true, agentId: 'main', conversationReadOrigin: 'direct-operator' },
      idempotencyKey: `cli-${++count}`,
      ...more,
    });
  const forSend = {
    ...{ pin: false, gifPlayback: false, forceDocument: false, silent: false },
    ...{ __sessionKey: 'agent:main:main', __agentId: 'main' },
  };
  const posted = (): string[] => slack.sent.filter(({ channel }) => channel === dm).map(({ text }) => text);

  it('sends, once for a key, and acts on what was sent', async () => {
    const first = await call('send', { ...forSend, message: 'from the terminal' }, { idempotencyKey: 'once' });
    expect(first.payload).toMatchObject({ ok: true, runId: 'once', channel: 'slack', chatId: dm });
    const { messageId } = first.payload as { messageId: string };
    const again = await call('send', { ...forSend, message: 'from the terminal' }, { idempotencyKey: 'once' });
    expect(again.payload).toMatchObject({ messageId });
    expect(posted()).toEqual(['from the terminal']);

    const react = { remove: false, fromMe: false, messageId, emoji: '👍' };
    expect((await call('react', react)).payload).toMatchObject({ ok: true });
    expect((await call('edit', { messageId, message: 'from another' })).payload).toMatchObject({ ok: true, messageId });
    expect(slack.sent.at(-1)?.versions).toEqual(['from the terminal', 'from another']);
    expect((await call('read', {})).payload).toMatchObject({ ok: true });
    expect((await call('pin', { messageId })).payload).toMatchObject({ ok: true });
    expect((await call('delete', { messageId })).payload).toMatchObject({ ok: true });
  });

  it('answers a message, and sends to each of several as it is told to', async () => {
    const reply = { replyToId: '1700.5', source: 'explicit' };
    expect((await call('send', { ...forSend, message: 'an answer', replyTo: '1700.5' }, { reply })).ok).toBe(true);
    expect(slack.calls.findLast(({ method }) => method === 'chat.postMessage')?.params).toMatchObject({
      text: 'an answer',
      thread_ts: '1700.5',
    });
    const broadcast = { action: 'broadcast', targets: [dm], target: `slack:${dm}`, message: 'to all' };
    expect((await call('send', broadcast)).payload).toMatchObject({ ok: true, chatId: dm });
    expect(posted().at(-1)).toBe('to all');
  });

  it('is refused what nobody asked for, and what it may not', async () => {
    for (const [action, params, more, reason] of [
      ['send', {}, {}, 'message, mediaUrl or buffer is needed'],
      ['send', { message: 'x' }, { idempotencyKey: undefined }, 'idempotencyKey is needed'],
      ['send', { message: 'x', dryRun: true }, {}, 'dryRun'],
      ['send', { message: 'x', shout: true }, {}, "unexpected property 'shout'"],
      ['send', { media: 'https://a.example/1', mediaUrls: Array(11).fill('https://a.example/1') }, {}, 'at most 10'],
      ['send', { message: 'x' }, { senderIsOwner: false }, 'senderIsOwner'],
      ['kick', { userId: OWNER }, {}, "can't"],
    ] as const) {
      const before = posted().length;
      const { error } = await call(action, params, more);
      expect([action, params, error?.message]).toEqual([action, params, expect.stringContaining(reason)]);
      expect(posted()).toHaveLength(before);
    }
    const reader = await WireClient.connected(gateway.url, { minProtocol: 4, scopes: ['operator.read'] });
    const params = { channel: 'slack', action: 'send', params: { target: dm, message: 'x' }, idempotencyKey: 'read' };
    expect((await reader.call('message.action', params)).error?.details).toMatchObject({ code: 'MISSING_SCOPE' });
    reader.close();
  });
});
