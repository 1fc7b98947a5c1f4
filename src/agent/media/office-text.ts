import { ArchiveError, type ArchiveLimits } from '../../common/archives/archive-limits';
import { ZipReader } from '../../common/archives/zip-reader';
import { DocumentError } from './document-error';

const MIB = 1024 * 1024;
/** What a document may unfold to; more text than this is cut anyway. */
const LIMITS: ArchiveLimits = { entries: 10_000, entryBytes: 32 * MIB, totalBytes: 64 * MIB, ratio: 200 };
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** Text of a docx, xlsx, pptx or odt file. @throws DocumentError */
export async function officeText(content: Buffer): Promise<{ text: string; mimeType: string }> {
  try {
    return await textOf(new ZipReader(content, LIMITS));
  } catch (error) {
    if (error instanceof ArchiveError) throw new DocumentError(error.message);
    throw error;
  }
}

async function textOf(zip: ZipReader): Promise<{ text: string; mimeType: string }> {
  const names = zip.entries.map(({ name }) => name);
  const read = async (name: string): Promise<string> => {
    const entry = zip.find(name);
    return entry ? (await zip.read(entry)).toString('utf8') : '';
  };
  const numbered = (pattern: RegExp): string[] =>
    names.filter((name) => pattern.test(name)).sort((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]));
  if (zip.find('word/document.xml'))
    return { text: wordText(await read('word/document.xml')), mimeType: `${OFFICE}.wordprocessingml.document` };
  const slides = numbered(/^ppt\/slides\/slide\d+\.xml$/);
  if (slides.length > 0) {
    const texts = [];
    for (const [index, name] of slides.entries()) texts.push(`[slide ${index + 1}]\n${slideText(await read(name))}`);
    return { text: texts.join('\n\n'), mimeType: `${OFFICE}.presentationml.presentation` };
  }
  const sheets = numbered(/^xl\/worksheets\/sheet\d+\.xml$/);
  if (sheets.length > 0) {
    const shared = elements(await read('xl/sharedStrings.xml'), 'si').map(({ inner }) => runs(inner, 't'));
    const texts = [];
    for (const [index, name] of sheets.entries())
      texts.push(`[sheet ${index + 1}]\n${sheetText(await read(name), shared)}`);
    return { text: texts.join('\n\n'), mimeType: `${OFFICE}.spreadsheetml.sheet` };
  }
  if (zip.find('content.xml'))
    return {
      text: elements(await read('content.xml'), 'text:(?:p|h)')
        .map(({ inner }) => decode(inner.replace(/<text:tab\b[^<>]*>/g, '\t').replace(/<[^<>]+>/g, '')))
        .join('\n'),
      mimeType: 'application/vnd.oasis.opendocument.text',
    };
  throw new DocumentError('it is an archive, no document');
}

/** Paragraphs, the cells of a table row side by side. */
function wordText(xml: string): string {
  const body = replaceElements(xml, 'w:tr', (row) => {
    const cells = elements(row, 'w:tc').map(({ inner }) => `<w:t>${runs(inner, 'w:t', true)}</w:t>`);
    return `<w:p>${cells.join('<w:tab/>')}</w:p>`;
  })
    .replace(/<w:tab(?:\s[^<>]*)?\/>/g, '<w:t>\t</w:t>')
    .replace(/<w:br(?:\s[^<>]*)?\/>/g, '<w:t>\n</w:t>');
  return elements(body, 'w:p')
    .map(({ inner }) => runs(inner, 'w:t'))
    .join('\n');
}

const slideText = (xml: string): string =>
  elements(xml, 'a:p')
    .map(({ inner }) => runs(inner, 'a:t'))
    .filter((line) => line !== '')
    .join('\n');

function sheetText(xml: string, shared: readonly string[]): string {
  return elements(xml, 'row')
    .map(({ inner: row }) =>
      elements(row, 'c')
        .map(({ attributes, inner }) => {
          const value = elements(inner, 'v')[0]?.inner;
          if (/\bt="s"/.test(attributes)) return shared[Number(value)] ?? '';
          return /\bt="inlineStr"/.test(attributes) ? runs(inner, 't') : decode(value ?? '');
        })
        .join('\t'),
    )
    .join('\n');
}

interface Element {
  start: number;
  end: number;
  attributes: string;
  inner: string;
}

/**
 * Elements of a kind, up to the next end of that kind. Goes over the text once, whatever it is: where an end is missing,
 * nothing more is looked for.
 */
function elements(xml: string, tag: string): Element[] {
  const found: Element[] = [];
  const open = new RegExp(`<(${tag})((?:\\s[^<>]*)?)>`, 'g');
  for (let match = open.exec(xml); match; match = open.exec(xml)) {
    const [, name = '', attributes = ''] = match;
    const start = match.index;
    const from = open.lastIndex;
    if (attributes.endsWith('/')) {
      found.push({ start, end: from, attributes, inner: '' });
      continue;
    }
    const close = xml.indexOf(`</${name}>`, from);
    if (close < 0) break;
    const end = close + name.length + 3;
    found.push({ start, end, attributes, inner: xml.slice(from, close) });
    open.lastIndex = end;
  }
  return found;
}

function replaceElements(xml: string, tag: string, by: (inner: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, inner } of elements(xml, tag)) {
    parts.push(xml.slice(at, start), by(inner));
    at = end;
  }
  return parts.join('') + xml.slice(at);
}

/** Text of all runs; `encoded` keeps entities for a second reading. */
function runs(xml: string, tag: string, encoded = false): string {
  const text = elements(xml, tag)
    .map(({ inner }) => inner)
    .join('');
  return encoded ? text : decode(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const decode = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
      if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
      return ENTITIES[name ?? ''] ?? whole;
    },
  );
