import { DocumentError } from './document-error';

const PASSWORD = 'it wants a password; a copy without one can be read';
/** Names of streams in the container that Office used before 2007, and uses for what is encrypted. */
const STREAMS: readonly (readonly [string, string])[] = [
  ['EncryptedPackage', PASSWORD],
  ['WordDocument', 'it is of the format that Word had before 2007; a copy as docx can be read'],
  ['Workbook', 'it is of the format that Excel had before 2007; a copy as xlsx can be read'],
  ['PowerPoint Document', 'it is of the format that PowerPoint had before 2007; a copy as pptx can be read'],
  ['__substg1.0_', 'it is a mail of Outlook; a copy as eml or text can be read'],
];

/** Why a file of the old container can't be read, and what helps. */
export function oldOfficeFault(content: Buffer): DocumentError {
  const found = STREAMS.find(([name]) => content.includes(Buffer.from(name, 'utf16le')));
  return new DocumentError(
    found?.[1] ?? 'a file in the container of old Office programs holds no text that can be read',
  );
}
