import sharp from 'sharp';
import { MAX_IMAGE_BYTES } from './files/fit-image';
import { limitLines, pieceOf, resultRoom } from './files/output-limits';
import { limitResult } from './limit-result';

const text = (value: string): never => ({ type: 'text', text: value, origin: 'tool' }) as never;
const image = (data: Buffer, mimeType = 'image/png'): never =>
  ({ type: 'image', mimeType, data: data.toString('base64'), origin: 'tool' }) as never;
const limited = async (
  parts: never[],
  resultTokens = 60_000,
): Promise<{ type: string; text?: string; data?: string; mimeType?: string }[]> =>
  (await limitResult({ content: parts }, resultRoom({ resultTokens }))).content;

describe('the result of a tool', () => {
  it('has at most 50 kB, also in one line, and says how to go on', async () => {
    const [part] = await limited([text('x'.repeat(1_200_000))]);
    expect(part?.text?.length).toBeLessThanOrEqual(50 * 1024);
    expect(part?.text).toContain('ask for less');
  });

  it('takes no more of a small window than its share', async () => {
    const [part] = await limited([text('some words of output\n'.repeat(2000))], 2400);
    expect(part?.text?.length).toBeLessThan(12_000);
    const [cjk] = await limited([text('漢字'.repeat(10_000))], 2400);
    expect(cjk?.text?.length).toBeLessThanOrEqual(2500);
  });

  it('keeps a short part beside a long one whole', async () => {
    const parts = await limited([text('y'.repeat(200_000)), text('and the note')]);
    expect(parts[1]?.text).toBe('and the note');
  });

  it('has pictures that every provider takes', async () => {
    const noise = Buffer.from(Array.from({ length: 1500 * 1500 * 3 }, (_, n) => (n * 2654435761) >>> 24));
    const large = await sharp(noise, { raw: { width: 1500, height: 1500, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect(large.length).toBeGreaterThan(MAX_IMAGE_BYTES);
    const [fitted, note] = await limited([image(large)]);
    expect(fitted?.data?.length).toBeLessThanOrEqual(5 * 1024 * 1024);
    expect(note?.text).toContain('scaled down from 1500 x 1500');
  });

  it('says what a picture was that no model can look at', async () => {
    const png = await sharp({ create: { width: 600, height: 600, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const parts = await limited([image(Buffer.from('<svg/>')), image(png.subarray(0, 40)), image(png, 'image/jpeg')]);
    expect(parts.map(({ type }) => type)).toEqual(['text', 'text', 'image']);
    expect(parts[0]?.text).toContain('no jpg, png, gif, webp, avif or tiff');
    expect(parts[1]?.text).toContain("can't be decoded");
    // What it is counts, not what it is called.
    expect(parts[2]?.mimeType).toBe('image/png');
  });

  it('has the first picture of an animation', async () => {
    const gif = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
      .gif()
      .toBuffer();
    const [part] = await limited([image(gif, 'image/gif')]);
    expect(part?.mimeType).toBe('image/png');
  });

  it('has as much of a picture that breaks off as there is', async () => {
    const jpeg = await sharp({ create: { width: 900, height: 900, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const [part, note] = await limited([image(jpeg.subarray(0, jpeg.length - 300), 'image/jpeg')]);
    expect(part?.type).toBe('image');
    expect(note?.text).toContain('damaged');
    await expect(sharp(Buffer.from(part?.data ?? '', 'base64'), { failOn: 'error' }).stats()).resolves.toBeDefined();
  });
});

describe('lines and pieces', () => {
  it('cuts a first line that is too long, and counts a limit of lines', () => {
    const room = { resultTokens: 60_000 };
    expect(limitLines(['a', 'b', 'c'], room, 2)).toEqual({ lines: ['a', 'b'], truncated: true });
    const { lines, truncated, ofFirst } = limitLines(['😀'.repeat(100_000), 'b'], room);
    expect(truncated).toBe(true);
    expect(Buffer.byteLength(lines.join(''))).toBeLessThanOrEqual(50 * 1024);
    expect(ofFirst).toBe(lines[0]?.length);
  });

  it('hands out every character once, piece by piece', () => {
    const whole = 'ab漢字😀e\u0301'.repeat(9000);
    let all = '';
    for (let from = 0; from < whole.length;) {
      const { piece, end } = pieceOf(whole, from, { resultTokens: 8000 });
      expect(piece).not.toMatch(/\p{Cs}/u);
      expect(end).toBeGreaterThan(from);
      all += piece;
      from = end;
    }
    expect(all).toBe(whole);
  });
});
