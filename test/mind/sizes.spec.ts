import { mkdirSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { ToolBench } from '../harness/tool-bench';

const isSummary = ({ text }: ModelRequest): boolean => text.includes('Conversation to add to it');
const OVERFLOW: ModelAnswer = {
  status: 400,
  steps: [],
  body: { error: { message: "This model's maximum context length is exceeded" } },
};

describe('what is large', () => {
  let bench: ToolBench;
  let runs = 0;
  const start = async (model: Record<string, unknown>): Promise<void> => {
    bench = await ToolBench.start({}, model);
    mkdirSync(bench.workspace(), { recursive: true });
  };
  const say = async (message: string, attachments?: unknown[]): Promise<string> => {
    const idempotencyKey = `large-${++runs}`;
    await bench.client.call('chat.send', {
      sessionKey: 'main',
      message,
      idempotencyKey,
      ...(attachments ? { attachments } : {}),
    });
    const { payload } = await bench.client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 60_000 });
    return JSON.stringify(payload);
  };
  /** A provider that takes so many characters, pictures not counted, as an 8k or 32k model does. */
  const strict = (most: number, answer: (request: ModelRequest) => ModelAnswer): void => {
    bench.models.answer = (request) => {
      if (isSummary(request)) return { steps: [{ text: 'They talked.' }] };
      return JSON.stringify(request.body).length > most ? OVERFLOW : answer(request);
    };
  };
  const answers = (): ModelRequest[] => bench.models.requests.filter((request) => !isSummary(request));

  afterEach(() => bench.stop());

  it('a photo: costs what it costs a provider, and what was said before stays', async () => {
    await start({ contextWindow: 128_000, input: ['text', 'image'] });
    bench.models.answer = () => ({ steps: [{ text: 'Noted.' }] });
    const noise = Buffer.from(Array.from({ length: 1000 * 900 * 3 }, (_, n) => (n * 2654435761) >>> 24));
    const photo = await sharp(noise, { raw: { width: 1000, height: 900, channels: 3 } })
      .png()
      .toBuffer();
    await say('My code word is blue heron.');
    await say('What is this?', [{ content: photo.toString('base64'), fileName: 'a.png' }]);
    await say('And what colour is it there?');
    const last = answers().at(-1);
    expect(last?.text).toContain('blue heron');
    expect(last?.text).toContain('image_url');
    expect(bench.models.requests).toHaveLength(3);
    await say('/context');
    const { payload } = await bench.client.call('chat.history', { sessionKey: 'main' });
    expect(JSON.stringify(payload)).not.toMatch(/\d{3},?\d{3} tokens of 128/);
  });

  it('a file in one line: comes in pieces, each says how to go on, and nothing is lost', async () => {
    await start({ contextWindow: 128_000 });
    const line = '{"key":"värde"},'.repeat(6000);
    writeFileSync(bench.workspace('data.json'), line);
    let whole = '';
    for (let column = 1, pieces = 0; column <= line.length && pieces < 10; pieces++) {
      const told = await bench.call('read', { path: 'data.json', ...(column > 1 ? { offset: 1, column } : {}) });
      expect(Buffer.byteLength(told)).toBeLessThanOrEqual(51_200);
      const [, piece = '', to = '0'] =
        /^([^]*)\n\n\[line 1 of 1, characters \d+-(\d+) of \d+; [^\]]*\]$/.exec(told) ?? [];
      whole += piece;
      column = Number(to) + 1;
    }
    expect(whole).toBe(line);
  });

  it('the output of a command: is no more than a small model can take, and the turn goes on', async () => {
    await start({ contextWindow: 8192, maxTokens: 1024 });
    strict(28_000, (request) =>
      request.toolResults === 0
        ? { steps: [{ tool: { name: 'exec', args: { command: 'seq 1 100000' } } }] }
        : { steps: [{ text: 'Done.' }] },
    );
    expect(await say('Count for me.')).toContain('"ok"');
    expect(answers().at(-1)?.text).toContain('Count for me.');
    expect(answers().at(-1)?.text).toContain('left out');
  });

  it('a turn of many steps: goes on when it has filled the window, with what was asked', async () => {
    await start({ contextWindow: 32_000, maxTokens: 2000 });
    writeFileSync(bench.workspace('long.txt'), 'some words of a long file\n'.repeat(3000));
    let steps = 0;
    strict(110_000, () =>
      steps++ < 12
        ? { steps: [{ tool: { name: 'read', args: { path: 'long.txt', offset: steps * 10 } } }] }
        : { steps: [{ text: 'All read.' }] },
    );
    expect(await say('Read it twelve times.')).toContain('"ok"');
    expect(answers().at(-1)?.text).toContain('Read it twelve times.');
    expect(steps).toBe(13);
    expect(await say('And now?')).toContain('"ok"');
  });

  it('a conversation with a model whose window is smaller than it says: goes on, in this turn and the next', async () => {
    await start({ contextWindow: 200_000, maxTokens: 2000 });
    bench.models.answer = () => ({ steps: [{ text: 'Heard.' }] });
    await say('My code word is blue heron.');
    for (let index = 0; index < 5; index++) await say(`part ${index} ${'tea and water '.repeat(800)}`);
    strict(32_000, () => ({ steps: [{ text: 'Fine.' }] }));
    expect(await say('And now?')).toContain('"ok"');
    expect(answers().at(-1)?.text).toContain('And now?');
    expect(await say('Still there?')).toContain('"ok"');
    // What was refused once is not tried again.
    expect(answers().filter(({ lastUser }) => lastUser === 'Still there?')).toHaveLength(1);
    for (const { text } of answers().slice(6)) expect(text).toMatch(/blue heron|They talked|part 4/);
  });

  it('a damaged picture: is said to be one, and the conversation goes on', async () => {
    await start({ contextWindow: 128_000, input: ['text', 'image'] });
    bench.models.answer = () => ({ steps: [{ text: 'I see.' }] });
    const png = await sharp({ create: { width: 60, height: 60, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await say('What is this?', [{ content: png.subarray(0, 40).toString('base64'), fileName: 'half.png' }]);
    expect(answers().at(-1)?.text).toContain("can't be decoded");
    expect(answers().at(-1)?.text).not.toContain('image_url');
  });
});
