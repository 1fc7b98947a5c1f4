import fc from 'fast-check';
import type { InboxRow } from '../../inbox/inbox-row';
import { UNKNOWN_MODEL, gaugeOf } from '../prompt/token-gauge.service';
import { fitAttached } from './fit-attached';

const row = (...texts: string[]): InboxRow =>
  ({
    message: {
      text: 'look',
      files: texts.map((text, index) => ({ name: `${index}.txt`, mimeType: 'text/plain', text, origin: 'file' })),
    },
  }) as unknown as InboxRow;
const textsOf = (rows: readonly InboxRow[]): string[] =>
  rows.flatMap(({ message }) =>
    (message.files ?? []).map(({ text, note }) => [text, note].filter((each) => each !== undefined).join('\n')),
  );

describe('texts of attached files', () => {
  const gauge = gaugeOf({ ...UNKNOWN_MODEL, contextWindow: 32_000 });

  it('stay whole where there is room, and in a large window', () => {
    const text = 'a word '.repeat(2000);
    expect(textsOf(fitAttached([row(text)], gauge))).toEqual([text]);
    const long = 'a word '.repeat(28_000);
    expect(textsOf(fitAttached([row(long)], gaugeOf({ ...UNKNOWN_MODEL, contextWindow: 400_000 })))).toEqual([long]);
  });

  it('of a long one the beginning is shown, and how much of it', () => {
    const [shown = ''] = textsOf(fitAttached([row('a word '.repeat(28_000))], gauge));
    expect(shown).toMatch(
      /\n\[these are the first \d+ of 196000 characters; the rest is too much for this model at once\]$/,
    );
    expect(shown.startsWith('a word a word')).toBe(true);
  });

  it('short ones stay whole beside a long one, and several long ones share the room', () => {
    const long = 'a word '.repeat(28_000);
    const [short, first = '', second = ''] = textsOf(fitAttached([row('short', long), row(long)], gauge));
    expect(short).toBe('short');
    expect(first.length).toBe(second.length);
  });

  it('never take more than a third of the window, whatever they hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 50 }).map((part) => part.repeat(900)),
      fc.string({ maxLength: 50 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 4 }), (messages) => {
        const rows = fitAttached(
          messages.map((texts) => row(...texts)),
          gauge,
        );
        const size = textsOf(rows).reduce((sum, each) => sum + gauge.text(each), 0);
        expect(size).toBeLessThan(gauge.window / 3 + 16 * 40);
        for (const each of textsOf(rows)) expect(each).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: 60 },
    );
  });

  it('a message without files stays as it is', () => {
    const plain = { message: { text: 'x' } } as unknown as InboxRow;
    expect(fitAttached([plain], gauge)).toEqual([plain]);
  });
});
