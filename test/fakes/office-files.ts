import JsZip from 'jszip';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const W =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** What a part refers to: the last word of the type, and the target. */
type Refers = readonly (readonly [type: string, target: string, outside?: 'outside'])[];

export const relations = (refers: Refers, ids = refers.map((_, at) => `rId${at + 1}`)): string =>
  `${HEAD}<Relationships xmlns="${RELS}">${refers
    .map(
      ([type, target, outside], at) =>
        `<Relationship Id="${ids[at] ?? ''}" Type="${OFFICE}/${type}" Target="${target}"${outside ? ' TargetMode="External"' : ''}/>`,
    )
    .join('')}</Relationships>`;

export function zipped(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new JsZip();
  for (const [name, text] of Object.entries(files)) zip.file(name, text);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

/** A file of Office as its programs put it together. @param main the part that the others hang on */
export const officeFile = (main: string, parts: Readonly<Record<string, string>>): Promise<Buffer> =>
  zipped({
    '[Content_Types].xml': `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': relations([
      ['extended-properties', 'docProps/app.xml'],
      ['officeDocument', main],
    ]),
    ...parts,
  });

export const paragraph = (runs: string, properties = ''): string =>
  `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}${runs}</w:p>`;
export const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;

/** A letter as Word writes it. @param body paragraphs, tables */
export const wordFile = (
  body: string,
  more: Readonly<Record<string, string>> = {},
  refers: Refers = [],
): Promise<Buffer> =>
  officeFile('word/document.xml', {
    'word/document.xml': `${HEAD}<w:document ${W} mc:Ignorable="w14"><w:body>${body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`,
    'word/_rels/document.xml.rels': relations(refers),
    ...more,
  });

/** A part of a letter beside its text. */
export const wordPart = (element: string, inner: string): string => `${HEAD}<w:${element} ${W}>${inner}</w:${element}>`;

export interface SheetParts {
  name: string;
  state?: 'hidden' | 'veryHidden';
  /** Elements of the sheet, from `sheetData` on. */
  xml: string;
  refers?: Refers;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

/** A workbook as Excel writes it. */
export const workbookFile = (
  sheets: readonly SheetParts[],
  { strings = '', styles = '', more = {} }: { strings?: string; styles?: string; more?: Record<string, string> } = {},
): Promise<Buffer> =>
  officeFile('xl/workbook.xml', {
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr defaultThemeVersion="166925"/><sheets>${sheets
      .map(
        ({ name, state }, at) =>
          `<sheet name="${name}" sheetId="${at + 1}"${state ? ` state="${state}"` : ''} r:id="rId${at + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, at) => ['worksheet', `worksheets/sheet${at + 1}.xml`] as const),
      ['styles', 'styles.xml'],
      ['sharedStrings', 'sharedStrings.xml'],
    ]),
    'xl/sharedStrings.xml': `${HEAD}<sst xmlns="${MAIN}">${strings}</sst>`,
    'xl/styles.xml': `${HEAD}<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`,
    ...Object.fromEntries(
      sheets.flatMap(({ xml, refers = [] }, at) => [
        [
          `xl/worksheets/sheet${at + 1}.xml`,
          `${HEAD}<worksheet xmlns="${MAIN}" xmlns:r="${OFFICE}">${xml}</worksheet>`,
        ],
        [`xl/worksheets/_rels/sheet${at + 1}.xml.rels`, relations(refers)],
      ]),
    ),
    ...more,
  });

const P =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"';

/** A shape with lines of text. */
export const shape = (...lines: string[]): string =>
  `<p:sp><p:nvSpPr><p:cNvPr id="2" name="Content Placeholder 2"/></p:nvSpPr><p:txBody>${lines
    .map((line) => `<a:p><a:pPr lvl="0"/>${line}</a:p>`)
    .join('')}</p:txBody></p:sp>`;
export const words = (text: string): string => `<a:r><a:rPr lang="en-GB"/><a:t>${text}</a:t></a:r>`;

/** Slides as PowerPoint writes them. @param order numbers of the parts, in the order in which they are shown */
export const slidesFile = (
  slides: readonly { xml: string; attributes?: string; refers?: Refers }[],
  order: readonly number[],
  more: Readonly<Record<string, string>> = {},
): Promise<Buffer> =>
  officeFile('ppt/presentation.xml', {
    'ppt/presentation.xml': `${HEAD}<p:presentation ${P}><p:sldIdLst>${order
      .map((number, at) => `<p:sldId id="${256 + at}" r:id="rId${number}"/>`)
      .join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(slides.map((_, at) => ['slide', `slides/slide${at + 1}.xml`])),
    ...Object.fromEntries(
      slides.flatMap(({ xml, attributes = '', refers = [] }, at) => [
        [
          `ppt/slides/slide${at + 1}.xml`,
          `${HEAD}<p:sld ${P}${attributes}><p:cSld><p:spTree>${xml}</p:spTree></p:cSld></p:sld>`,
        ],
        [`ppt/slides/_rels/slide${at + 1}.xml.rels`, relations(refers)],
      ]),
    ),
    ...more,
  });

/** A part that hangs on a slide. */
export const slidePart = (element: string, inner: string): string => `${HEAD}<${element} ${P}>${inner}</${element}>`;

const NAMES = [
  'office',
  'style',
  'text',
  'table',
  'drawing',
  'presentation',
  'svg-compatible',
  'meta',
  'chart',
] as const;
const PREFIX: Readonly<Record<string, string>> = { drawing: 'draw', 'svg-compatible': 'svg' };
const ODF = `${NAMES.map((name) => `xmlns:${PREFIX[name] ?? name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`).join(' ')} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"`;

/** A file of LibreOffice. */
export const openFile = (
  kind: 'text' | 'spreadsheet' | 'presentation',
  body: string,
  { styles = '', pages = '', more = {} }: { styles?: string; pages?: string; more?: Record<string, string> } = {},
): Promise<Buffer> =>
  zipped({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `${HEAD}<office:document-content ${ODF} office:version="1.3"><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    'styles.xml': `${HEAD}<office:document-styles ${ODF}><office:master-styles>${pages}</office:master-styles></office:document-styles>`,
    'META-INF/manifest.xml': `${HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>`,
    ...more,
  });
