import { ArchiveError, type ArchiveLimits } from '../../../common/archives/archive-limits';
import { ZipReader } from '../../../common/archives/zip-reader';
import { cutText } from '../../../common/cut-text';
import { DocumentError } from './document-error';
import { epubText } from './epub-text';
import { type OfficeText, openDocumentText } from './open-document';
import { type ReadPart, relationsOf } from './package-parts';
import { slidesText } from './slides-text';
import { wordText } from './word-text';
import { workbookText } from './workbook';

const MIB = 1024 * 1024;
/** What a document may unfold to; more text than this is cut anyway. */
const LIMITS: ArchiveLimits = { entries: 10_000, entryBytes: 32 * MIB, totalBytes: 64 * MIB, ratio: 200 };
const EPUB = 'application/epub+zip';
const OFFICE = 'application/vnd.openxmlformats-officedocument';
interface Kind {
  /** What the main part begins with. */
  root: RegExp;
  /** Where parts of this kind lie as a rule. */
  parts: RegExp;
  words: (part: string, read: ReadPart, names: readonly string[]) => Promise<string>;
  type: string;
}

const KINDS: readonly Kind[] = [
  {
    root: /<(?:[\w.-]+:)?document[\s>]/,
    parts: /^word\/document\.xml$/,
    words: wordText,
    type: 'wordprocessingml.document',
  },
  {
    root: /<(?:[\w.-]+:)?presentation[\s>]/,
    parts: /^ppt\/slides\/slide\d+\.xml$/,
    words: slidesText,
    type: 'presentationml.presentation',
  },
  {
    root: /<(?:[\w.-]+:)?workbook[\s>]/,
    parts: /^xl\/worksheets\/sheet\d*\.xml$/,
    words: workbookText,
    type: 'spreadsheetml.sheet',
  },
];

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
  const read: ReadPart = async (name) => {
    signal.throwIfAborted();
    const entry = zip.find(name);
    return entry ? decodePart(await zip.read(entry)) : '';
  };
  const names = zip.entries.map(({ name }) => name);
  // Programs are free in how they name the part that the others hang on; a damaged file may not say it any more.
  const main = (await relationsOf('', read)).find(({ type }) => type === 'officeDocument')?.target ?? '';
  if (main.endsWith('.bin'))
    throw new DocumentError('it is a spreadsheet of binary parts (xlsb); a copy as xlsx can be read');
  const begin = cutText(await read(main), ROOT_CHARS, { mark: '' });
  const kind =
    KINDS.find(({ root }) => root.test(begin)) ?? KINDS.find(({ parts }) => names.some((name) => parts.test(name)));
  if (kind) {
    const usual = names.filter((name) => kind.parts.test(name)).sort((a, b) => numberIn(a) - numberIn(b));
    return { text: await kind.words(main, read, usual), mimeType: `${OFFICE}.${kind.type}` };
  }
  if (zip.find('META-INF/container.xml') && (await read('mimetype')).trim() === EPUB) return epubText(read, signal);
  if (zip.find('content.xml') && (await read('META-INF/manifest.xml')).includes('encryption-data'))
    throw new DocumentError('it wants a password; a copy without one can be read');
  if (zip.find('content.xml'))
    return openDocumentText(await read('content.xml'), (await read('mimetype')).trim(), read);
  if (names.some((name) => /(?:^|\/)Index\/Document\.iwa$/.test(name)))
    throw new DocumentError('it was made by Pages, Numbers or Keynote; a copy as PDF, docx, xlsx or pptx can be read');
  return undefined;
}

const numberIn = (name: string): number => Number(/\d+(?=\.xml$)/.exec(name)?.[0] ?? 0);

/** The root element stands within so many characters, behind comments and declarations. */
const ROOT_CHARS = 20_000;

/** Parts are UTF-8 or UTF-16. */
const decodePart = (bytes: Buffer): string =>
  bytes[0] === 0xff && bytes[1] === 0xfe
    ? bytes.toString('utf16le', 2)
    : bytes[0] === 0xfe && bytes[1] === 0xff
      ? Buffer.from(bytes.subarray(2)).swap16().toString('utf16le')
      : bytes.toString('utf8').replace(/^\ufeff/, '');
