import sharp from 'sharp';
import { imageSize } from '../../common/image-size';
import { pictureTokens } from './picture-tokens';
import { TokenGauges, gaugeOf } from './token-gauge.service';

const model = (api: string, id: string, input = ['text', 'image']): never => ({ api, id, input }) as never;
const tokens = (width: number, height: number, api: string, id: string): number =>
  pictureTokens({ width, height }, model(api, id));

describe('what a picture costs', () => {
  it.each([
    ['anthropic-messages', 'claude-sonnet-4-5', 1024, 1024, 1369],
    ['anthropic-messages', 'claude-sonnet-4-5', 1920, 1080, 1600],
    ['anthropic-messages', 'claude-opus-4-8', 1920, 1080, 2691],
    ['openai-completions', 'anthropic/claude-opus-4-8', 512, 512, 361],
    ['google-generative-ai', 'gemini-3-pro', 4000, 3000, 1120],
    ['google-generative-ai', 'gemini-2.5-flash', 380, 300, 258],
    ['google-generative-ai', 'gemini-2.5-flash', 960, 540, 1548],
    ['openai-responses', 'gpt-4o', 1024, 1024, 765],
    ['openai-responses', 'gpt-4o', 2048, 4096, 1105],
    ['openai-responses', 'gpt-5', 1024, 1024, 630],
    ['openai-responses', 'gpt-4.1-mini', 1024, 1024, 1659],
    ['openai-responses', 'gpt-6', 1024, 1024, 1229],
    ['openai-completions', 'qwen2.5-vl', 560, 560, 400],
  ])('%s %s, %i × %i: %i tokens', (api, id, width, height, expected) => {
    expect(tokens(width, height, api, id)).toBe(expected);
  });

  it('is next to nothing for a model that sees none', () => {
    expect(pictureTokens({ width: 4000, height: 3000 }, model('openai-completions', 'deepseek-chat', ['text']))).toBe(
      20,
    );
  });
});

describe('the size of a picture by its head', () => {
  it.each(['png', 'jpeg', 'webp', 'gif'] as const)('%s', async (format) => {
    const picture = await sharp({ create: { width: 321, height: 123, channels: 3, background: 'red' } })
      .withMetadata()
      .toFormat(format)
      .toBuffer();
    expect(imageSize(picture)).toEqual({ width: 321, height: 123 });
    for (let length = 0; length < 10; length++) expect(imageSize(picture.subarray(0, length))).toBeUndefined();
  });

  it('reads lossless and extended WebP, and no other file', async () => {
    const picture = sharp({ create: { width: 321, height: 123, channels: 4, background: '#ff000080' } });
    expect(imageSize(await picture.webp({ lossless: true }).toBuffer())).toEqual({ width: 321, height: 123 });
    expect(imageSize(Buffer.from('no picture at all, but long enough to hold one'))).toBeUndefined();
  });
});

describe('how a model counts', () => {
  const info = { provider: 'p', id: 'm', api: 'openai-completions', input: ['text'], contextWindow: 128_000 } as never;

  it('counts scripts as they are', () => {
    const gauge = gaugeOf(info);
    const per = (text: string): number => gauge.text(text.repeat(100)) / text.repeat(100).length;
    expect(per('The quick brown fox jumps over the lazy dog. ')).toBeLessThan(0.33);
    expect(per('The quick brown fox jumps over the lazy dog. ')).toBeGreaterThan(0.2);
    expect(per('敏捷的棕色狐狸跳过了懒狗。')).toBeGreaterThan(0.9);
    expect(per('Съешь ещё этих мягких булок. ')).toBeGreaterThan(0.35);
    expect(per('kJ8f+Qz0vR3/aT9x')).toBeGreaterThan(0.45);
    expect(per(' ')).toBeLessThan(0.1);
  });

  it('learns from what providers report, and believes nothing that is no count of tokens', () => {
    const gauges = new TokenGauges();
    const before = gauges.of(info).text('tea '.repeat(4000));
    for (let n = 0; n < 20; n++)
      gauges.learn(info, gauges.of(info).text('tea '.repeat(4000)), {
        input: before * 1.5,
        cacheRead: 0,
        cacheWrite: 0,
      });
    expect(gauges.of(info).text('tea '.repeat(4000)) / before).toBeCloseTo(1.5, 1);
    for (let n = 0; n < 20; n++) gauges.learn(info, before, { input: 10, cacheRead: 0, cacheWrite: 0 });
    expect(gauges.of(info).text('tea '.repeat(4000)) / before).toBeCloseTo(1.5, 1);
  });

  it('keeps below what a provider has refused, until it takes more', () => {
    const gauges = new TokenGauges();
    expect(gauges.refused(info, 100_000)).toBe(true);
    expect(gauges.of(info).window).toBe(60_000);
    for (let n = 0; n < 20; n++) gauges.refused(info, 100_000);
    expect(gauges.refused(info, 100_000)).toBe(false);
    gauges.learn(info, 50_000, { input: 50_000, cacheRead: 0, cacheWrite: 0 });
    expect(gauges.of(info).window).toBeGreaterThan(54_000);
    for (let n = 0; n < 20; n++) {
      const { window } = gauges.of(info);
      gauges.learn(info, window, { input: window, cacheRead: 0, cacheWrite: 0 });
    }
    expect(gauges.of(info).window).toBe(128_000);
  });
});
