import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { type ChannelDriver, DRIVERS, type Shown } from './channel-drivers';

/** What holds on every channel, whatever its platform. */
describe.each(Object.keys(DRIVERS))('the contract of channels: %s', (id) => {
  let driver: ChannelDriver;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeAll(async () => {
    driver = await (DRIVERS[id] as () => Promise<ChannelDriver>)();
    models = await FakeModels.start();
    const port = await freePort();
    gateway = await GatewayProcess.start({
      port,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' }, maxConcurrent: 8 } },
        messages: { queue: { mode: 'followup' } },
        session: { dmScope: 'per-channel-peer' },
        channels: { [id]: driver.config(5, `http://127.0.0.1:${port}`) },
      },
    });
    client = await WireClient.connected(gateway.url);
    await reaches('connected');
  });
  beforeEach(() => {
    models.answer = ({ lastUser }) => ({
      steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '').split('\n')[0]}` }],
    });
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await driver.stop();
    await models.stop();
  });

  const row = async (): Promise<Record<string, unknown>> => {
    const { payload } = await client.call('channels.status', {});
    const accounts = payload?.['channelAccounts'] as Record<string, Record<string, unknown>[]>;
    return accounts[id]?.[0] ?? {};
  };
  const reaches = (state: string): Promise<void> =>
    until(`${id} to be ${state}`, async () => (await row())['state'] === state);
  const texts = (chat: number): string[] => driver.shown().flatMap((each) => (each.chat === chat ? [each.text] : []));
  const answered = (chat: number, text: string): Promise<void> =>
    until(`"${text}" in ${JSON.stringify(texts(chat))}`, () => texts(chat).some((each) => each.includes(text)));
  const times = (chat: number, text: string): number => texts(chat).filter((each) => each.includes(text)).length;

  it.each([
    ['allow-once', /^Allowed by [^\n]+\.$/m],
    ['deny', /^Denied by [^\n]+\.$/m],
  ])('offers no answer to a question any more once it is answered: %s', async (decision, end) => {
    const from = driver.shown().length;
    // A channel may need several messages for it.
    const asked = (): Shown[] => {
      const news = driver.shown().slice(from);
      const last = news.findIndex(({ text }) => text === 'that is all');
      return last < 0 ? news : news.slice(0, last);
    };
    const question = (): string =>
      asked()
        .map(({ text }) => text)
        .join('\n');
    const buttons = (): number => asked().reduce((sum, shown) => sum + (shown.buttons ?? 0), 0);
    models.answer = ({ toolResults }) =>
      toolResults > 0
        ? { steps: [{ text: 'that is all' }] }
        : { steps: [{ tool: { name: 'exec', args: { command: `perl -e 'print "${decision}"'`, host: 'gateway' } } }] };
    driver.say(4, 'run it');
    await until('the question', () => question().includes('/approve'));
    expect(buttons()).toBe(id === 'webhook' ? 0 : 3);
    const slug = /\/approve (\w+)/.exec(question())?.[1];
    expect((await client.call('exec.approval.resolve', { id: slug, decision })).error).toBeUndefined();
    await until('the question says so', () => end.test(question()));
    await until('the answer', () => texts(4).includes('that is all'));
    expect(question()).toContain('perl');
    expect(question()).not.toContain('/approve');
    expect(buttons()).toBe(0);
  });

  it('answers each message in its own chat, in order', async () => {
    for (let turn = 0; turn < 3; turn++)
      for (let chat = 0; chat < 4; chat++) driver.say(chat, `q${turn} of chat${chat}`);
    for (let chat = 0; chat < 4; chat++) {
      await answered(chat, `q2 of chat${chat}`);
      expect(texts(chat)).toEqual([0, 1, 2].map((turn) => `You said: q${turn} of chat${chat}`));
    }
  });

  it('cuts long answers so that each piece fits, keeps fences whole, and loses nothing', async () => {
    const code = Array.from({ length: 900 }, (_, index) => `call(${index}); // ${'x'.repeat(20)}`);
    models.answer = () => ({ steps: [{ text: `Before\n\n\`\`\`js\n${code.join('\n')}\n\`\`\`\n\nAfter the code.` }] });
    const before = texts(0).length;
    driver.say(0, 'long');
    await answered(0, 'After the code.');
    const pieces = texts(0).slice(before);
    expect(Math.max(...pieces.map((piece) => piece.replace(/<[^>]*>/g, '').length))).toBeLessThanOrEqual(driver.limit);
    expect(pieces.join('\n').match(/call\(\d+\)/g)).toEqual(code.map((line) => line.split(';')[0]));
    if (pieces.some((piece) => piece.includes('```')))
      for (const piece of pieces) expect((piece.match(/```/g) ?? []).length % 2).toBe(0);
  });

  it('shows nothing that is internal', async () => {
    const texts0 = ['NO_REPLY', 'HEARTBEAT_OK', '[[reply_to_current]] Fine.', '<think>secret thoughts</think> Good.'];
    for (const [index, text] of texts0.entries()) {
      models.answer = ({ lastUser }) => ({ steps: [{ text: lastUser.includes('marker') ? text : `done ${index}` }] });
      driver.say(1, `marker ${index}`);
      driver.say(1, `plain ${index}`);
      await answered(1, `done ${index}`);
    }
    const all = texts(1).join('\n');
    for (const word of ['NO_REPLY', 'HEARTBEAT_OK', '[[reply', 'secret thoughts']) expect(all).not.toContain(word);
    expect(all).toContain('Fine.');
  });

  it('sends what was refused for a time again, and never twice what arrived', async () => {
    const faults = [
      { kind: 'status', status: 503 },
      { kind: 'rate-limit', retryAfter: 1 },
      { kind: 'reset-before' },
      { kind: 'reset-after' },
    ] as const;
    for (const [index, fault] of faults.entries()) {
      if (!driver.failNext(fault)) return;
      driver.say(2, `fault ${index}`);
      await answered(2, `fault ${index}`);
      driver.say(2, `calm ${index}`);
      await answered(2, `calm ${index}`);
      expect([fault.kind, times(2, `fault ${index}`)]).toEqual([fault.kind, 1]);
    }
  });

  it('starts and stops again and again, and leaves nothing open', async () => {
    const cycle = async (): Promise<void> => {
      await client.call('channels.stop', { channel: id });
      expect((await row())['state']).toBe('stopped');
      await client.call('channels.start', { channel: id });
      await reaches('connected');
    };
    for (let warm = 0; warm < 3; warm++) await cycle();
    const before = await openFiles(gateway.child.pid);
    for (let count = 0; count < 12; count++) await cycle();
    await until('files to be closed', async () => (await openFiles(gateway.child.pid)) <= before + 3);
    driver.say(3, 'still there?');
    await answered(3, 'still there?');
    expect(times(3, 'still there?')).toBe(1);
  });
});

async function openFiles(pid: number | undefined): Promise<number> {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(`/proc/${pid}/fd`)).length;
}
