import { ShownText } from './shown-text';

const pieces = (text: string, length: number): string[] => text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];

describe('an answer as it is shown while it grows', () => {
  const ANSWER = [
    'Here are both.',
    'MEDIA:out/one.png',
    '',
    'Written like this:',
    '```',
    'MEDIA:x.png',
    '```',
    'MEDIA:two.png',
  ].join('\n');

  it.each([1, 2, 3, 7, 40, 500])('never shows a line that names a file, in pieces of %i', (length) => {
    const shown = new ShownText();
    for (const piece of pieces(ANSWER, length)) {
      shown.add(piece);
      expect(shown.text).not.toMatch(/one\.png|two\.png|out\//);
      expect(shown.text.replace(/```\nMEDIA:x?[^]*$/, '')).not.toMatch(/MEDIA/);
    }
    expect(shown.text).toContain('```\nMEDIA:x.png\n```');
  });

  it('shows what only looked like one', () => {
    const shown = new ShownText();
    shown.add('Well:\nMED');
    expect(shown.text).toBe('Well:\n');
    shown.add('ICINE helps');
    expect(shown.text).toBe('Well:\nMEDICINE helps');
  });

  it('goes back to where a step began', () => {
    const shown = new ShownText();
    shown.add('One\n\n');
    const at = shown.length;
    shown.add('Two\nMEDIA:a.png\n');
    shown.cutTo(at);
    expect(shown.text.trim()).toBe('One');
  });
});
