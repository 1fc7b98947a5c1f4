import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { sniffFile } from '../../common/sniff-file';
import { legibleText } from '../../common/text/legible-text';
import { extractPage } from '../../tools/web/extract-page';
import { DocumentError } from './document-error';
import { officeText } from './office-text';

const MAX_PAGES = 200;
export const MAX_DOCUMENT_CHARS = 200_000;

export interface DocumentText {
  text: string;
  mimeType: string;
  truncated: boolean;
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
          text: (
            await extractPage({ html: legibleText(content)?.text ?? '', url: 'about:blank', mode: 'markdown' }, signal)
          ).text,
          mimeType,
        };
      case 'text':
        return { text: plainText(content), mimeType };
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
  return { text: cutText(text, maxChars, { mark: '' }), mimeType: found.mimeType, truncated: text.length > maxChars };
}

/** What it had to be guessed from, or lacks, is named: whoever reads it knows better. */
function plainText(content: Buffer): string {
  const { text, note } = legibleText(content) ?? { text: '' };
  return note === undefined ? text : `[${note}]\n${text}`;
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
