import { documentText } from '../../src/tools/documents/read/document-text';
import {
  officeFile,
  openFile,
  paragraph,
  relations,
  run,
  shape,
  slidePart,
  slidesFile,
  wordFile,
  wordPart,
  words,
  workbookFile,
  zipped,
} from '../fakes/office-files';

const textOf = async (content: Buffer | Promise<Buffer>): Promise<string> =>
  (await documentText(await content, new AbortController().signal)).text;

describe('a letter of Word', () => {
  it('is its text as it is now: what was deleted or moved away is none, what was put in is', async () => {
    const body =
      paragraph(
        `${run('The rent is ')}<w:del w:id="1" w:author="Ann"><w:r><w:delText>800</w:delText></w:r></w:del><w:ins w:id="2" w:author="Ann">${run('900')}</w:ins>${run(' a month.')}`,
      ) +
      paragraph(`<w:moveFromRangeStart w:id="3"/><w:moveFrom w:id="4" w:author="Ann">${run('Moved.')}</w:moveFrom>`) +
      paragraph(`<w:moveTo w:id="5" w:author="Ann">${run('Moved.')}</w:moveTo>`) +
      `<w:tbl><w:tr><w:tc>${paragraph(run('kept'))}</w:tc></w:tr><w:tr><w:trPr><w:del w:id="6" w:author="Ann"/></w:trPr><w:tc>${paragraph(
        `<w:del w:id="7" w:author="Ann"><w:r><w:delText>gone</w:delText></w:r></w:del>`,
      )}</w:tc></w:tr></w:tbl>`;
    expect(await textOf(wordFile(body))).toBe('The rent is 900 a month.\n\nMoved.\nkept');
  });

  it('keeps headings, and numbers and marks of lists, which are not in its text', async () => {
    const item = (text: string, level: number, list = 1): string =>
      paragraph(run(text), `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr>`);
    const level = (at: number, form: string, text: string): string =>
      `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${form}"/><w:lvlText w:val="${text}"/></w:lvl>`;
    const body =
      paragraph(run('Contract'), '<w:pStyle w:val="Titel"/>') +
      paragraph(run('Parties'), '<w:pStyle w:val="berschrift2"/>') +
      item('First', 0) +
      item('Under it', 1) +
      item('And this', 1) +
      item('Second', 0) +
      item('Under that', 1) +
      item('Loose', 0, 2) +
      paragraph(run('by style'), '<w:pStyle w:val="Listenabsatz"/>');
    const file = wordFile(
      body,
      {
        'word/styles.xml': wordPart(
          'styles',
          '<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style><w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style><w:style w:type="paragraph" w:styleId="Listenabsatz"><w:name w:val="List Paragraph"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>',
        ),
        'word/numbering.xml': wordPart(
          'numbering',
          `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%1.%2)')}</w:abstractNum><w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '\uf0b7')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>`,
        ),
      },
      [
        ['styles', 'styles.xml'],
        ['numbering', 'numbering.xml'],
      ],
    );
    expect(await textOf(file)).toBe(
      '# Contract\n## Parties\n1. First\n  1.a) Under it\n  1.b) And this\n2. Second\n  2.a) Under that\n- Loose\n- by style',
    );
  });

  it('shows notes, comments, and what is printed above and below each page', async () => {
    const note = (kind: string, id: number, text: string): string =>
      `<w:${kind} w:id="${id}" w:author="Bo" w:initials="B">${paragraph(`<w:r><w:${kind === 'comment' ? 'annotationRef' : `${kind}Ref`}/></w:r>${run(text)}`)}</w:${kind}>`;
    const body = paragraph(
      `${run('Tea')}<w:r><w:footnoteReference w:id="2"/></w:r>${run(' is ')}<w:commentRangeStart w:id="0"/>${run('hot')}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>${run('.')}<w:r><w:endnoteReference w:id="3"/></w:r>`,
    );
    const file = wordFile(
      body,
      {
        'word/footnotes.xml': wordPart(
          'footnotes',
          `<w:footnote w:type="separator" w:id="-1">${paragraph('<w:r><w:separator/></w:r>')}</w:footnote>${note('footnote', 2, ' A drink.')}`,
        ),
        'word/endnotes.xml': wordPart('endnotes', note('endnote', 3, ' The end.')),
        'word/comments.xml': wordPart('comments', note('comment', 0, 'Really?')),
        'word/header1.xml': wordPart('hdr', paragraph(run('Draft 3'))),
        'word/footer1.xml': wordPart('ftr', paragraph(run('Confidential'))),
      },
      [
        ['footnotes', 'footnotes.xml'],
        ['endnotes', 'endnotes.xml'],
        ['comments', 'comments.xml'],
        ['header', 'header1.xml'],
        ['footer', 'footer1.xml'],
      ],
    );
    expect(await textOf(file)).toBe(
      'Tea[footnote 1] is hot[comment 1].[endnote 1]\n\n[footnote 1] A drink.\n[comment 1 by Bo] Really?\n[endnote 1] The end.\n\n[header] Draft 3\n[footer] Confidential',
    );
  });

  it('shows a text box once, behind its paragraph, and loses nothing around it', async () => {
    const box = `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="1" name="Text Box 1"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx><w:txbxContent>${paragraph(run('In the box'))}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>${paragraph(run('In the box'))}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>`;
    const body = paragraph(`${run('Before ')}${box}${run('and after.')}`) + paragraph(run('Next.'));
    expect(await textOf(wordFile(body))).toBe('Before and after.\nIn the box\nNext.');
  });

  it('keeps rows and columns of tables: joined cells, several paragraphs, tables in tables', async () => {
    const cell = (inner: string, properties = ''): string =>
      `<w:tc><w:tcPr><w:tcW w:w="1" w:type="dxa"/>${properties}</w:tcPr>${inner}</w:tc>`;
    const inner = `<w:tbl><w:tr>${cell(paragraph(run('x')))}${cell(paragraph(run('y')))}</w:tr></w:tbl>${paragraph('')}`;
    const body = `<w:tbl><w:tblPr><w:tblStyle w:val="a"/></w:tblPr><w:tblGrid><w:gridCol w:w="1"/></w:tblGrid><w:tr>${cell(paragraph(run('wide')), '<w:gridSpan w:val="2"/>')}${cell(paragraph(run('c')))}</w:tr><w:tr>${cell(paragraph(run('one')) + paragraph(run('two')))}${cell(inner)}${cell(paragraph(run('end')))}</w:tr></w:tbl>${paragraph(run('Behind.'))}`;
    expect(await textOf(wordFile(body))).toBe('wide\t\tc\none two\tx | y\tend\nBehind.');
  });

  it('tells pictures, links, formulas, boxes to tick and signs, and takes no tab stop for a tab', async () => {
    const picture =
      '<w:r><w:drawing><wp:inline><wp:docPr id="3" name="Picture 3" descr="A cat on a sofa"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="cat.jpg"/></pic:nvPicPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>';
    const part = (inner: string): string => `<m:r><m:t>${inner}</m:t></m:r>`;
    const formula = `<m:oMath>${part('x=')}<m:f><m:fPr><m:ctrlPr><w:rPr/></m:ctrlPr></m:fPr><m:num>${part('a')}</m:num><m:den><m:sSup><m:e>${part('b')}</m:e><m:sup>${part('2')}</m:sup></m:sSup></m:den></m:f><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${part('i')}</m:sub><m:sup/><m:e><m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>${part('i')}</m:e></m:d></m:e></m:nary></m:oMath>`;
    const field =
      '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>';
    const body =
      paragraph(`${run('See ')}${picture}${run(' here.')}`, '<w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs>') +
      paragraph(`<w:hyperlink r:id="rId1">${run('the page')}</w:hyperlink>${run(' of ')}${field}`) +
      paragraph(formula) +
      paragraph(
        `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent>${run('☒')}</w:sdtContent></w:sdt>${run(' yes')}<w:r><w:tab/><w:sym w:font="Wingdings" w:char="F0FC"/><w:noBreakHyphen/></w:r>`,
      );
    expect(await textOf(wordFile(body, {}, [['hyperlink', 'https://example.org/a?b=1&amp;c=2', 'outside']]))).toBe(
      'See [picture: A cat on a sofa] here.\nthe page <https://example.org/a?b=1&c=2> of 7\nx=(a)/(b^(2))∑_(i)^()[i]\n☒ yes\t✔-',
    );
  });

  it('is read by what its parts say of themselves, however a program names them', async () => {
    const text = `<ns0:document xmlns:ns0='http://purl.oclc.org/ooxml/wordprocessingml/main'><!-- made by a script --><ns0:body><ns0:p><ns0:r><ns0:t>Strict <![CDATA[& plain]]></ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>`;
    expect(await textOf(officeFile('word/document2.xml', { 'word/document2.xml': text }))).toBe('Strict & plain');
  });
});

