import { takeHandover } from './handed-files';

describe('files that an answer hands over', () => {
  it.each<[string, string, string, string[]]>([
    ['a line', 'Here it is.\nMEDIA:report.pdf', 'Here it is.', ['report.pdf']],
    ['only a line', 'MEDIA:./out/chart.png', '', ['./out/chart.png']],
    ['a line between words', 'One\n\nMEDIA:a.png\n\nTwo', 'One\n\nTwo', ['a.png']],
    ['a line within a paragraph', 'One\nMEDIA:a.png\nTwo', 'One\nTwo', ['a.png']],
    ['several, one of them twice', 'MEDIA:a.png\nMEDIA:b.png\nMEDIA:a.png', '', ['a.png', 'b.png']],
    ['an address', 'Look\nMEDIA: https://example.org/a_b_c.png?x=1', 'Look', ['https://example.org/a_b_c.png?x=1']],
    ['blanks in a path', 'MEDIA:my holiday photo.jpg', '', ['my holiday photo.jpg']],
    ['code marks around a path', 'MEDIA:`my file.txt`', '', ['my file.txt']],
    ['quotes around a path', 'MEDIA: "my file.txt"', '', ['my file.txt']],
    ['the form of a link', 'MEDIA:[chart](out/chart.png)', '', ['out/chart.png']],
    ['bold', '**MEDIA:a.png**', '', ['a.png']],
    ['underscores', 'MEDIA:out/_a_b_.txt', '', ['out/_a_b_.txt']],
    ['an item of a list', 'Files:\n\n- MEDIA:a.png\n- MEDIA:b.png', 'Files:', ['a.png', 'b.png']],
    ['another case, with a file', 'Done\nmedia:a.png', 'Done', ['a.png']],
    ['after a heading', '# Result\nMEDIA:a.png', '# Result', ['a.png']],
    ['behind a table', '| a |\n|---|\n| 1 |\n\nMEDIA:a.csv', '| a |\n|---|\n| 1 |', ['a.csv']],
  ])('%s', (_, answer, text, sources) => {
    expect(takeHandover(answer)).toEqual({ text, sources, asVoice: false });
  });

  it.each([
    ['a fence', 'So:\n```\nMEDIA:a.png\n```\n'],
    ['a fence that is not closed', 'So:\n```\nMEDIA:a.png'],
    ['code of a list', '- so:\n\n  ```\n  MEDIA:a.png\n  ```'],
    ['indented code', 'So:\n\n    MEDIA:a.png\n\nend'],
    ['a code span', 'Write `MEDIA:a.png` on a line'],
    ['a code span of two lines', 'Write `this\nMEDIA:a.png` now'],
    ['a quote', '> MEDIA:a.png'],
    ['the middle of a line', 'I write MEDIA:a.png for that'],
    ['a word in another case', 'Media: newspapers, radio and television'],
    ['nothing behind it', 'MEDIA:'],
    ['the tag as code', 'The tag `[[audio_as_voice]]` does it'],
  ])('is text in %s', (_, answer) => {
    expect(takeHandover(answer)).toEqual({ text: answer, sources: [], asVoice: false });
  });

  it('code beside a file stays, and each is told from the other', () => {
    const answer =
      'Write this:\n```\nMEDIA:x.png\n```\nMEDIA:y.png\n\n- a\n\n  ```\n  MEDIA:x.png\n  ```\n- MEDIA:z.png';
    const { text, sources } = takeHandover(answer);
    expect(sources).toEqual(['y.png', 'z.png']);
    expect(text).toContain('```\nMEDIA:x.png\n```');
    expect(text).toContain('  MEDIA:x.png');
    expect(text).not.toMatch(/[yz]\.png/);
  });

  it('a tag asks for a voice note, wherever it stands', () => {
    expect(takeHandover('[[audio_as_voice]]\nMEDIA:a.ogg')).toEqual({ text: '', sources: ['a.ogg'], asVoice: true });
    expect(takeHandover('Listen [[ audio_as_voice ]]\nMEDIA:a.ogg')).toMatchObject({
      asVoice: true,
      sources: ['a.ogg'],
    });
    const both = takeHandover('`[[audio_as_voice]]` is the tag\n[[audio_as_voice]]');
    expect(both).toEqual({ text: '`[[audio_as_voice]]` is the tag', sources: [], asVoice: true });
  });
});
