import { cutText } from '../../../common/cut-text';
import { messageOf } from '../../../common/openclaw-error';
import { type SniffedFile, sniffFile } from '../../../common/sniff-file';
import { legibleText } from '../../../common/text/legible-text';
import { extractPage } from '../../web/extract-page';
import { tarList, zipList } from './archive-list';
import { DocumentError } from './document-error';
import { notebookText } from './notebook-text';
import { officeText } from './office-text';
import { oldOfficeFault } from './old-office';
import { pdfText } from './pdf-text';
import { rtfText } from './rtf-text';

export const MAX_DOCUMENT_CHARS = 200_000;
/** Archives whose entries can be listed. */
const LISTED: ReadonlySet<string> = new Set(['application/gzip', 'application/x-tar']);

export interface DocumentText {
  text: string;
  mimeType: string;
  truncated: boolean;
  /** Pages of a PDF without any text, counted from 1: there they are pictures. */
  scanned: number[];
}

type Found = Pick<DocumentText, 'text' | 'mimeType'> & { scanned?: number[] };

/**
 * Text of a PDF, Office (docx, xlsx, pptx, odt, ods, odp, rtf), EPUB, HTML or plain text file, of a notebook, or the list of an archive.
 * @throws DocumentError
 */
export async function documentText(
  content: Buffer,
  signal: AbortSignal,
  maxChars = MAX_DOCUMENT_CHARS,
): Promise<DocumentText> {
  let found: Found;
  try {
    found = await read(content, sniffFile(content), signal, maxChars);
  } catch (error) {
    if (error instanceof DocumentError || signal.aborted) throw error;
    throw new DocumentError(`the file is broken: ${messageOf(error)}`);
  }
  const text = found.text.replace(/\r\n?/g, '\n').trim();
  return {
    text: cutText(text, maxChars, { mark: '' }),
    mimeType: found.mimeType,
    truncated: text.length > maxChars,
    scanned: found.scanned ?? [],
  };
}

async function read(
  content: Buffer,
  { kind, mimeType }: SniffedFile,
  signal: AbortSignal,
  maxChars: number,
): Promise<Found> {
  switch (kind) {
    case 'pdf':
      return { ...(await pdfText(content, signal, maxChars)), mimeType };
    case 'office':
      if (mimeType === 'application/rtf') return { text: rtfText(content.toString('latin1')), mimeType };
      if (mimeType === 'application/x-ole-storage') throw oldOfficeFault(content);
      return (await officeText(content, signal)) ?? { text: zipList(content), mimeType };
    case 'archive':
      if (!LISTED.has(mimeType))
        throw new DocumentError(`it is an archive (${mimeType}); unpack it with exec, where a program for it is there`);
      return { text: await tarList(content, signal), mimeType };
    case 'html': {
      const html = legibleText(content)?.text ?? '';
      return { text: (await extractPage({ html, url: 'about:blank', mode: 'markdown' }, signal)).text, mimeType };
    }
    case 'text': {
      const text = plainText(content);
      const notebook = notebookText(text);
      return notebook === undefined ? { text, mimeType } : { text: notebook, mimeType: 'application/x-ipynb+json' };
    }
    default:
      if (mimeType.startsWith('image/'))
        throw new DocumentError(`a picture of type ${mimeType} can't be opened; a copy as jpg or png can`);
      throw new DocumentError(`a file of type ${mimeType} holds no text that can be read`);
  }
}

/** What it had to be guessed from, or lacks, is named: whoever reads it knows better. */
function plainText(content: Buffer): string {
  const { text, note } = legibleText(content) ?? { text: '' };
  return note === undefined ? text : `[${note}]\n${text}`;
}
