import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;
const STRANGER = 77;

describe('Telegram', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  const start = async (channel: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
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
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n\n[')[0]}` }],
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const texts = (chat: number = OWNER): string[] => telegram.textsIn(chat);
  const answered = (count = 1, chat: number = OWNER): Promise<void> =>
    until(`${count} answers, have ${JSON.stringify(texts(chat))}`, () => texts(chat).length >= count);
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 600));
  const channelState = async (): Promise<Record<string, unknown>> => {
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('channels.status', {});
    client.close();
    const accounts = payload?.['channelAccounts'] as { telegram: Record<string, unknown>[] };
    return accounts.telegram[0] ?? {};
  };

  describe('messages', () => {
    it('are answered where they came from, quoting the question, and confirmed afterwards', async () => {
      await start();
      telegram.say({ chatId: OWNER, text: 'Good morning' });
      await answered();
      expect(telegram.sent[0]).toMatchObject({
        chatId: String(OWNER),
        text: 'You said: Good morning',
        replyTo: 1,
        parseMode: 'HTML',
      });
      await until('the update to be confirmed', () => telegram.unconfirmed === 0);
      expect(models.requests[0]?.text).toMatch(
        /\[telegram Person 5 #\d+ \w{3} \d{4}-\d\d-\d\d \d\d:\d\d UTC\] Good morning/,
      );
    });

    it('that come twice are answered once', async () => {
      telegram.repeatChance = 1;
      await start();
      for (const text of ['one', 'two', 'three']) {
        telegram.say({ chatId: OWNER, text });
        await until(`an answer to ${text}`, () => texts().some((answer) => answer.includes(text)));
      }
      await quiet();
      expect(texts()).toHaveLength(3);
    });

    it('keep formatting, and become plain where Telegram can not read it', async () => {
      models.answer = () => ({
        steps: [{ text: '# Title\n\n**bold** _it_ `a<b` [link](https://example.com)\n\n```ts\nconst a = 1 < 2;\n```' }],
      });
      await start();
      telegram.say({ chatId: OWNER, text: 'Format' });
      await answered();
      expect(texts()[0]).toBe(
        '<b>Title</b>\n\n<b>bold</b> <i>it</i> <code>a&lt;b</code> <a href="https://example.com">link</a>\n\n<pre><code class="language-ts">const a = 1 &lt; 2;</code></pre>',
      );
      telegram.faults.add('sendMessage', {
        kind: 'status',
        status: 400,
        description: "Bad Request: can't parse entities: odd",
      });
      telegram.say({ chatId: OWNER, text: 'Again' });
      await answered(2);
      expect(telegram.sent[1]?.parseMode).toBeUndefined();
      expect(texts()[1]).toContain('**bold**');
    });

    it('that are long come in pieces that fit, in order, with nothing lost', async () => {
      const paragraphs = Array.from({ length: 40 }, (_, n) => `Paragraph ${n}: ${'word '.repeat(60).trim()}.`);
      models.answer = () => ({ steps: [{ text: paragraphs.join('\n\n') }] });
      await start();
      telegram.say({ chatId: OWNER, text: 'Tell me everything' });
      await answered(3);
      await quiet();
      expect(Math.max(...texts().map((text) => text.length))).toBeLessThanOrEqual(4096);
      expect(texts().join('\n\n').split(/\n+/)).toEqual(paragraphs);
    });

    it('that take long show up while they are written, as one message', async () => {
      const seen = new Gate();
      models.answer = () => ({ steps: [{ text: 'First words. ' }, { until: seen }, { text: 'Last words.' }] });
      await start();
      telegram.say({ chatId: OWNER, text: 'Slowly' });
      await answered();
      expect(texts()[0]).toBe('First words.');
      await until('the sign that somebody writes', () =>
        telegram.calls.some((call) => call.method === 'sendChatAction'),
      );
      seen.open();
      await until('the whole text', () => texts()[0] === 'First words. Last words.');
      expect(telegram.sent).toHaveLength(1);
    });

    it('that come at once are announced by no sign that somebody writes', async () => {
      await start();
      // A busy machine may be too slow for it, once and again.
      let signs = -1;
      for (let count = 1; count <= 10 && signs !== 0; count++) {
        const before = telegram.calls.length;
        telegram.say({ chatId: OWNER, text: `Quickly ${count}` });
        await answered(count);
        signs = telegram.calls.slice(before).filter((call) => call.method === 'sendChatAction').length;
      }
      expect(signs).toBe(0);
    });

    it.each([
      [{ session: { typingMode: 'message' } }, true],
      [{ agents: { defaults: { model: { primary: 'fake/fake-1' }, typingMode: 'never' } } }, false],
    ])('are announced when the configuration says: %j', async (more, isShown) => {
      const [words, seen] = [new Gate(), new Gate()];
      models.answer = () => ({
        steps: [{ until: words }, { text: 'First words. ' }, { until: seen }, { text: 'Last.' }],
      });
      const signs = (): boolean => telegram.calls.some(({ method }) => method === 'sendChatAction');
      await start({}, more);
      telegram.say({ chatId: OWNER, text: 'Slowly' });
      await until('the question', () => models.requests.length > 0);
      await quiet();
      expect(signs()).toBe(false);
      words.open();
      await answered();
      if (isShown) await until('the sign that somebody writes', signs);
      seen.open();
      await until('the whole text', () => texts()[0] === 'First words. Last.');
      expect(signs()).toBe(isShown);
    });

    it('start the conversation over at words of the configuration', async () => {
      await start({}, { session: { resetTriggers: ['Fresh start', '/neu'] } });
      telegram.say({ chatId: OWNER, text: 'My cat is called Ada' });
      await answered();
      telegram.say({ chatId: OWNER, text: 'fresh startup costs?' });
      await answered(2);
      expect(JSON.stringify(models.requests.at(-1))).toContain('called Ada');
      telegram.say({ chatId: OWNER, text: 'fresh start what is my cat called?' });
      const asked = (): string => JSON.stringify(models.requests.at(-1));
      await until('the new conversation', () => asked().includes('what is my cat called?'));
      expect(asked()).not.toContain('called Ada');
      expect(asked()).not.toContain('fresh start');
    });

    it('are not streamed where that is switched off', async () => {
      models.answer = () => ({ steps: [{ text: 'First. ' }, { waitMs: 1800 }, { text: 'Last.' }] });
      await start({ streamMode: 'off' });
      telegram.say({ chatId: OWNER, text: 'Slowly' });
      await answered();
      expect(telegram.sent[0]?.versions).toEqual(['First. Last.']);
    });

    it('are told in blocks where that is wanted, each once and none twice', async () => {
      const block = (word: string): string => `${word} ${'word '.repeat(20)}end.`;
      const [one, two] = [new Gate(), new Gate()];
      models.answer = () => ({
        steps: [
          { text: `${block('One')}\n\n` },
          { text: 'T' },
          { until: one },
          { text: `${block('wo')}\n\nTh` },
          { until: two },
          { text: 'ree.' },
        ],
      });
      await start({ blockStreaming: true, blockStreamingCoalesce: { minChars: 50, maxChars: 200, idleMs: 400 } });
      telegram.say({ chatId: OWNER, text: 'Tell me' });
      await answered(1);
      await quiet();
      expect(texts()).toEqual([block('One')]);
      one.open();
      await answered(2);
      two.open();
      await answered(3);
      await quiet();
      expect(texts()).toEqual([block('One'), block('Two'), 'Three.']);
      expect(telegram.sent.map(({ versions }) => versions.length)).toEqual([1, 1, 1]);
      expect(telegram.sent.map(({ replyTo }) => replyTo !== undefined)).toEqual([true, false, false]);
    });

    it('told in blocks before a kill are set right when the second attempt says something else', async () => {
      const told = `First ${'version '.repeat(15)}.`;
      models.answer = () =>
        models.requests.length === 1
          ? { steps: [{ text: `${told}\n\n` }, { text: 'more' }, { stall: true }] }
          : { steps: [{ text: 'Second version.' }] };
      await start({ blockStreaming: true, blockStreamingCoalesce: { minChars: 50, maxChars: 200, idleMs: 200 } });
      telegram.say({ chatId: OWNER, text: 'Tell me' });
      await answered(1);
      await quiet();
      await gateway.signal('SIGKILL');
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      await until('the new text', () => texts().includes('Second version.'));
      await quiet();
      expect(texts()).toEqual(['Second version.']);
      expect(telegram.sent[0]?.versions).toEqual([told, 'Second version.']);
    });

    it('told in blocks before a kill are not told again when the second attempt says the same', async () => {
      const block = (word: string): string => `${word} ${'word '.repeat(20)}end.`;
      const said = `${block('One')}\n\n`;
      models.answer = () =>
        models.requests.length === 1
          ? { steps: [{ text: said }, { text: 'T' }, { stall: true }] }
          : { steps: [{ text: said }, { text: `${block('Two')}\n\nThree.` }] };
      await start(
        { blockStreaming: true, blockStreamingCoalesce: { minChars: 50, maxChars: 200, idleMs: 200 } },
        { messages: { responsePrefix: '[{model}]' } },
      );
      telegram.say({ chatId: OWNER, text: 'Tell me' });
      await answered(1);
      await quiet();
      await gateway.signal('SIGKILL');
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      await until('the end', () => texts().at(-1)?.endsWith('Three.') === true);
      await quiet();
      const lead = '[fake-1] ';
      expect(texts()[0]).toBe(lead + block('One'));
      expect(texts().join('\n\n')).toBe(`${lead}${said}${block('Two')}\n\nThree.`);
      expect(telegram.sent.map(({ versions }) => versions.length)).toEqual(texts().map(() => 1));
    });

    it('begin with what is to stand before them, in the chat and nowhere else', async () => {
      const [one, two] = [new Gate(), new Gate()];
      models.answer = ({ lastUser }) => ({
        steps: lastUser.includes('list')
          ? [{ text: '- one\n' }, { until: one }, { text: '- two' }]
          : [{ text: 'Hel' }, { until: two }, { text: 'lo.' }],
      });
      await start(
        { streamMode: 'partial' },
        {
          messages: { responsePrefix: '{identity.name} ({modelFull}, {thinkingLevel}):' },
          agents: {
            defaults: { model: { primary: 'fake/fake-1' } },
            list: [{ id: 'main', identity: { name: 'Ada' } }],
          },
        },
      );
      telegram.say({ chatId: OWNER, text: 'Say hello' });
      await answered(1);
      two.open();
      await until('the answer', () => texts()[0]?.endsWith('Hello.') === true);
      telegram.say({ chatId: OWNER, text: 'Make a list' });
      await answered(2);
      one.open();
      await until('the list', () => texts()[1]?.includes('two') === true);
      const lead = 'Ada (fake/fake-1, off):';
      expect(texts()[0]).toBe(`${lead} Hello.`);
      expect(texts()[1]?.startsWith(`${lead}\n\n`)).toBe(true);
      for (const { versions } of telegram.sent)
        for (const version of versions) expect(version.split(lead)).toHaveLength(2);
      const [, second] = models.requests;
      expect(JSON.stringify(second)).toContain('Hello.');
      expect(JSON.stringify(second)).not.toContain('Ada (');
    });

    it('that could not be delivered are tried again when the account says', async () => {
      telegram.faults.add('sendMessage', { kind: 'status', status: 500, description: 'Internal Server Error' }, 1);
      await start({ retry: { minDelayMs: 3_600_000, maxDelayMs: 3_600_000, jitter: 0 } });
      telegram.say({ chatId: OWNER, text: 'Hello' });
      await until('the failure', () => gateway.output.join('').includes('Internal Server Error'));
      expect(gateway.output.join('')).toMatch(/waitMs\W+3600000/);
    });

    it('that were refused are kept, shown with the reason, and sent when they are resubmitted', async () => {
      await start();
      telegram.faults.add('sendMessage', { kind: 'status', status: 403, description: 'Forbidden: bot was blocked' }, 1);
      telegram.say({ chatId: OWNER, text: 'Hello' });
      const cli = (...args: string[]) =>
        runCliShared(['channels', 'dead-letters', ...args], {
          env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
        });
      const list = async () =>
        JSON.parse((await cli('list', '--json')).stdout) as { letters: Record<string, unknown>[] };
      await until('the dead letter', async () => (await list()).letters.length === 1);
      const [letter] = (await list()).letters;
      expect(letter).toMatchObject({ channel: 'telegram', to: String(OWNER), text: 'You said: Hello' });
      expect(letter?.['error']).toContain('blocked');
      expect((await cli('list')).stdout).toContain('You said: Hello');
      expect((await cli('resubmit')).code).toBe(2);
      expect((await cli('resubmit', 'nobody')).stderr).toContain('no given-up message has the id nobody');
      expect((await cli('resubmit', '--all')).stdout).toContain('1 on their way again');
      await answered(1);
      expect(texts()).toEqual(['You said: Hello']);
      expect((await list()).letters).toEqual([]);
    });

    it('called commands are answered at once', async () => {
      await start();
      telegram.say({ chatId: OWNER, text: '/status' });
      await answered();
      expect(texts()[0]).toContain('fake-1');
      expect(models.requests).toHaveLength(0);
    });
  });

  describe('strangers', () => {
    it('are told a code once, and let in with it', async () => {
      await start({ dmPolicy: 'pairing', allowFrom: [] });
      const cli = (...args: string[]) =>
        runCliShared(args, {
          env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
        });
      telegram.say({ chatId: STRANGER, text: 'Let me in', name: 'Eve' });
      await answered(1, STRANGER);
      telegram.say({ chatId: STRANGER, text: 'Hello?' });
      await quiet();
      expect(texts(STRANGER)).toHaveLength(1);
      expect(models.requests).toHaveLength(0);
      const [, code = ''] = /Pairing code: ([A-Z2-9]{8})/.exec(texts(STRANGER)[0] ?? '') ?? [];
      expect(texts(STRANGER)[0]).toContain(`Your id: ${STRANGER}`);

      expect((await cli('pairing', 'list', 'telegram')).stdout).toContain('Eve');
      const wrong = await cli('pairing', 'approve', 'telegram', 'WRONGONE');
      expect([wrong.code, wrong.stderr]).toEqual([
        1,
        'error: there is no pending pairing request with code "WRONGONE" on telegram; codes live 60 minutes, "openclaw pairing list telegram" shows them\n',
      ]);
      expect((await cli('pairing', 'approve', 'telegram', code.toLowerCase())).stdout).toBe(
        `${STRANGER} may now write to the assistant on telegram\n`,
      );
      telegram.say({ chatId: STRANGER, text: 'Thanks' });
      await answered(2, STRANGER);
      expect(texts(STRANGER)[1]).toBe('You said: Thanks');
    });

    it('are told that they are let in where that is wished, by whatever lets them in', async () => {
      await start({ dmPolicy: 'pairing', allowFrom: [] });
      const env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
      const [byCommand, byClient, byNobody] = [201, 202, 203];
      const codeOf = (chat: number): string => /Pairing code: (\S+)/.exec(texts(chat)[0] ?? '')?.[1] ?? '';
      for (const chatId of [byCommand, byClient, byNobody]) telegram.say({ chatId, text: 'Let me in' });
      for (const chatId of [byCommand, byClient, byNobody]) await answered(1, chatId);

      // A code alone is enough, as no two people have the same.
      const approved = await runCliShared(['pairing', 'approve', codeOf(byCommand), '--notify'], { env });
      expect([approved.stderr, approved.stdout]).toEqual([
        '',
        `${byCommand} may now write to the assistant on telegram\n`,
      ]);
      await answered(2, byCommand);
      expect(texts(byCommand)[1]).toBe('You are connected to this assistant now: write to it.');

      const client = await WireClient.connected(gateway.url, { minProtocol: 4, maxProtocol: 4 });
      const approve = (chat: number, more: object): Promise<Record<string, unknown>> =>
        client.done('channels.pairing.approve', {
          channel: 'telegram',
          accountId: 'default',
          requestId: codeOf(chat),
          ...more,
        });
      expect(await approve(byClient, { notify: true, bootstrapCommandOwner: true })).toMatchObject({
        senderId: String(byClient),
        role: 'owner',
        notification: 'sent',
        commandOwnerBootstrap: 'configured',
      });
      await answered(2, byClient);
      expect(await approve(byNobody, { notify: false, bootstrapCommandOwner: false })).toMatchObject({
        role: 'guest',
        notification: 'not-requested',
        commandOwnerBootstrap: 'not-requested',
      });
      client.close();
      await quiet();
      expect(texts(byNobody)).toHaveLength(1);
      const nobody = await runCliShared(['pairing', 'approve', 'ABCDEFGH'], { env });
      expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('nobody waits with code')]);
    });

    it('are never more than three at a time, and five wrong codes void them all', async () => {
      await start({ dmPolicy: 'pairing', allowFrom: [] });
      for (const chatId of [101, 102, 103, 104]) telegram.say({ chatId, text: 'Me too' });
      await until('three codes', () => [101, 102, 103].every((chat) => texts(chat).length === 1));
      await quiet();
      expect(texts(104)).toEqual([]);
      const client = await WireClient.connected(gateway.url, { minProtocol: 4, maxProtocol: 4 });
      const listed = await client.done<{ requests: Record<string, unknown>[] }>('channels.pairing.list', {
        accountId: 'default',
      });
      const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
      expect(listed).toMatchObject({
        accounts: [{ channel: 'telegram', channelLabel: 'Telegram', accountId: 'default', notifySupported: true }],
        commandOwnerConfigured: false,
        limits: { pendingPerAccount: 3, ttlMs: 3_600_000 },
      });
      expect(listed.requests).toHaveLength(3);
      const [first] = listed.requests;
      expect(first).toMatchObject({ senderId: '101', requestId: first?.['code'], createdAt: time, expiresAt: time });
      expect(await client.done('channels.pairing.list', { accountId: 'other' })).toMatchObject({ requests: [] });
      // By what a client of protocol 4 calls it, with what it says beside.
      const dismissed = { channel: 'telegram', accountId: 'default', requestId: listed.requests[2]?.['requestId'] };
      expect(await client.done('channels.pairing.dismiss', dismissed)).toMatchObject({ dismissed: true });
      for (let count = 0; count < 5; count++)
        await client.call('channels.pairing.approve', { channel: 'telegram', code: `WRONG${count}` });
      expect((await client.call('channels.pairing.list', {})).payload).toMatchObject({ requests: [], approved: [] });
      client.close();
    });

    it('get no answer where only a list is let in', async () => {
      await start();
      telegram.say({ chatId: STRANGER, text: 'Hello?' });
      telegram.say({ chatId: OWNER, text: 'I may' });
      await answered();
      await quiet();
      expect(texts(STRANGER)).toEqual([]);
    });

    it('and bots get none anywhere', async () => {
      await start({ dmPolicy: 'open', allowFrom: ['*'] });
      telegram.push('message', {
        message_id: 900,
        date: 1,
        text: 'beep',
        chat: { id: 9, type: 'private' },
        from: { id: 9, is_bot: true, first_name: 'Bot' },
      });
      telegram.say({ chatId: OWNER, text: 'I am none' });
      await answered();
      await quiet();
      expect(texts(9)).toEqual([]);
    });
  });

  describe('groups', () => {
    const GROUP = -4001;
    const group = { chatId: GROUP, fromId: OWNER, chatType: 'group' as const, chatTitle: 'Club' };

    it('are answered on mention or reply only, and topics stay apart', async () => {
      await start();
      telegram.say({ ...group, text: 'not for you' });
      telegram.push('message', {
        message_id: 500,
        date: 1,
        text: '@nest_test_bot hello',
        entities: [{ type: 'mention', offset: 0, length: 14 }],
        chat: { id: GROUP, type: 'group', title: 'Club' },
        from: { id: OWNER, is_bot: false, first_name: 'O' },
      });
      await answered(1, GROUP);
      telegram.say({ ...group, text: 'go on', replyToBot: true });
      await answered(2, GROUP);
      await quiet();
      expect(texts(GROUP)).toEqual(['You said: @nest_test_bot hello', 'You said: go on']);
    });

    it('do not hear people who are not on the list', async () => {
      await start();
      telegram.say({ ...group, fromId: STRANGER, text: 'psst', replyToBot: true });
      telegram.say({ ...group, text: 'now me', replyToBot: true });
      await answered(1, GROUP);
      await quiet();
      expect(texts(GROUP)).toEqual(['You said: now me']);
    });
  });

  describe('a platform that misbehaves', () => {
    it.each([
      ['limits the rate', { kind: 'rate-limit', retryAfter: 1 }],
      ['fails', { kind: 'status', status: 502 }],
      ['breaks off before it has done anything', { kind: 'reset-before' }],
      ['breaks off after it has sent the message', { kind: 'reset-after' }],
      ['answers with a web page', { kind: 'garbage' }],
    ] as const)('while sending: %s', async (_, fault) => {
      await start();
      telegram.faults.add('sendMessage', fault, 1);
      telegram.say({ chatId: OWNER, text: 'Once' });
      await answered();
      telegram.say({ chatId: OWNER, text: 'Next' });
      await until('the next answer', () => texts().includes('You said: Next'));
      await quiet();
      expect(texts()).toEqual(['You said: Once', 'You said: Next']);
    });

    it('while polling: another program, limits, outages and cuts are waited out', async () => {
      await start();
      telegram.say({ chatId: OWNER, text: 'Before' });
      await answered();
      telegram.faults.add('getUpdates', {
        kind: 'status',
        status: 409,
        description: 'Conflict: terminated by other getUpdates request',
      });
      telegram.faults.add('getUpdates', { kind: 'rate-limit', retryAfter: 1 });
      telegram.faults.add('getUpdates', { kind: 'status', status: 500 });
      telegram.faults.add('getUpdates', { kind: 'reset-before' });
      telegram.faults.add('getUpdates', { kind: 'garbage' });
      telegram.say({ chatId: OWNER, text: 'After' });
      await answered(2);
      expect(texts()).toEqual(['You said: Before', 'You said: After']);
      await until('to be connected again', async () => (await channelState())['connected'] === true);
    });

    it('that refuses the token: the account stops and says what to do, the rest goes on', async () => {
      await start({ botToken: '7000:wrong-token-wrong-token' });
      await until('the account to have failed', async () =>
        String((await channelState())['lastError']).includes('refuses the bot token'),
      );
      expect((await channelState())['lastError']).toBe(
        'Telegram refuses the bot token (401: Unauthorized); set channels.telegram.botToken to the one @BotFather gave',
      );
      const calls = telegram.calls.length;
      await quiet();
      expect(telegram.calls.length).toBe(calls);
      expect(gateway.log).not.toContain('wrong-token');
      const client = await WireClient.connected(gateway.url);
      expect((await client.call('health')).ok).toBe(true);
      client.close();
    });

    it('never confirms what the gateway could not keep', async () => {
      await start();
      await gateway.signal('SIGKILL');
      telegram.say({ chatId: OWNER, text: 'While you were away' });
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      await answered();
      expect(texts()).toEqual(['You said: While you were away']);
    });
  });
});
