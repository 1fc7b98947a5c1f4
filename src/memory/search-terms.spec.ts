import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MemoryIndex } from './memory-index';
import { chunkText } from './rank-chunks';
import { termsOf } from './search-terms';

describe('what is written down', () => {
  let folder: string;
  let index: MemoryIndex;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'terms-'));
    index = MemoryIndex.open(join(folder, 'index.sqlite'));
  });
  afterAll(() => {
    index.close();
    rmSync(folder, { recursive: true });
  });

  const note = (path: string, text: string): void =>
    index.replace({ path, stamp: text, source: 'memory' }, chunkText(path, text), 'workspace');
  /** Files that a query finds, the best first. */
  const found = (query: string): string[] => [
    ...new Set([...index.byText(query)].sort(([, a], [, b]) => b - a).flatMap(([id]) => index.chunk(id)?.path ?? [])),
  ];

  it.each([
    ['Ο κωδικός είναι στην οδό Αθήνας', 'Αθήνας'],
    ['ΟΔΟΣ ΣΤΑΔΙΟΥ και δρόμος', 'οδος'],
    ['the sign says ab𝐁cd in front', 'ab𝐁cd'],
    ['the dose says abµcd here', 'abμcd'],
    ['it draws 20㎂ asleep', '20μa'],
    ['Treffen in der Lindenstraße', 'LINDENSTRASSE'],
    ["İzmir'de bir gün", 'izmir'],
    ['ISPARTA', 'ısparta'],
    ['the\u00a0pass\u200bword', 'password'],
    ['Пётр придёт', 'петр'],
    ['วันนี้ฉันไปตลาดซื้อผลไม้', 'ตลาด'],
    ['ຂ້ອຍໄປຕະຫຼາດມື້ນີ້', 'ຕະຫຼາດ'],
    ['ខ្ញុំទៅផ្សារថ្ងៃនេះ', 'ផ្សារ'],
    ['ငါဈေးသွားတယ်', 'ဈေး'],
    ['昨日は京都で友達と会いました', '友達'],
    ['我的护照在书桌的抽屉里', '抽屉'],
    ['우리는 부산에서 생선을 먹었다', '부산'],
    ['iPhone15を買った', 'iphone15'],
    ['ファイルを東京タワーで', 'タワー'],
    ['मेरा पासपोर्ट दराज में है', 'पासपोर्ट'],
    ['جواز سفري في الدُّرج', 'الدرج'],
    ['הדרכון שלי במגירה', 'במגירה'],
    ['Tea costs 5 € now', '€'],
    ['Anna likes 🌷 most', '🌷'],
    ['see report_final-v2.pdf', 'report_final-v2.pdf'],
    ['version 1.2.3-rc.1', '1.2.3-rc.1'],
    ['mail bo@example.org', 'bo@example.org'],
    ['سنة ٢٠٢٦', '2026'],
    ['a well-kept garden', 'well-kept'],
    ["don't forget", "don't"],
  ])('"%s" is found by "%s"', (text, query) => {
    note('memory/other.md', 'Nothing of note happened; lunch was soup.');
    note('memory/it.md', text);
    expect(found(query)[0]).toBe('memory/it.md');
  });

  it('is found by the day of its file, before files of other days', () => {
    for (let day = 10; day < 30; day++) note(`memory/2026-11-${day}.md`, `# 2026-11-${day - 7}\n\nTea and toast.`);
    note('memory/2026-11-27.md', 'We bought a bicycle.');
    expect(found('2026-11-27')[0]).toBe('memory/2026-11-27.md');
    expect(found('memory/2026-11-12.md')[0]).toBe('memory/2026-11-12.md');
  });

  it('is found by each of its words, whatever the script, also in the middle of a line without end', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
      fc.constantFrom('Αθήνας', 'ﬁne', 'İ', 'ẞ', 'ตลาด', '京都', 'ffi', '2026-11-27', 'a_b.c', '𝐁'),
    );
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 400 }), fc.nat(), (all, pick) => {
        const query = all[pick % all.length] ?? '';
        fc.pre(termsOf(query).length > 0);
        note('memory/it.md', all.join(' '));
        expect(found(query)).toContain('memory/it.md');
      }),
      { numRuns: 300 },
    );
  });

  it('is cut into pieces of the size that was asked for, and nothing of it is lost', () => {
    const line = fc.array(fc.string({ unit: 'grapheme', minLength: 0, maxLength: 60 }), { maxLength: 60 });
    const size = { chars: 80, overlapChars: 20 };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.map((words) => words.join(' ').replaceAll('\n', ' ')).join('\n');
        const chunks = chunkText('x', text, size);
        for (const chunk of chunks) expect(chunk.text.length).toBeLessThanOrEqual(size.chars);
        const covered = new Set(chunks.flatMap((chunk) => chunk.text.split(/\s+/)));
        for (const word of text.split(/\s+/)) if (word !== '' && word.length <= 20) expect(covered).toContain(word);
        for (const chunk of chunks)
          expect(
            text
              .split('\n')
              .slice(chunk.startLine - 1, chunk.endLine)
              .join('\n'),
          ).toContain(chunk.text);
      }),
      { numRuns: 300 },
    );
  });
});
