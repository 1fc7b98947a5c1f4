import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import JSZip from 'jszip';
import { type ScriptEnd, runScript } from './run-script';

const load = createRequire(__filename);

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'openclaw-documents-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const script =
  (name: string) =>
  (...args: string[]): Promise<ScriptEnd> =>
    runScript(`documents/scripts/${name}.mjs`, args, { cwd: work });
const [docx, xlsx, pdf] = [script('docx'), script('xlsx'), script('pdf')];
const put = (name: string, content: string | Buffer): void => writeFileSync(join(work, name), content);
const get = (name: string): Buffer => readFileSync(join(work, name));
const output = async (end: Promise<ScriptEnd>): Promise<string> => {
  const { code, out, err } = await end;
  if (code !== 0) throw new Error(err);
  return out;
};
/** Another reader than the script's own. */
const partOf = async (name: string, part: string): Promise<string> =>
  (await (await JSZip.loadAsync(get(name))).file(part)?.async('string')) ?? '';
async function changePart(name: string, part: string, change: (text: string) => string): Promise<void> {
  const zip = await JSZip.loadAsync(get(name));
  zip.file(part, change((await zip.file(part)?.async('string')) ?? ''));
  put(name, await zip.generateAsync({ type: 'nodebuffer' }));
}

describe('Word documents', () => {
  const LETTER =
    '# To {{name}}\n\nDear **{{name}}** of {{ city }},\n\n- one\n- two\n\n| A | B |\n|---|---|\n| 1 | {{city}} |\n';

  it('are made of Markdown, filled and read again', async () => {
    put('l.md', LETTER);
    put('v.json', '{"name":"Ann <b> & Co","city":"Graz\\n{{name}}"}');
    await output(docx('make', 'l.md', 't.docx'));
    expect(await output(docx('fields', 't.docx'))).toBe('name\ncity\n');
    await output(docx('fill', 't.docx', 'v.json', 'out.docx'));
    const text = await output(docx('text', 'out.docx'));
    expect(text).toContain('# To Ann <b> & Co');
    expect(text).toContain('- one\n- two');
    // A value is not filled again.
    expect(text).toContain('| 1 | Graz\n{{name}} |');
    expect(await partOf('out.docx', 'word/document.xml')).toContain('Ann &lt;b&gt; &amp; Co');
  });

  it('are filled where Word has cut a field into pieces, with the looks of its beginning', async () => {
    put('l.md', 'X\n');
    await output(docx('make', 'l.md', 't.docx'));
    const piece = (text: string, looks = ''): string => `<w:r>${looks}<w:t>${text}</w:t></w:r>`;
    await changePart('t.docx', 'word/document.xml', (xml) =>
      xml.replace(
        /<w:p>.*<\/w:p>/,
        `<w:p>${piece('Dear {{')}${piece('na', '<w:rPr><w:b/></w:rPr>')}<w:proofErr w:type="x"/>${piece('me}} and {{city}}, {{na')}${piece('me}}!')}</w:p>`,
      ),
    );
    put('v.json', '{"name":"Ann","city":"Graz","more":1}');
    const end = await docx('fill', 't.docx', 'v.json', 'out.docx');
    expect(end.err).toContain('not in the document: more');
    expect(await output(docx('text', 'out.docx'))).toBe('Dear Ann and Graz, Ann!\n');
    expect(await partOf('out.docx', 'word/document.xml')).toContain('<w:proofErr w:type="x"/>');
  });

  it('are merged with their pictures, on a page each', async () => {
    put('a.md', 'First\n');
    put('b.md', '# Second\n\n- point\n');
    for (const name of ['a', 'b']) await output(docx('make', `${name}.md`, `${name}.docx`));
    const zip = await JSZip.loadAsync(get('b.docx'));
    zip.file('word/media/p.png', 'PNG');
    put('b.docx', await zip.generateAsync({ type: 'nodebuffer' }));
    await changePart('b.docx', 'word/_rels/document.xml.rels', (xml) =>
      xml.replace(
        '</Relationships>',
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/p.png"/></Relationships>',
      ),
    );
    await changePart('b.docx', 'word/document.xml', (xml) =>
      xml.replace('<w:sectPr', '<w:p><w:r><w:t>see</w:t><x r:embed="rId9"/></w:r></w:p><w:sectPr'),
    );
    await output(docx('merge', 'all.docx', 'a.docx', 'b.docx', 'b.docx'));
    expect(await output(docx('text', 'all.docx'))).toMatch(/^First\n\n# Second\npoint\nsee\n\n# Second/);
    const rels = await partOf('all.docx', 'word/_rels/document.xml.rels');
    const body = await partOf('all.docx', 'word/document.xml');
    for (const [, id = ''] of body.matchAll(/r:embed="([^"]*)"/g)) {
      const [, target = ''] = new RegExp(`Id="${id}"[^>]*Target="([^"]*)"`).exec(rels) ?? [];
      expect(await partOf('all.docx', `word/${target}`)).toBe('PNG');
    }
    expect(body.match(/w:type="page"/g)).toHaveLength(2);
    expect(body.match(/<w:sectPr/g)).toHaveLength(1);
    expect(await partOf('all.docx', '[Content_Types].xml')).toContain('Extension="png"');
  });

  it('are left alone where something is wrong', async () => {
    put('l.md', LETTER);
    put('v.json', '{"name":"Ann"}');
    await output(docx('make', 'l.md', 't.docx'));
    const before = get('t.docx');
    for (const [args, said] of [
      [['fill', 't.docx', 'v.json', 'o.docx'], 'no value for: city. Nothing was written'],
      [['fill', 't.docx', 'v.json'], 'usage:'],
      [['merge', 't.docx', 't.docx', 't.docx'], 'is one of the sources'],
      [['text', 'l.md'], 'it is not a zip archive'],
      [['text', 'nothing.docx'], 'ENOENT'],
      [['dance', 'x'], 'usage:'],
    ] as [string[], string][]) {
      const end = await docx(...args);
      expect(end).toMatchObject({ code: 1, err: expect.stringContaining(said) as string });
      expect(end.err).not.toContain('    at ');
    }
    expect(() => get('o.docx')).toThrow();
    expect(get('t.docx')).toEqual(before);
  });
});

