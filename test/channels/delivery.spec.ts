import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { type Frame, WireClient } from '../harness/wire-client';

const OWNER = 810_000;
const GROUP = -1_002_000_000_001;
const EDITS = new Set(['editMessageText', 'editMessageCaption']);

describe('deliveries on Telegram', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let key = 0;

  const config = (channel: Record<string, unknown> = {}): Record<string, unknown> => ({
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: [OWNER],
        streamMode: 'off',
        actions: { sticker: true },
        ...channel,
      },
    },
  });
  const start = async (channel: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({ config: config(channel) });
    client = await WireClient.connected(gateway.url);
  };
  /** Another life on the same state. @param between what happens while nothing runs */
  const restart = async (signal: 'SIGKILL' | 'SIGTERM', between?: () => void): Promise<void> => {
    client.close();
    await gateway.signal(signal);
    between?.();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
  };
  const send = (to: string | number, message: string, more: Record<string, unknown> = {}): Promise<Frame> =>
    client.call('send', { channel: 'telegram', to: String(to), message, idempotencyKey: `key-${key++}`, ...more });
  const shown = (chat: string | number): string[] => telegram.textsIn(chat);
  const arrives = (text: string, count = 1): Promise<void> =>
    until(`"${text}"`, () => telegram.sent.filter((message) => message.text === text).length >= count);
  const edits = (): Record<string, unknown>[] =>
    telegram.calls.filter(({ method }) => EDITS.has(method)).map(({ params }) => params);
  const letters = async (): Promise<Record<string, unknown>[]> =>
    ((await client.call('channels.deadLetters.list', {})).payload?.['letters'] ?? []) as Record<string, unknown>[];
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1500));
  /** Nobody's message became another one's. */
  const untouched = (): void => {
    for (const { versions } of telegram.sent) expect(new Set(versions).size).toBe(1);
  };

  beforeEach(async () => {
    telegram = await FakeTelegram.start();
    telegram.editPaceMs = 800;
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'An answer' }] });
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  describe('that were cut off are looked for', () => {
    it.each([
      ['topics of a group', [GROUP, { threadId: '5' }], [GROUP, { threadId: '7' }]],
      ['spellings of a chat', [`tg:${OWNER}`, {}], [OWNER, {}]],
      ['spellings of a chat, one with its kind', [`telegram:user:${OWNER}`, {}], [`user:${OWNER}`, {}]],
      ['names of a channel', ['@News', {}], [GROUP, {}]],
    ] as const)('without touching what went to the same chat: two %s', async (_, one, other) => {
      telegram.named.set('@news', GROUP);
      await start();
      await send(one[0], 'Known', one[1]);
      for (const kind of ['reset-before', 'reset-after'] as const) {
        telegram.faults.add('sendMessage', { kind });
        const first = send(one[0], `First ${kind}`, one[1]);
        await until('the cut', () => telegram.calls.some(({ params }) => params['text'] === `First ${kind}`));
        await Promise.all([first, send(other[0], `Second ${kind}`, other[1])]);
      }
      const words = ['Known', 'First reset-before', 'Second reset-before', 'First reset-after', 'Second reset-after'];
      expect(telegram.sent.map(({ text }) => text)).toEqual(words);
      expect(telegram.sent.map(({ threadId }) => threadId)).toEqual(
        words.map((word) => ('threadId' in one[1] ? (word.startsWith('Second') ? 7 : 5) : undefined)),
      );
      untouched();
    });

    it('behind stickers, polls and files that the assistant sent meanwhile', async () => {
      await start();
      const actions = [
        { action: 'send', buffer: Buffer.from('hello').toString('base64'), filename: 'hello.txt' },
        { action: 'poll', pollQuestion: 'Tea?', pollOption: ['yes', 'no'] },
        { action: 'sticker', name: 'a-file-id' },
      ];
      models.answer = ({ toolResults, lastUser }) =>
        toolResults < actions.length
          ? { steps: [{ tool: { name: 'message', args: actions[toolResults] ?? {} } }] }
          : { steps: [{ text: `Answer to ${/q\d/.exec(lastUser)?.[0]}` }] };
      for (const [index, kind] of (['reset-before', 'reset-after'] as const).entries()) {
        telegram.faults.add('sendMessage', { kind });
        telegram.say({ chatId: OWNER, text: `q${index}` });
        await arrives(`Answer to q${index}`);
      }
      await quiet();
      expect(shown(OWNER)).toHaveLength(8);
      expect(new Set(shown(OWNER)).size).toBe(5);
      untouched();
      expect(await letters()).toEqual([]);
    });

    it('as the first of a bot of which nothing is known yet, once it is told what people have said', async () => {
      telegram.say({ chatId: OWNER, text: 'Are you there?' });
      telegram.faults.add('getUpdates', { kind: 'status', status: 500 });
      telegram.faults.add('sendMessage', { kind: 'reset-after' });
      await start();
      await send(OWNER, 'The first');
      await arrives('An answer');
      expect(shown(OWNER).filter((text) => text === 'The first')).toHaveLength(1);
      expect(await letters()).toEqual([]);
    });

    it('with few questions at a decent pace, also over a restart, and never the same one twice', async () => {
      await start();
      await send(OWNER, 'Known');
      telegram.faults.add('sendMessage', { kind: 'reset-before' });
      const lost = send(OWNER, 'Lost').catch(() => undefined);
      await until('the first question', () => edits().length > 0);
      await quiet();
      await restart('SIGKILL');
      await lost;
      await arrives('Lost');
      expect(edits().length).toBeGreaterThan(1);
      expect(edits().length).toBeLessThanOrEqual(8);
      const numbers = edits().map((params) => params['message_id']);
      expect(new Set(numbers).size).toBeGreaterThanOrEqual(numbers.length - 1);
      expect(telegram.tooFast).toBe(0);
      expect(shown(OWNER)).toEqual(['Known', 'Lost']);
    });

    it('whatever the questions are answered with', async () => {
      await start();
      await send(OWNER, 'Known');
      telegram.editPaceMs = 0;
      for (const fault of [
        { kind: 'status', status: 400, description: 'Bad Request: words that nobody has seen yet' },
        { kind: 'status', status: 500 },
        { kind: 'rate-limit', retryAfter: 1 },
        { kind: 'garbage' },
        { kind: 'status', status: 403, description: 'Forbidden: not here' },
      ] as const)
        telegram.faults.add('editMessageText', fault);
      telegram.faults.add('sendMessage', { kind: 'reset-before' });
      await send(OWNER, 'Lost');
      expect(shown(OWNER)).toEqual(['Known', 'Lost']);
      expect(await letters()).toEqual([]);
    });

    it.each(['reset-before', 'reset-after'] as const)(
      'a preview that was cut off (%s), before anything else is sent to the chat',
      async (kind) => {
        await start({ streamMode: 'partial' });
        await send(GROUP, 'Known', { threadId: '5' });
        const sent = new Gate();
        models.answer = () => ({ steps: [{ text: 'The beginning' }, { until: sent }, { text: ' and the end.' }] });
        telegram.faults.add('sendMessage', { kind });
        telegram.say({
          chatId: GROUP,
          fromId: OWNER,
          chatType: 'supergroup',
          threadId: 5,
          text: '@nest_test_bot slowly',
        });
        const isPreview = ({ params }: { params: Record<string, unknown> }): boolean =>
          String(params['text']).startsWith('The beginning');
        await until('the preview', () => telegram.calls.some(isPreview));
        await send(GROUP, 'Meanwhile', { threadId: '7' });
        sent.open();
        await arrives('The beginning and the end.');
        await quiet();
        expect(telegram.sent.map(({ text, threadId }) => `${threadId}: ${text}`).sort()).toEqual([
          '5: Known',
          '5: The beginning and the end.',
          '7: Meanwhile',
        ]);
        expect(telegram.sent.find(({ text }) => text === 'Meanwhile')?.versions).toEqual(['Meanwhile']);
      },
    );
  });

  it('a preview that somebody deleted is followed by a message with an id and a mark of its own', async () => {
    await start({ streamMode: 'partial' });
    const removed = new Gate();
    models.answer = () => ({ steps: [{ text: 'The beginning' }, { until: removed }, { text: ' and the end.' }] });
    telegram.say({ chatId: OWNER, text: 'slowly' });
    await arrives('The beginning');
    const [preview] = telegram.sent.splice(0);
    telegram.faults.add('sendMessage', { kind: 'reset-after' });
    removed.open();
    await arrives('The beginning and the end.');
    await quiet();
    expect(shown(OWNER)).toEqual(['The beginning and the end.']);
    const id = telegram.sent[0]?.messageId;
    expect(id).not.toBe(preview?.messageId);
    await until('its id to be known', async () => {
      const trace = await client.call('system.trace', { id: String(id) });
      return JSON.stringify(trace.payload ?? '').includes('part sent');
    });
    expect(shown(OWNER)).toHaveLength(1);
  });

  it('that nobody can find out about come at most twice, are shown, and are never sent again by themselves', async () => {
    await start();
    telegram.faults.add('sendMessage', { kind: 'reset-after' }, 2);
    // Nothing is known of the bot's numbers yet: there is no place to look from.
    expect((await send(OWNER, 'Whoever knows')).error?.message).toContain('it may have arrived');
    expect(shown(OWNER)).toEqual(['Whoever knows', 'Whoever knows']);
    const [letter, ...more] = await letters();
    expect([letter, more]).toMatchObject([{ text: 'Whoever knows', state: 'uncertain', attempts: 2 }, []]);
    await send(OWNER, 'Something else');
    await restart('SIGTERM');
    await send(OWNER, 'And more');
    await quiet();
    expect(shown(OWNER).filter((text) => text === 'Whoever knows')).toHaveLength(2);
    expect(await letters()).toHaveLength(1);
    const doctor = await runCli(['doctor'], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
    expect(doctor.stdout).toContain('1 message could not be delivered');
    await client.call('channels.deadLetters.resubmit', { ids: [letter?.['id']] });
    await arrives('Whoever knows', 3);
    expect(await letters()).toEqual([]);
  });

  it('that can not be read, or that the program fails over, are set aside with the reason; the others arrive', async () => {
    await start();
    await send(`tg:${OWNER}`, 'Known');
    await restart('SIGTERM', () => {
      const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
      expect(database.prepare('select distinct target from outbox').all()).toEqual([{ target: String(OWNER) }]);
      const insert = (id: string, payload: string): void =>
        void database
          .prepare(
            `insert into outbox (id, run_id, part, channel, account, target, route, payload, state, attempts, next_attempt_at, created_at, updated_at)
             values ('${id}', '${id}', 0, 'telegram', 'default', '${OWNER}', '{"channel":"telegram","account":"default","to":"${OWNER}"}', '${payload}', 'pending', 0, 1, ${Date.now()}, 1)`,
          )
          .run();
      insert('torn', '{"text":"half');
      insert('odd', '{"text":"odd","buttons":5}');
      insert('fine', '{"text":"fine"}');
      database.close();
    });
    await arrives('fine');
    await until('both to be set aside', async () => (await letters()).length === 2);
    const reasons = Object.fromEntries((await letters()).map(({ id, error }) => [String(id), String(error)]));
    expect(reasons['torn']).toContain("payload can't be read");
    expect(reasons['odd']).toMatch(/not iterable|not a function|is not/);
    expect((await send(OWNER, 'Afterwards')).ok).toBe(true);
    expect(shown(OWNER)).toEqual(['Known', 'fine', 'Afterwards']);
    expect(telegram.calls.some(({ params }) => params['text'] === 'odd')).toBe(false);
  });

  it('of clients have one key each and method, also after a restart', async () => {
    await start();
    const poll = { channel: 'telegram', to: String(OWNER), question: 'Tea?', options: ['yes', 'no'] };
    const first = await client.call('poll', { ...poll, idempotencyKey: 'one' });
    expect((await send(OWNER, 'One', { idempotencyKey: 'one' })).payload?.['messageId']).toBe('2');
    await restart('SIGKILL');
    expect((await client.call('poll', { ...poll, idempotencyKey: 'one' })).payload).toEqual(first.payload);
    expect((await send(OWNER, 'One', { idempotencyKey: 'one' })).payload?.['messageId']).toBe('2');
    expect(shown(OWNER)).toEqual(['(poll) Tea?', 'One']);
  });
});
