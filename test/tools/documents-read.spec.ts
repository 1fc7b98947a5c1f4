import { gzipSync } from 'node:zlib';
import { documentText } from '../../src/tools/documents/read/document-text';
import { officeFile, zipped as zipOf } from '../fakes/office-files';

const signal = new AbortController().signal;
const textOf = async (content: Buffer, most?: number): Promise<string> =>
  (await documentText(content, signal, most)).text;

const tarOf = (files: Record<string, string>): Buffer => {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write('0000000\0', 108);
    head.write('0000000\0', 116);
    head.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('00000000000\0', 136);
    head.write('        ', 148);
    head.write('0', 156);
    head.write('ustar\x0000', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    body.write(text);
    return [head, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
};

describe('spreadsheets keep what they say and where', () => {
  const WORKBOOK = {
    'xl/workbook.xml':
      '<workbook><workbookPr/><sheets><sheet name="Costs &amp; more" sheetId="2" r:id="rId7"/><sheet name="Notes" sheetId="1" state="hidden" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId7" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/><numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml': '<sst><si><t>Tea</t></si><si><t>007</t></si><si><t>two\nlines</t></si></sst>',
    'xl/worksheets/sheet1.xml': '<worksheet><sheetData/></worksheet>',
    'xl/worksheets/sheet2.xml': `<worksheet><sheetData>
      <row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2"><v>4.5</v></c><c r="D2" s="1"><v>46143</v></c></row>
      <row r="5"><c r="B5" t="s"><v>1</v></c><c r="C5" s="2"><v>46143.75</v></c><c r="D5" s="3"><v>0.125</v></c><c r="E5" t="b"><v>1</v></c></row>
      <row r="6"><c r="A6" t="s"><v>2</v></c><c r="B6" s="4"><v>3</v></c><c r="C6"><f>SUM(C2:C5)</f><v>0.30000000000000004</v></c><c r="D6"><f>NOW()</f></c><c r="E6" t="e"><v>#DIV/0!</v></c></row>
    </sheetData></worksheet>`,
  };

  it('names, rows, columns, dates, percentages, truth, texts that look like numbers, formulas', async () => {
    expect(await textOf(await officeFile('xl/workbook.xml', WORKBOOK))).toBe(
      [
        '[sheet "Costs & more", A1:E6]',
        '\tA\tB\tC\tD\tE',
        '2\tTea\t\t4.5\t2026-05-01',
        '5\t\t"007"\t2026-05-01 18:00:00\t12.5%\tTRUE',
        '6\t"two\\nlines"\t3\t0.3\t=NOW()\t#DIV/0!',
        '',
        '[sheet "Notes" (hidden): empty]',
      ].join('\n'),
    );
  });

  it('a cell far away costs no row of tabs', async () => {
    const sheet =
      '<worksheet><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>';
    const text = await textOf(await zipOf({ 'xl/worksheets/sheet1.xml': sheet }));
    expect(text).toContain('1048576\t1\t[16382 empty, then XFD]\t2');
    expect(text.length).toBeLessThan(1000);
  });

  it('what is empty has its place, and signs in attributes end nothing', async () => {
    const content = `<office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell/><table:table-cell table:formula="of:=IF([.A1]>0;1;'/>')" office:value-type='float' office:value="2"/><table:table-cell office:value-type="string"><text:p>c</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`;
    const open = await zipOf({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': content });
    expect(await textOf(open)).toBe('[sheet "A", A1:C1]\n\tA\tB\tC\n1\t\t2\tc');
    const excel = await officeFile('xl/workbook.xml', {
      'xl/sharedStrings.xml': '<sst><si/><si><t>second</t></si><si><t/></si><si><t>fourth</t></si></sst>',
      'xl/worksheets/sheet1.xml':
        '<worksheet><sheetData><row r="1"/><row r="2"><c r="A2" t="s"><v>1</v></c><c/><c r="C2" t="s"><v>3</v></c></row></sheetData></worksheet>',
    });
    expect(await textOf(excel)).toContain('2\tsecond\t\tfourth');
  });

  it('an OpenDocument sheet says the same', async () => {
    const cell = (type: string, facts: string, text: string): string =>
      `<table:table-cell office:value-type="${type}" ${facts}><text:p>${text}</text:p></table:table-cell>`;
    const content = `<office:spreadsheet><table:table table:name="May">
      <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
      <table:table-row>${cell('string', '', '007')}<table:table-cell table:number-columns-repeated="2"/>${cell('date', 'office:date-value="2026-05-01"', '1 May')}${cell('percentage', 'office:value="0.125"', '12.5 %')}${cell('boolean', 'office:boolean-value="true"', 'TRUE')}${cell('float', 'office:value="4.5"', '4,50')}</table:table-row>
      <table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
    </table:table></office:spreadsheet>`;
    const file = await zipOf({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': content });
    expect(await documentText(file, signal)).toMatchObject({
      text: '[sheet "May", A1:G3]\n\tA\tB\tC\tD\tE\tF\tG\n3\t"007"\t\t\t2026-05-01\t12.5%\tTRUE\t4.5',
      mimeType: 'application/vnd.oasis.opendocument.spreadsheet',
    });
  });
});

describe('other documents', () => {
  it('a notebook is its cells with what they put out, and no picture as text', async () => {
    const notebook = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        { cell_type: 'markdown', source: ['# Sums\n', 'of May'] },
        {
          cell_type: 'code',
          execution_count: 3,
          source: 'print(1 + 1)',
          outputs: [
            { output_type: 'stream', text: ['2\n'] },
            { output_type: 'display_data', data: { 'image/png': 'A'.repeat(5000), 'text/plain': '<Figure>' } },
            { output_type: 'error', ename: 'ValueError', evalue: 'no' },
          ],
        },
      ],
    });
    expect(await textOf(Buffer.from(notebook))).toBe(
      '[cell 1, markdown]\n# Sums\nof May\n\n[cell 2, code, run 3]\nprint(1 + 1)\n[output]\n2\n[output]\n<Figure>\n[output: a picture, image/png]\n[error] ValueError: no',
    );
    expect(await textOf(Buffer.from('{"nbformat": 4}'))).toBe('{"nbformat": 4}');
  });

  it('an archive is the list of what is in it', async () => {
    expect(await textOf(await zipOf({ 'a.txt': 'x', 'b/c.csv': 'y' }))).toMatch(
      /^\[archive \(ZIP\) of 3 entries[^]*a\.txt\t3 bytes packed[^]*b\/c\.csv/,
    );
    const tar = tarOf({ 'a.txt': 'hello', 'b/c.csv': 'x'.repeat(600) });
    expect(await textOf(tar)).toBe('[archive (tar) of 2 entries; exec unpacks it]\na.txt\t5 bytes\nb/c.csv\t600 bytes');
    expect(await textOf(gzipSync(tar))).toContain('[archive (tar, packed with gzip) of 2 entries');
    await expect(textOf(gzipSync('only words'))).rejects.toThrow('no tar archive; exec with gunzip unpacks it');
  });
});

describe('books, rich text and what can not be read', () => {
  const container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>';
  const opf = `<package xmlns:dc="x"><metadata><dc:title>Tea &amp; time</dc:title><dc:creator>Ann Berg</dc:creator></metadata>
    <manifest><item href="two.xhtml" id="b"/><item href="text/one%20a.xhtml" id="a"/><item href="cover.jpg" id="c"/></manifest>
    <spine><itemref idref="a"/><itemref idref="c"/><itemref idref="b"/></spine></package>`;
  const page = (inner: string): string =>
    `<?xml version="1.0"?><html xmlns="x"><head><title/></head><body>${inner}</body></html>`;

  it('a book is its chapters in the order of reading', async () => {
    const book = await zipOf({
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': container,
      'OPS/book.opf': opf,
      'OPS/text/one a.xhtml': page('<h1>First</h1><p><a id="p1"/>Put the <i>kettle</i> on.</p><script src="x"/>'),
      'OPS/two.xhtml': page('<h1>Second</h1><p>Wait &#8230;</p>'),
    });
    const { text, mimeType } = await documentText(book, signal);
    expect(mimeType).toBe('application/epub+zip');
    expect(text).toMatch(/^\[book: Tea & time, by Ann Berg\]\n\n# First\n+Put the [_*]kettle[_*] on\./);
    expect(text.indexOf('# Second')).toBeGreaterThan(text.indexOf('kettle'));
    expect(text).toContain('Wait …');
  });

  it('rich text is its words: letters of any spelling, tables, and nothing of fonts and pictures', async () => {
    const rtf = String.raw`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\colortbl;\red0\green0\blue0;}{\*\generator Writer;}
{\info{\title hidden}}\pard Gr\'fc\'dfe \u8364?5 \{ok\}\par
{\b bold}\tab end\line next\par
\trowd\cellx1\cellx2 Ann\cell keys\cell\row
{\uc2\u26085\'93\'fa x}{\pict\pngblip 89504e470d0a}\par}`;
    expect(await textOf(Buffer.from(rtf))).toBe('Grüße €5 {ok}\nbold\tend\nnext\nAnn\tkeys\n日 x');
    const shiftJis = String.raw`{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}`;
    expect(await textOf(Buffer.from(shiftJis))).toBe('日本');
    // However broken: it ends, and takes nothing for words that is a sign.
    expect(await textOf(Buffer.from(`{\\rtf1 ${'{'.repeat(5000)}deep}\\u99999999999?\\'zz}}}} after`))).toContain(
      'deep',
    );
  });

  it('a table of an OpenDocument text keeps its rows', async () => {
    const cell = (text: string): string =>
      `<table:table-cell><text:p>${text}</text:p><text:p>more</text:p></table:table-cell>`;
    const content = `<office:text><text:h>Costs</text:h><table:table><table:table-row>${cell('Tea &amp;lt;')}${cell('4.50')}</table:table-row></table:table><text:p>End<text:line-break/>of it</text:p></office:text>`;
    const file = await zipOf({ mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': content });
    expect(await textOf(file)).toBe('# Costs\nTea &lt; more\t4.50 more\nEnd\nof it');
  });

  it('what wants a password, is of old Office, or is packed otherwise says so', async () => {
    const old = (stream: string): Buffer =>
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from(stream, 'utf16le')]);
    await expect(textOf(old('EncryptedPackage'))).rejects.toThrow('it wants a password');
    await expect(textOf(old('WordDocument'))).rejects.toThrow('a copy as docx can be read');
    await expect(textOf(old('Workbook'))).rejects.toThrow('a copy as xlsx can be read');
    await expect(textOf(old('Something'))).rejects.toThrow('container of old Office');
    const locked = await zipOf({
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml': 'x',
      'META-INF/manifest.xml': '<manifest:encryption-data/>',
    });
    await expect(textOf(locked)).rejects.toThrow('it wants a password');
    for (const [hex, type] of [
      ['425a6839314159265359', 'bzip2'],
      ['fd377a585a000004', 'x-xz'],
      ['377abcaf271c0004', '7z'],
      ['526172211a0701', 'rar'],
      ['28b52ffd04', 'zstd'],
    ] as const)
      await expect(textOf(Buffer.from(`${hex}${'00'.repeat(100)}`, 'hex'))).rejects.toThrow(type);
  });
});
