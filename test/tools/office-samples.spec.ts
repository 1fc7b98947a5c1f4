import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentText } from '../../src/tools/documents/read/document-text';

/** Files that LibreOffice 7.4 has written, or the program that one is named by; the paper is one of pandoc. */
const textOf = async (name: string): Promise<string> => {
  const file = readFileSync(join(__dirname, 'office-samples', name));
  return (await documentText(file, new AbortController().signal)).text.trim();
};

const CONTRACT = `# Contract
Before and added after.[footnote 1] More[comment 1] text.
Beside the box
In a box
wide\t\tc
\tb
x\t\tz
Tab\there and a link <https://example.org/?a=1&b=2>, spaces   end.

[footnote 1] The foot of it.
[comment 1 by Carl] Is this right?

[header] Confidential head
[footer] Page 1`;

const REPORT = `# Report of May
Costs were 12.50 € & rose by 5\u00a0%. See the page <https://example.org/x>.
1. First
2. Second
  - Inner
## Table
Name\tSum
Tea\t4,50
both
日本語 العربية עברית
Line one
line two`;

const COSTS = `[sheet "Costs & more", A1:D4]
\tA\tB\tC\tD
1\tName\tWhen\tSum\tShare
2\tTea\t2026-05-01\t1234.5\t12.5%
3\t"007"\t26:30:00\t0.1\t1
4\t"two\\nlines"\t\t1234.6\t#DIV/0!

[sheet "Empty one": empty]`;

const MERGED = `[sheet "A", A1:E5]
\tA\tB\tC\tD\tE
3\t\t\tmerged\t\t1
4\tleft\t\t\t\t"=1+1"
5\t\t-0.000012\t1e+21
[merged: C3:D4]
[comment on C3 by Carl] really?

[sheet "Hidden" (hidden), A1:A1]
\tA
1\tsecret`;

const slides = (mark: string): string => `[slide 1]
Plans of May
${mark}Buy tea
${mark}Sell cups
[notes] Say it slowly.

[slide 2]
Tea\t4,50`;

const PAPER = `Paper
Ann
# Head
Some words and code, a link <https://example.org> and a note.[footnote 1] Formula [formula: a^(2)+b^(2)].
- one
- two
  - inner
Term
Definition
A\tB
1\tx
\ty
print(1)
quoted
## Second slide
More.

[footnote 1] Foot.

[footer] 1`;

/** It has no lists and headings in this format. */
const ABIWORD = REPORT.replace('1. First\n2. Second\n  - Inner', 'First\nSecond\n- Inner')
  .replace(/^#+ /gm, '')
  .replace('both\n', 'both\n\n');

const XLSXWRITER = `[sheet "A", A1:D2]
\tA\tB\tC\tD
1\tinline\t2\t2026-05-01\t50%
2\ta bold c
[comment on A1] hey`;

const OPENPYXL = `[sheet "Übersicht", A1:C6]
\tA\tB\tC
1\tName\tWhen\tSum
2\tTea\t2026-05-01 18:30:00\t4.5
3\t"007"\t2026-05-02
4\t\t=SUM(C2:C3)\tTRUE
6\tm
[merged: A6:B6]

[sheet "Ch": a chart]`;

describe('what an office program has written reads as it shows it', () => {
  it.each([
    ['contract.docx', CONTRACT],
    ['contract.odt', CONTRACT],
    // This format has no cell that takes two columns: it says how wide each is.
    ['contract.rtf', CONTRACT.replace('wide\t\tc', 'wide\tc')],
    ['report.docx', REPORT],
    ['report.odt', REPORT],
    // The level of a list stands behind its mark here.
    ['report.rtf', REPORT.replace('  - Inner', '- Inner')],
    ['costs.xlsx', COSTS],
    ['costs.ods', COSTS],
    ['merged.xlsx', MERGED],
    ['merged.ods', MERGED],
    ['plans.odp', slides('- ')],
    ['plans.pptx', slides('')],
    ['paper.odt', PAPER],
    ['abiword.rtf', ABIWORD],
    // It notes how much is shown as a percentage as a plain number.
    ['gnumeric.ods', COSTS.replace('12.5%', '0.125')],
    ['xlsxwriter.xlsx', XLSXWRITER],
    ['openpyxl.xlsx', OPENPYXL],
  ])('%s', async (name, text) => {
    expect(await textOf(name)).toBe(text);
  });

  it.each([
    ['report.doc', 'that Word had before 2007'],
    ['costs.xls', 'that Excel had before 2007'],
  ])('%s says what helps', async (name, why) => {
    await expect(textOf(name)).rejects.toThrow(why);
  });
});
