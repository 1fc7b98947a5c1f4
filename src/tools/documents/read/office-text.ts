import { ArchiveError, type ArchiveLimits } from '../../../common/archives/archive-limits';
import { ZipReader } from '../../../common/archives/zip-reader';
import { DocumentError } from './document-error';
import { epubText } from './epub-text';
import { elements, replaceElements, runs } from './office-xml';
import { type OfficeText, openDocumentText } from './open-document';
import { workbookText } from './workbook';

const MIB = 1024 * 1024;
/** What a document may unfold to; more text than this is cut anyway. */
const LIMITS: ArchiveLimits = { entries: 10_000, entryBytes: 32 * MIB, totalBytes: 64 * MIB, ratio: 200 };
const EPUB = 'application/epub+zip';
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** Text of a docx, xlsx, pptx, odt, ods, odp or epub file; undefined where it is an archive of something else. @throws DocumentError */
export async function officeText(content: Buffer, signal: AbortSignal): Promise<OfficeText | undefined> {
  try {
    return await textOf(new ZipReader(content, LIMITS), signal);
  } catch (error) {
    if (error instanceof ArchiveError) throw new DocumentError(error.message);
    throw error;
  }
}

async function textOf(zip: ZipReader, signal: AbortSignal): Promise<OfficeText | undefined> {
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
  if (sheets.length > 0) return { text: await workbookText(sheets, read), mimeType: `${OFFICE}.spreadsheetml.sheet` };
  if (zip.find('META-INF/container.xml') && (await read('mimetype')).trim() === EPUB) return epubText(read, signal);
  if (zip.find('content.xml') && (await read('META-INF/manifest.xml')).includes('encryption-data'))
    throw new DocumentError('it wants a password; a copy without one can be read');
  if (zip.find('content.xml')) return openDocumentText(await read('content.xml'), (await read('mimetype')).trim());
  return undefined;
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
