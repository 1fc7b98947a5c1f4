import sharp from 'sharp';
import { derivePrompt } from '../../src/agent/prompt/derive-prompt';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import type { ModelApi } from '../../src/agent/providers/models.config';
import { openModel } from '../../src/agent/providers/open-model';
import { callModel } from '../../src/agent/runtime/call-model';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import { FakeModels } from '../fakes/model-server';

describe('pictures at the last step before a provider', () => {
  let models: FakeModels;
  let shown: string[];
  beforeAll(async () => {
    models = await FakeModels.start();
    shown = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const image = sharp({ create: { width: 20 + n, height: 9, channels: 3, background: '#c04' } });
        return (await image.png().toBuffer()).toString('base64');
      }),
    );
  });
  afterAll(() => models.stop());
  beforeEach(() => {
    models.refusals.length = 0;
  });

  /** What goes out for a conversation, as text; refused by nobody. */
  const sent = async (
    [provider, api, as, id]: [string, ModelApi & ModelFormat, StrictName, string],
    messages: readonly unknown[],
  ): Promise<string> => {
    const info: ModelInfo = {
      provider,
      id,
      name: id,
      api,
      baseUrl: String(models.provider(api, id, {}, as)['baseUrl']),
      apiKey: 'k',
      headers: {},
      contextWindow: 200_000,
      maxTokens: 4096,
      reasoning: false,
      input: ['text', 'image'],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    };
    const inputSchema = { type: 'object' as const, properties: {} };
    const prompt = derivePrompt(
      messages.map((message) => ({ at: 0, message: message as never })),
      { acceptsImages: true },
    );
    await callModel(
      await openModel(info),
      info,
      {
        prompt,
        tools: [{ type: 'function', name: 'read', inputSchema }],
        maxOutputTokens: 100,
        abortSignal: new AbortController().signal,
      },
      { text: () => undefined, thinking: () => undefined },
    );
    expect(models.refusals).toEqual([]);
    return models.requests.at(-1)?.text ?? '';
  };
  const image = (data: string, mimeType = 'image/png'): unknown => ({ type: 'image', data, mimeType, origin: 'file' });
  const user = (...content: unknown[]): unknown => ({ role: 'user', content });
  const answer = { role: 'assistant', provider: 'x', model: 'y', api: 'z', content: [{ type: 'text', text: 'Seen.' }] };
  const mistral: Parameters<typeof sent>[0] = ['mistral', 'openai-completions', 'mistral', 'mistral-large-latest'];
  const claude: Parameters<typeof sent>[0] = ['anthropic', 'anthropic-messages', 'anthropic', 'claude-sonnet-4-5'];

  it.each([
    [mistral, 8],
    [['groq', 'openai-completions', 'groq', 'meta-llama/llama-4-scout'] as Parameters<typeof sent>[0], 5],
  ])('are the newest where only so many are taken: %j', async (target, most) => {
    const text = await sent(
      target,
      shown.flatMap((data) => [user({ type: 'text', text: 'look' }, image(data)), answer]),
    );
    expect(shown.filter((data) => text.includes(data))).toEqual(shown.slice(-most));
    expect(text.split(`at most ${most} pictures go to this model`)).toHaveLength(12 - most + 1);
  });

  it('are made smaller where they are too large, with noise in them, too', async () => {
    const noise = sharp({
      create: {
        width: 1250,
        height: 1250,
        channels: 3,
        background: '#fff',
        noise: { type: 'gaussian', mean: 128, sigma: 90 },
      },
    });
    const large = (await noise.png({ compressionLevel: 0 }).toBuffer()).toString('base64');
    expect(large.length).toBeGreaterThan(5 * 1024 * 1024);
    expect(await sent(claude, [user({ type: 'text', text: 'look' }, image(large))])).toContain('image/');
  });

  it('are converted where their format is not taken', async () => {
    const webp = (
      await sharp(Buffer.from(shown[0] ?? '', 'base64'))
        .webp()
        .toBuffer()
    ).toString('base64');
    const text = await sent(['xai', 'openai-completions', 'xai', 'grok-4'], [user(image(webp, 'image/webp'))]);
    expect(text).toMatch(/data:image\/(jpeg|png);base64/);
  });

  it('are called what they are, and what is none is said to be left out', async () => {
    const text = await sent(claude, [user(image(shown[0] ?? '', 'image/gif'), image('bm8gcGljdHVyZQ=='))]);
    expect(text).toContain('"media_type":"image/png"');
    expect(text).toContain('a picture is left out here');
  });

  it.each([
    ['in the result, where the format has room for them', claude],
    ['behind the result, where a result is text', mistral],
    [
      'behind the result, at any other server',
      ['local', 'openai-completions', 'ollama', 'qwen3-vl'] as Parameters<typeof sent>[0],
    ],
  ])('of tools stand %s, and never as text', async (_, target) => {
    const [data = ''] = shown;
    const call = { ...answer, content: [{ type: 'toolCall', id: 'c1', name: 'read', arguments: {} }] };
    const result = {
      role: 'toolResult',
      toolCallId: 'c1',
      toolName: 'read',
      isError: false,
      content: [{ type: 'text', text: 'a.png' }, image(data)],
    };
    await sent(target, [user({ type: 'text', text: 'look' }), call, result]);
    const list = models.requests.at(-1)?.body['messages'] as { role: string; content: unknown }[];
    const texts = list.flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
    expect(texts.join('\n')).not.toContain(data.slice(0, 40));
    expect(JSON.stringify(list)).toContain(data);
  });
});
