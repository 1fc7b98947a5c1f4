import { gzipSync } from 'node:zlib';
import JsZip from 'jszip';
import { documentText } from '../../src/tools/documents/read/document-text';

const signal = new AbortController().signal;
const textOf = async (content: Buffer, most?: number): Promise<string> =>
  (await documentText(content, signal, most)).text;

const zipOf = (files: Record<string, string>): Promise<Buffer> => {
  const zip = new JsZip();
  for (const [name, text] of Object.entries(files)) zip.file(name, text);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
};

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
    expect(await textOf(await zipOf(WORKBOOK))).toBe(
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