describe('spreadsheets', () => {
  it('are made of CSV and read back, with numbers as numbers', async () => {
    put('plan.csv', '\ufeffName;Price;Phone\r\n"Tea; ""green""";4.5;0664123\r\n;2;"two\nlines"\r\n');
    expect(await output(xlsx('make', 'plan.xlsx', 'plan.csv'))).toBe('plan.xlsx: plan (3 rows)\n');
    expect(await output(xlsx('sheets', 'plan.xlsx'))).toBe('plan\t3 rows\tA to C\n');
    expect(JSON.parse(await output(xlsx('read', 'plan.xlsx', '--json')))).toEqual([
      ['Name', 'Price', 'Phone'],
      ['Tea; "green"', 4.5, '0664123'],
      ['', 2, 'two\nlines'],
    ]);
    expect(await partOf('plan.xlsx', 'xl/worksheets/sheet1.xml')).toContain('<c r="B2"><v>4.5</v></c>');
  });

  it('are filled in place: looks and formulas stay, results that are no longer true go', async () => {
    put('plan.csv', 'a,b,c\n1,2,x\n');
    await output(xlsx('make', 'plan.xlsx', 'plan.csv'));
    await changePart('plan.xlsx', 'xl/worksheets/sheet1.xml', (xml) =>
      xml.replace(
        /<row r="2">.*<\/row>/,
        '<row r="2" ht="20"><c r="A2" s="1"><v>1</v></c><c r="D2"><f>A2*2</f><v>2</v></c></row><row r="5"/>',
      ),
    );
    put('c.json', '{"plan!A2": 7, "B2": "x & <y>", "C2": true, "A4": "=SUM(A2:A3)", "E5": null, "AA2": 1.5}');
    await output(xlsx('fill', 'plan.xlsx', 'c.json', 'out.xlsx'));
    const xml = await partOf('out.xlsx', 'xl/worksheets/sheet1.xml');
    expect(xml).toContain('<row r="2" ht="20"><c r="A2" s="1"><v>7</v></c><c r="B2" t="inlineStr">');
    expect(xml).toContain('<f>A2*2</f></c><c r="AA2"><v>1.5</v></c></row>');
    expect(xml.indexOf('<row r="4">')).toBeLessThan(xml.indexOf('<row r="5">'));
    expect(await partOf('out.xlsx', 'xl/workbook.xml')).toContain('<calcPr fullCalcOnLoad="1"/>');
    expect(await output(xlsx('read', 'out.xlsx', '--formulas'))).toContain('7,x & <y>,TRUE,=A2*2');
  });

  it('of other programs are read: shared texts, dates, gaps, several sheets', async () => {
    const zip = new JSZip();
    zip.file(
      'xl/workbook.xml',
      '<workbook><sheets><sheet name="One" sheetId="1" r:id="rId1"/><sheet name="A &amp; B" sheetId="2" r:id="rId2"/></sheets></workbook>',
    );
    zip.file(
      'xl/_rels/workbook.xml.rels',
      '<Relationships><Relationship Id="rId2" Target="/xl/worksheets/two.xml"/><Relationship Id="rId1" Target="worksheets/one.xml"/></Relationships>',
    );
    zip.file(
      'xl/sharedStrings.xml',
      '<sst><si><r><t>Two </t></r><r><t xml:space="preserve">parts</t></r><rPh><t>no</t></rPh></si><si/></sst>',
    );
    zip.file(
      'xl/styles.xml',
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/><numFmt numFmtId="165" formatCode="0.0 &quot;days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    );
    zip.file(
      'xl/worksheets/one.xml',
      '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" s="1"><v>46357</v></c></row><row r="3"><c r="A3" s="2"><v>46357.5</v></c><c r="B3" s="3"><v>2.5</v></c><c r="C3" t="e"><v>#N/A</v></c></row></sheetData></worksheet>',
    );
    zip.file('xl/worksheets/two.xml', '<worksheet><sheetData/></worksheet>');
    put('o.xlsx', await zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' }));
    expect(await output(xlsx('read', 'o.xlsx'))).toBe('Two parts,,2026-12-01\n\n2026-12-01 12:00:00,2.5,#N/A\n');
    expect(await output(xlsx('sheets', 'o.xlsx'))).toContain('A & B\t0 rows\tempty');
    put('c.json', '{"A & B!B2": 1}');
    await output(xlsx('fill', 'o.xlsx', 'c.json', 'p.xlsx'));
    expect(await output(xlsx('read', 'p.xlsx', 'A & B'))).toBe('\n,1\n');
  });

  it('are left alone where something is wrong', async () => {
    put('plan.csv', 'a\n1\n');
    await output(xlsx('make', 'plan.xlsx', 'plan.csv'));
    for (const [changes, said] of [
      ['{"None!A1": 1}', 'there is no sheet "None"; there are: plan'],
      ['{"A0": 1}', '"A0" is no cell'],
      ['{"A1": [1]}', 'A1: a value is text'],
      ['{', 'JSON'],
    ] as const) {
      put('c.json', changes);
      expect((await xlsx('fill', 'plan.xlsx', 'c.json', 'o.xlsx')).err).toContain(said);
    }
    expect((await xlsx('fill', 'plan.xlsx', 'c.json', 'plan.xlsx')).err).toContain('is the source');
    expect(() => get('o.xlsx')).toThrow();
  });
});

describe('PDF files', () => {
  const hasPoppler = process.env['CI'] === 'true' || spawnSync('pdftotext', ['-v']).status === 0;
  const readable = hasPoppler ? it : it.skip;
  const text = (name: string): string[] =>
    spawnSync('pdftotext', [join(work, name), '-'], { encoding: 'utf8' })
      .stdout.split('\f')
      .map((page) => page.trim())
      .filter((page) => page !== '');

  async function make(name: string, pages: number, draw?: (document: PDFKit.PDFDocument) => void): Promise<void> {
    const Document = load('pdfkit') as new () => PDFKit.PDFDocument;
    const document = new Document();
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    const done = new Promise((resolve) => document.on('end', resolve));
    for (let page = 1; page <= pages; page++) {
      if (page > 1) document.addPage();
      document.text(`${name} page ${page}`);
    }
    draw?.(document);
    document.end();
    await done;
    put(name, Buffer.concat(chunks));
  }

  readable('are merged, cut into pages, turned and split', async () => {
    await make('a.pdf', 2, (document) => document.text('to page', { goTo: 'x' }));
    await make('b.pdf', 11);
    expect(await output(pdf('merge', 'm.pdf', 'a.pdf', 'b.pdf'))).toBe('m.pdf: 13 pages of 2 files\n');
    expect(text('m.pdf')).toHaveLength(13);
    expect(text('m.pdf')[2]).toBe('b.pdf page 1');
    await output(pdf('pages', 'm.pdf', '13,1-2,1', 'p.pdf', '--rotate', '90'));
    expect(text('p.pdf').map((page) => page.split('\n')[0])).toEqual([
      'b.pdf page 11',
      'a.pdf page 1',
      'a.pdf page 2',
      'a.pdf page 1',
    ]);
    expect(spawnSync('pdfinfo', [join(work, 'p.pdf')], { encoding: 'utf8' }).stdout).toMatch(/Page rot:\s+90/);
    await output(pdf('split', 'b.pdf', 's-'));
    expect(text('s-03.pdf')).toEqual(['b.pdf page 3']);
    expect(await output(pdf('info', 'b.pdf'))).toContain('pages: 11\nfirst page: 216 × 279 mm');
    // What a page needs comes along, and no more.
    expect(get('s-03.pdf').length).toBeLessThan(get('b.pdf').length);
  });

  readable('are filled, so that every viewer shows it', async () => {
    await make('f.pdf', 1, (document) => {
      document.font('Helvetica');
      document.initForm();
      document.formText('name', 72, 200, 200, 20, { value: 'old' });
      document.formText('note', 72, 240, 200, 20);
      document.formCombo('size', 72, 280, 100, 20, { select: ['S', 'M'] } as never);
    });
    expect(await output(pdf('fields', 'f.pdf'))).toContain('size\tchoice\tnow: (empty)\tone of: S | M');
    put('v.json', '{"name":"Ann (Müller)","note":"日本","size":"M"}');
    await output(pdf('fill', 'f.pdf', 'v.json', 'o.pdf'));
    const fields = await output(pdf('fields', 'o.pdf'));
    for (const said of ['name\ttext\tnow: Ann (Müller)', 'note\ttext\tnow: 日本', 'size\tchoice\tnow: M'])
      expect(fields).toContain(said);
    expect(text('o.pdf')[0]).toContain('Ann (Müller)');
    expect(text('o.pdf')[0]).not.toContain('old');
    // Once more, over what it has written itself.
    put('v.json', '{"name":null}');
    await output(pdf('fill', 'o.pdf', 'v.json', 'p.pdf'));
    expect(await output(pdf('fields', 'p.pdf'))).toContain('name\ttext\tnow: (empty)');
    for (const [values, said] of [
      ['{"nobody":1}', 'no such field: nobody. There are: name, note, size'],
      ['{"size":"XL"}', 'size: one of S, M'],
    ] as const) {
      put('v.json', values);
      expect((await pdf('fill', 'f.pdf', 'v.json', 'q.pdf')).err).toContain(said);
    }
    expect(() => get('q.pdf')).toThrow();
  });

  /** As newer programs write them: objects packed into a stream, and a stream instead of the table. */
  function packed(): Buffer {
    const inner = [
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]>>',
      '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>',
    ];
    let at = 0;
    const head = inner.map((object, index) => {
      const entry = `${index + 1} ${at}`;
      at += object.length + 1;
      return entry;
    });
    const first = `${head.join(' ')} `;
    const body = deflateSync(Buffer.from(first + inner.join(' ')));
    const parts: Buffer[] = [Buffer.from('%PDF-1.5\n')];
    const places: number[] = [];
    const add = (number: number, dict: string, content: Buffer): void => {
      places[number] = Buffer.concat(parts).length;
      parts.push(
        Buffer.from(`${number} 0 obj\n<<${dict}/Length ${content.length}>>\nstream\n`),
        content,
        Buffer.from('\nendstream\nendobj\n'),
      );
    };
    add(4, `/Type/ObjStm/N 3/First ${first.length}/Filter/FlateDecode`, body);
    add(5, '', Buffer.from('BT /F 12 Tf 20 40 Td (packed page) Tj ET'));
    const start = Buffer.concat(parts).length;
    places[6] = start;
    const rows = [
      [0, 0, 0],
      [2, 4, 0],
      [2, 4, 1],
      [2, 4, 2],
      [1, places[4] ?? 0, 0],
      [1, places[5] ?? 0, 0],
      [1, start, 0],
    ].map(([kind = 0, a = 0, b = 0]) => Buffer.from([kind, a >> 8, a & 255, b]));
    // Each row as its difference to the one above, which predictor 12 says.
    const table = deflateSync(
      Buffer.concat(
        rows.map((row, index) =>
          Buffer.from([2, ...row.map((byte, column) => (byte - (rows[index - 1]?.[column] ?? 0)) & 255)]),
        ),
      ),
    );
    add(6, '/Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>', table);
    parts.push(Buffer.from(`startxref\n${start}\n%%EOF`));
    return Buffer.concat(parts);
  }

  readable('with packed objects are read, and ones whose table is broken', async () => {
    put('n.pdf', packed());
    await make('a.pdf', 1);
    await output(pdf('merge', 'm.pdf', 'n.pdf', 'a.pdf'));
    expect(text('m.pdf')).toEqual(['packed page', 'a.pdf page 1']);
    put(
      'broken.pdf',
      get('a.pdf')
        .toString('latin1')
        .replace(/startxref\s+\d+/, 'startxref\n7'),
    );
    writeFileSync(
      join(work, 'broken.pdf'),
      Buffer.from(
        get('a.pdf')
          .toString('latin1')
          .replace(/startxref\s+\d+/, 'startxref\n7'),
        'latin1',
      ),
    );
    put('half.pdf', packed().subarray(0, packed().lastIndexOf('6 0 obj')));
    await output(pdf('merge', 'r.pdf', 'broken.pdf', 'half.pdf'));
    expect(text('r.pdf')).toEqual(['a.pdf page 1', 'packed page']);
  });

  it('are left alone where something is wrong', async () => {
    await make('a.pdf', 2);
    put('e.pdf', Buffer.from(get('a.pdf').toString('latin1').replace('/Root', '/Encrypt 1 0 R /Root'), 'latin1'));
    put('x.pdf', 'no PDF');
    const before = get('a.pdf');
    for (const [args, said] of [
      [['pages', 'a.pdf', '1-3', 'o.pdf'], '"1-3" is not a range of pages within 1 to 2'],
      [['pages', 'a.pdf', '0', 'o.pdf'], 'is not a range'],
      [['pages', 'a.pdf', '1', 'o.pdf', '--rotate', '45'], '--rotate 45'],
      [['merge', 'o.pdf', 'a.pdf'], 'usage:'],
      [['merge', 'a.pdf', 'a.pdf', 'a.pdf'], 'is one of the sources'],
      [['merge', 'o.pdf', 'a.pdf', 'e.pdf'], 'e.pdf: this PDF is encrypted'],
      [['info', 'x.pdf'], 'x.pdf: this is not a PDF'],
    ] as [string[], string][])
      expect(await pdf(...args)).toMatchObject({ code: 1, err: expect.stringContaining(said) as string });
    expect(await output(pdf('fields', 'a.pdf'))).toContain('no form fields');
    expect(() => get('o.pdf')).toThrow();
    expect(get('a.pdf')).toEqual(before);
  });
});
