import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { sniffFile } from '../../common/sniff-file';
import { extractPage } from '../../tools/web/extract-page';

/** Everything that a document unfolds to, together. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const MAX_PAGES = 200;
export const MAX_DOCUMENT_CHARS = 200_000;

export interface DocumentText {
  text: string;
  mimeType: string;
  truncated: boolean;
}

/** The file is of a kind that holds no text we can read, or is broken. */
export class DocumentError extends OpenclawError {
  constructor(message: string) {
    super('DOCUMENT_UNREADABLE', message);
  }
}

/**
 * Text of a PDF, Office (docx, xlsx, pptx, odt), HTML or plain text file.
 * @throws DocumentError
 */
export async function documentText(
  content: Buffer,
  signal: AbortSignal,
  maxChars = MAX_DOCUMENT_CHARS,
): Promise<DocumentText> {
  const { kind, mimeType } = sniffFile(content);
  const read = async (): Promise<{ text: string; mimeType: string }> => {
    switch (kind) {
      case 'pdf':
        return { text: await pdfText(content), mimeType };
      case 'office':
        return officeText(content);
      case 'html':
        return {
          text: (await extractPage({ html: content.toString('utf8'), url: 'about:blank', mode: 'markdown' }, signal))
            .text,
          mimeType,
        };
      case 'text':
        return { text: content.toString('utf8'), mimeType };
      default:
        throw new DocumentError(`a file of type ${mimeType} holds no text that can be read`);
    }
  };
  let found: { text: string; mimeType: string };
  try {
    found = await read();
  } catch (error) {
    if (error instanceof DocumentError || signal.aborted) throw error;
    throw new DocumentError(`the file is broken: ${messageOf(error)}`);
  }
  const text = found.text.replace(/\r\n?/g, '\n').trim();
  return { text: text.slice(0, maxChars), mimeType: found.mimeType, truncated: text.length > maxChars };
}

async function pdfText(content: Buffer): Promise<string> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(content), { verbosity: 0 });
  try {
    if (pdf.numPages > MAX_PAGES) throw new DocumentError(`${pdf.numPages} pages; at most ${MAX_PAGES} are read`);
    const { text } = await extractText(pdf, { mergePages: false });
    return text.map((page, index) => (text.length > 1 ? `[page ${index + 1}]\n${page}` : page)).join('\n\n');
  } finally {
    await pdf.cleanup();
  }
}

async function officeText(content: Buffer): Promise<{ text: string; mimeType: string }> {
  const { default: JsZip } = await import('jszip');
  const zip = await JsZip.loadAsync(content);
  let unpacked = 0;
  const read = async (name: string): Promise<string> => {
    const entry = zip.file(name);
    if (!entry) return '';
    const size = (entry as unknown as { _data?: { uncompressedSize?: number } })._data?.uncompressedSize ?? 0;
    unpacked += size;
    if (unpacked > MAX_UNPACKED_BYTES) throw new DocumentError('it unfolds to more than can be read');
    return entry.async('string');
  };
  const office = 'application/vnd.openxmlformats-officedocument';
  const numbered = (pattern: RegExp): string[] =>
    Object.keys(zip.files)
      .filter((name) => pattern.test(name))
      .sort((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]));
  if (zip.file('word/document.xml'))
    return { text: wordText(await read('word/document.xml')), mimeType: `${office}.wordprocessingml.document` };
  const slides = numbered(/^ppt\/slides\/slide\d+\.xml$/);
  if (slides.length > 0) {
    const texts = [];
    for (const [index, name] of slides.entries()) texts.push(`[slide ${index + 1}]\n${slideText(await read(name))}`);
    return { text: texts.join('\n\n'), mimeType: `${office}.presentationml.presentation` };
  }
  const sheets = numbered(/^xl\/worksheets\/sheet\d+\.xml$/);
  if (sheets.length > 0) {
    const shared = [...(await read('xl/sharedStrings.xml')).matchAll(/<si>([\s\S]*?)<\/si>/g)].map(([, inner]) =>
      runs(inner ?? '', 't'),
    );
    const texts = [];
    for (const [index, name] of sheets.entries())
      texts.push(`[sheet ${index + 1}]\n${sheetText(await read(name), shared)}`);
    return { text: texts.join('\n\n'), mimeType: `${office}.spreadsheetml.sheet` };
  }
  if (zip.file('content.xml'))
    return {
      text: paragraphs(await read('content.xml'), 'text:(?:p|h)')
        .map((part) => decode(part.replace(/<text:tab\b[^>]*>/g, '\t').replace(/<[^>]+>/g, '')))
        .join('\n'),
      mimeType: 'application/vnd.oasis.opendocument.text',
    };
  throw new DocumentError('it is an archive, no document');
}

/** Paragraphs, the cells of a table row side by side. */
function wordText(xml: string): string {
  const body = xml
    .replace(
      /<w:tr[ >][\s\S]*?<\/w:tr>/g,
      (row) =>
        `<w:p>${[...row.matchAll(/<w:tc[ >][\s\S]*?<\/w:tc>/g)].map(([cell]) => `<w:t>${runs(cell, 'w:t', true)}</w:t>`).join('<w:tab/>')}</w:p>`,
    )
    .replace(/<w:tab\b[^>]*\/>/g, '<w:t>\t</w:t>')
    .replace(/<w:br\b[^>]*\/>/g, '<w:t>\n</w:t>');
  return paragraphs(body, 'w:p')
    .map((part) => runs(part, 'w:t'))
    .join('\n');
}

const slideText = (xml: string): string =>
  paragraphs(xml, 'a:p')
    .map((part) => runs(part, 'a:t'))
    .filter((line) => line !== '')
    .join('\n');

function sheetText(xml: string, shared: readonly string[]): string {
  const rows = [...xml.matchAll(/<row\b[^>]*>([\s\S]*?)<\/row>/g)];
  return rows
    .map(([, row]) =>
      [...(row ?? '').matchAll(/<c\b([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)]
        .map(([, attributes = '', inner = '']) => {
          const value = /<v>([\s\S]*?)<\/v>/.exec(inner)?.[1];
          if (/\bt="s"/.test(attributes)) return shared[Number(value)] ?? '';
          return /\bt="inlineStr"/.test(attributes) ? runs(inner, 't') : decode(value ?? '');
        })
        .join('\t'),
    )
    .join('\n');
}

const paragraphs = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner]) => inner ?? '');

/** Text of all runs; `encoded` keeps entities for a second reading. */
function runs(xml: string, tag: string, encoded = false): string {
  const text = [...xml.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>([\\s\\S]*?)</${tag}>`, 'g'))]
    .map(([, inner]) => inner ?? '')
    .join('');
  return encoded ? text : decode(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    return ENTITIES[name ?? ''] ?? whole;
  });
