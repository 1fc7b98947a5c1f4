import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { FakeImages } from '../fakes/image-server';
import { ToolBench } from '../harness/tool-bench';

describe('drawing', () => {
  let images: FakeImages;
  let bench: ToolBench;
  beforeAll(async () => {
    images = await FakeImages.start();
    const provider = { api: 'openai-responses', baseUrl: images.url, models: [] };
    bench = await ToolBench.start({
      config: {
        models: { providers: { draw: { ...provider, apiKey: images.key }, keyless: { ...provider, apiKey: 'wrong' } } },
        agents: { defaults: { imageGenerationModel: 'draw/gpt-image-1' } },
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await images.stop();
  });

  const pathIn = (told: string): string => /output\/\S+\.png/.exec(told)?.[0] ?? told;

  it('makes files of the workspace, and what it used is counted', async () => {
    const told = await bench.call('image_generate', { prompt: 'a red line', count: 2, size: '1536x1024' });
    expect(told).toContain('Drawn by draw/gpt-image-1');
    const files = told.match(/output\/\S+?\.png/g) ?? [];
    expect(files).toHaveLength(2);
    for (const file of files) expect(readFileSync(bench.workspace(file)).subarray(1, 4).toString()).toBe('PNG');
    expect(images.requests.at(-1)?.body).toMatchObject({ model: 'gpt-image-1', n: 2, size: '1536x1024' });
    const { payload } = await bench.client.call('sessions.usage', { groupBy: 'purpose' });
    const rows = payload?.['rows'] as { key: string; output: number }[];
    expect(rows.find(({ key }) => key === 'image')?.output).toBe(8320);
  });

  it('starts from pictures of the workspace', async () => {
    const first = pathIn(await bench.call('image_generate', { prompt: 'a line' }));
    const told = await bench.call('image_generate', { prompt: 'make it blue', images: [first] });
    expect(existsSync(bench.workspace(pathIn(told)))).toBe(true);
    expect(images.requests.at(-1)).toMatchObject({ path: '/v1/images/edits' });
    expect(images.requests.at(-1)?.text).toContain('make it blue');
    writeFileSync(bench.workspace('notes.txt'), 'no picture');
    expect(await bench.call('image_generate', { prompt: 'x', images: ['notes.txt'] })).toContain('notes.txt is no jpg');
  });

  it('is no better than the picture that it starts from', async () => {
    const drawn = pathIn(await bench.call('image_generate', { prompt: 'a dot' }));
    writeFileSync(bench.workspace('scan.png'), readFileSync(bench.workspace(drawn)));
    const made = [
      pathIn(await bench.call('image_generate', { prompt: 'make it blue', images: ['scan.png'] })),
      pathIn(await bench.call('image_generate', { prompt: 'a line' })),
    ];
    const origins: unknown[] = [];
    for (const [at, path] of made.entries()) {
      await bench.call('read', { path }, `drawn-${at}`);
      const { payload } = await bench.client.call('chat.history', { sessionKey: `drawn-${at}`, limit: 50 });
      const messages = payload?.['messages'] as { role: string; content: { type: string; origin: string }[] }[];
      const parts = messages.find(({ role }) => role === 'toolResult')?.content ?? [];
      origins.push([...new Set(parts.map(({ origin }) => origin))]);
    }
    expect(origins).toEqual([['file'], ['workspace']]);
  });

  it('says what was refused, and by whom', async () => {
    expect(await bench.call('image_generate', { prompt: 'forbidden' })).toMatch(/draw\/gpt-image-1.*safety system/);
    expect(await bench.call('image_generate', { prompt: 'x', size: '17x17' })).toContain("Invalid value: '17x17'");
    expect(await bench.call('image_generate', { prompt: 'x', size: 'big' })).toContain('must look like 1024x1024');
    expect(await bench.call('image_generate', { prompt: 'x', model: 'keyless/gpt-image-1' })).toMatch(
      /keyless\/gpt-image-1/,
    );
    expect(await bench.call('image_generate', { prompt: 'x', model: 'nowhere/x' })).toContain('invalid_args');
    expect(await bench.call('image_generate', { prompt: 'x', model: 'fake/fake-1' })).toMatch(/upstream_error/);
  });
});
