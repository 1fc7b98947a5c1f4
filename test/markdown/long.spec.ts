import { telegramChunks } from '../../src/channels/telegram/telegram-format';

/** No half of a surrogate pair. */
const isWellFormed = (text: string): boolean => Buffer.from(text, 'utf8').toString('utf8') === text;

describe('long texts', () => {
  it.each([
    ['a word without an end', 'x'.repeat(200_000)],
    ['words', 'some words and more of them. '.repeat(7_000)],
    ['code in one line', `\`\`\`\n${'y'.repeat(200_000)}\n\`\`\``],
    ['families of emoji', '👨‍👩‍👧‍👦'.repeat(9_000)],
    ['entities', '&amp;'.repeat(20_000)],
  ])('%s: split into pieces that fit, with nothing lost', (_, text) => {
    const pieces = telegramChunks(text, 4096);
    const family = '👨‍👩‍👧‍👦';
    const bare = (each: string): string => each.replace(/```|\s/g, '');
    expect(bare(pieces.join(''))).toBe(bare(text));
    for (const piece of pieces) {
      expect(piece.replace(/&amp;/g, '&').length).toBeLessThanOrEqual(4110);
      if (text.startsWith(family)) expect(piece.length % family.length).toBe(0);
      expect(isWellFormed(piece)).toBe(true);
      expect(piece).not.toMatch(/^\u200d|\u200d$|&\w*$/);
    }
  });
});