describe('a workbook', () => {
  const STYLES = `<numFmts count="5"><numFmt numFmtId="164" formatCode="[$-407]d.\\ mmmm\\ yyyy"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/><numFmt numFmtId="166" formatCode="_-* #,##0.00\\ &quot;kg dry&quot;_-;[Red]\\-#,##0"/><numFmt numFmtId="167" formatCode="0.00E+00"/><numFmt numFmtId="168" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellXfs>${[0, 14, 164, 165, 166, 167, 168, 22, 10].map((id) => `<xf numFmtId="${id}" fontId="0" xfId="0"/>`).join('')}</cellXfs><dxfs><dxf><numFmt numFmtId="14" formatCode="General"/></dxf></dxfs>`;

  it('tells dates, times, durations, shares and numbers apart by their formats', async () => {
    const cell = (at: number, style: number, value: string): string =>
      `<c r="${String.fromCharCode(65 + at)}1" s="${style}"><v>${value}</v></c>`;
    const xml = `<sheetData><row r="1" spans="1:9">${[
      [1, '46143'],
      [2, '46143'],
      [3, '1.5'],
      [4, '2.5'],
      [5, '12345.678'],
      [6, '46143'],
      [7, '46143.5'],
      [8, '0.07'],
      [1, '1'],
    ]
      .map(([style, value], at) => cell(at, Number(style), String(value)))
      .join('')}</row></sheetData>`;
    expect((await textOf(workbookFile([{ name: 'One', xml }], { styles: STYLES }))).split('\n')[2]).toBe(
      '1\t2026-05-01\t2026-05-01\t36:00:00\t2.5\t12345.678\t2026-05-01\t2026-05-01 12:00:00\t7%\t1900-01-01',
    );
  });

  it('tells joined cells, hidden rows, columns and sheets, and comments', async () => {
    const sheets = [
      {
        name: 'Costs',
        xml: '<cols><col min="2" max="3" width="0" hidden="1"/><col min="5" max="16384" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3" hidden="1"><c r="A3"><v>5</v></c></row><row r="4" hidden="1"><c r="A4" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells>',
        refers: [['comments', '../comments1.xml']] as const,
      },
      {
        name: 'Lists',
        state: 'veryHidden' as const,
        xml: '<sheetData><row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row></sheetData>',
      },
    ];
    const strings =
      '<si><r><rPr><b/></rPr><t xml:space="preserve">To </t></r><r><t>東京</t></r><rPh sb="3" eb="5"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>';
    const comments =
      '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors><author>Ann</author></authors><commentList><comment ref="A3" authorId="0"><text><r><t>Ask_x000D_\nBo</t></r></text></comment></commentList></comments>';
    expect(await textOf(workbookFile(sheets, { strings, more: { 'xl/comments1.xml': comments } }))).toBe(
      [
        '[sheet "Costs", A1:A4]',
        '\tA',
        '1\tTo 東京',
        '3\t5',
        '4\tab',
        '[merged: A1:D1]',
        '[hidden rows: 3-4]',
        '[hidden columns: B-C]',
        '[comment on A3 by Ann] Ask Bo',
        '',
        '[sheet "Lists" (hidden), A1:A1]',
        '\tA',
        '1\tab',
      ].join('\n'),
    );
  });

  it('with a prefix before each name, and parts with names of their own, as other programs write it', async () => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const file = officeFile('xl/workbook.xml', {
      'xl/workbook.xml': `<x:workbook xmlns:x="${main}" xmlns:rel="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><x:sheets><x:sheet name='Data' sheetId='1' rel:id='R7'/></x:sheets></x:workbook>`,
      'xl/_rels/workbook.xml.rels': relations(
        [
          ['worksheet', '/xl/worksheets/sheet.xml'],
          ['sharedStrings', '/xl/strings.xml'],
        ],
        ['R7', 'R8'],
      ),
      'xl/strings.xml': `<x:sst xmlns:x="${main}"><x:si><x:t>Name</x:t></x:si></x:sst>`,
      'xl/worksheets/sheet.xml': `<x:worksheet xmlns:x="${main}"><x:sheetData><x:row r='1'><x:c r='B1' t='s'><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
    });
    expect(await textOf(file)).toBe('[sheet "Data", A1:B1]\n\tA\tB\n1\t\tName');
  });

  it('of a kind that can not be read says which copy can', async () => {
    await expect(textOf(officeFile('xl/workbook.bin', { 'xl/workbook.bin': 'x' }))).rejects.toThrow('a copy as xlsx');
    await expect(textOf(zipped({ 'Index/Document.iwa': 'x', 'preview.jpg': 'x' }))).rejects.toThrow('a copy as PDF');
  });
});

describe('slides', () => {
  it('come in the order in which they are shown, hidden ones by name, with tables, notes, comments and charts', async () => {
    const chart =
      '<p:graphicFrame><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="rId3"/></a:graphicData></a:graphic></p:graphicFrame>';
    const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr h="1"><a:tc><a:txBody><a:p>${words('Q1')}</a:p></a:txBody></a:tc><a:tc><a:txBody><a:p>${words('12')}</a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    const picture =
      '<p:pic><p:nvPicPr><p:cNvPr id="4" name="Picture 4" descr="A map"/></p:nvPicPr><p:blipFill/></p:pic>';
    const file = slidesFile(
      [
        { xml: shape(words('Last')), attributes: ' show="0"' },
        {
          xml: `${shape(`${words('One')}<a:br/>${words('two')}`)}${table}${picture}${chart}`,
          refers: [
            ['notesSlide', '../notesSlides/notesSlide1.xml'],
            ['comments', '../comments/comment1.xml'],
            ['chart', '../charts/chart1.xml'],
          ],
        },
      ],
      [2, 1],
      {
        'ppt/notesSlides/notesSlide1.xml': slidePart(
          'p:notes',
          `${shape(words('Say hello'))}${shape('<a:fld id="{1}" type="slidenum"><a:t>1</a:t></a:fld>')}`,
        ),
        'ppt/comments/comment1.xml': slidePart(
          'p:cmLst',
          '<p:cm authorId="0"><p:text>Shorter &amp; better</p:text></p:cm>',
        ),
        'ppt/charts/chart1.xml': slidePart(
          'c:chartSpace',
          `<c:chart><c:title><c:tx><c:rich><a:p>${words('Sales')}</a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>2026</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>May</c:v></c:pt><c:pt idx="1"><c:v>June</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>3</c:v></c:pt><c:pt idx="1"><c:v>4.5</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>`,
        ),
      },
    );
    expect(await textOf(file)).toBe(
      [
        '[slide 1]',
        'One',
        'two',
        'Q1\t12',
        '[picture: A map]',
        '[chart: Sales]',
        '\t2026',
        'May\t3',
        'June\t4.5',
        '[notes] Say hello',
        '[comment] Shorter & better',
        '',
        '[slide 2, hidden]',
        'Last',
      ].join('\n'),
    );
  });
});

describe('files of LibreOffice', () => {
  it('a text: nothing deleted, all of it around notes, comments and boxes, with headings, lists and links', async () => {
    const body = `<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>Ann</dc:creator><dc:date>2026-05-01</dc:date></office:change-info><text:p>the old sum</text:p></text:deletion></text:changed-region></text:tracked-changes>
      <text:h text:style-name="H2" text:outline-level="2">Costs</text:h>
      <text:p>Rent<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Without heating.</text:p></text:note-body></text:note> is <text:change text:change-id="c1"/>900<office:annotation><dc:creator>Bo</dc:creator><dc:date>2026-05-01</dc:date><text:p>Sure?</text:p></office:annotation>.<text:s text:c="2"/><text:a xlink:href="https://example.org/">here</text:a></text:p>
      <text:p>A <draw:frame draw:name="Frame1"><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>box.<draw:frame draw:name="Image1"><draw:image xlink:href="Pictures/1.png"/><svg:title>A cat</svg:title></draw:frame></text:p>
      <text:list text:style-name="L1"><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>under</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>
      <text:p><draw:frame><draw:object xlink:href="./Object 1"/><draw:image xlink:href="./ObjectReplacements/Object 1"/></draw:frame></text:p>`;
    const file = openFile('text', body, {
      styles:
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/><text:list-level-style-bullet text:level="2" text:bullet-char="•"/></text:list-style>',
      pages:
        '<style:master-page style:name="Standard"><style:header><text:p>Draft</text:p></style:header><style:footer><text:p/></style:footer></style:master-page>',
      more: {
        'Object 1/content.xml':
          '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mi>x</mi><annotation encoding="StarMath 5.0">x = {a} over {b}</annotation></semantics></math>',
      },
    });
    expect(await textOf(file)).toBe(
      [
        '## Costs',
        'Rent[footnote 1] is 900[comment 1].  here <https://example.org/>',
        'A box.[picture: A cat]',
        'boxed',
        '1. one',
        '  - under',
        '2. two',
        '[formula: x = {a} over {b}]',
        '',
        '[footnote 1] Without heating.',
        '[comment 1 by Bo] Sure?',
        '',
        '[header] Draft',
      ].join('\n'),
    );
  });

  it('a sheet: a comment is not part of its cell, hidden sheets and joined cells are named, what repeats is counted', async () => {
    const table = (name: string, style: string, rows: string): string =>
      `<table:table table:name="${name}" table:style-name="${style}">${rows}</table:table>`;
    const rows = `<table:table-row><table:table-cell office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="1"><office:annotation draw:style-name="gr1"><dc:creator>Ann</dc:creator><dc:date>2026-05-01</dc:date><text:p>check</text:p></office:annotation><text:p>Total</text:p></table:table-cell><table:covered-table-cell/></table:table-row>
      <table:table-row table:number-rows-repeated="1500"><table:table-cell office:value-type="float" office:value="0"><text:p>0</text:p></table:table-cell></table:table-row>`;
    const text = await textOf(
      openFile(
        'spreadsheet',
        table('Open', 'ta1', rows) + table('Kept', 'ta2', '<table:table-row><table:table-cell/></table:table-row>'),
        {
          styles:
            '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>',
        },
      ),
    );
    expect(text).toMatch(/^\[sheet "Open", A1:A1501\]\n\tA\n1\tTotal\n2\t0\n/);
    expect(text).toMatch(
      /\n1001\t0\n\[the next 500 rows say the same\]\n\[merged: A1:B1\]\n\[comment on A1 by Ann\] check\n\n\[sheet "Kept" \(hidden\): empty\]$/,
    );
  });

  it('slides: hidden ones, notes, tables', async () => {
    const page = (name: string, style: string, inner: string): string =>
      `<draw:page draw:name="${name}" draw:style-name="${style}">${inner}</draw:page>`;
    const frame = (inner: string): string => `<draw:frame>${inner}</draw:frame>`;
    const text = await textOf(
      openFile(
        'presentation',
        page(
          'page1',
          'dp1',
          `${frame('<draw:text-box><text:p>Plan</text:p></draw:text-box>')}${frame(`<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table><draw:image xlink:href="Pictures/t.svm"/>`)}<presentation:notes><draw:page-thumbnail/><draw:frame><draw:text-box><text:p>Slowly</text:p></draw:text-box></draw:frame></presentation:notes>`,
        ) + page('page2', 'dp2', frame('<draw:text-box><text:p>Secret</text:p></draw:text-box>')),
        {
          styles:
            '<style:style style:name="dp2" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>',
        },
      ),
    );
    expect(text).toBe('[slide 1]\nPlan\na\tb\n[notes] Slowly\n\n[slide 2, hidden]\nSecret');
  });
});
