import { Injectable } from '@nestjs/common';
import { ATTACHMENT_LIMITS } from '../../gateway/protocol/limits';
import { ConfigService } from '../../config/config.service';
import type { ContentOrigin, ImagePart } from '../../common/content-parts';
import { messageOf } from '../../common/openclaw-error';
import { knownName } from '../../common/plain-name';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import { type FileKind, sniffFile } from '../../common/sniff-file';
import type { AttachedText } from '../../inbox/inbound-message';
import { invalidRequest } from '../../rpc/rpc-error';
import { fitImage } from '../../tools/files/fit-image';
import { worstOrigin } from '../../tools/provenance/taint';
import { MAX_DOCUMENT_CHARS, documentText } from '../../tools/documents/read/document-text';
import { pdfPictures } from '../../tools/documents/read/pdf-text';
import { ReceivedFiles, type ReceivedFrom } from '../media/received-files.service';
import { Transcription } from '../media/transcription.service';

const MIB = 1024 * 1024;
const READ_TIMEOUT_MS = 60_000;
/** Of a file that is kept, the model reads the rest itself. */
const MAX_SHOWN_CHARS = 32_000;
/** Of a scan, so many pages are shown at once. */
const MOST_SCANNED = 5;

export interface ReadAttachments {
  images: ImagePart[];
  /** Each file with its name, where it lies and what it says; also why something of it could not be done. */
  texts: AttachedText[];
}

/** Whose files they are. */
export type AttachedBy = Pick<ReceivedFrom, 'agentId' | 'sessionKey' | 'isOwner'> &
  Partial<Pick<ReceivedFrom, 'origin'>>;

export interface ComingFile {
  name: string;
  content: Buffer;
  /** A recording of the sender's own voice. */
  isOwnVoice?: boolean;
  /** The sender passes it on. */
  isForeign?: boolean;
  /** The message only has its address. */
  isFromWeb?: boolean;
}

/** What is in a file: its own words, and what the gateway says of them. */
interface ReadFile {
  text: string;
  pictures: ImagePart[];
  notes: string[];
}

/** What people attach: each as a file for tools, pictures for models that see, everything else as text besides. */
@Injectable()
export class Attachments {
  constructor(
    private readonly transcription: Transcription,
    private readonly config: ConfigService,
    private readonly received: ReceivedFiles,
  ) {}

  /** @throws RpcError INVALID_REQUEST for bad base64 or too large ones; a file that can't be read is only said so */
  async read(attachments: readonly unknown[] | undefined, by: AttachedBy): Promise<ReadAttachments> {
    const { mediaMaxMb } = this.config.config.agents?.defaults ?? {};
    const most = mediaMaxMb === undefined ? ATTACHMENT_LIMITS.maxBytes : mediaMaxMb * MIB;
    return this.readFiles(decode(attachments, most), by);
  }

  /** Files by their bytes. */
  async readFiles(files: readonly ComingFile[], by: AttachedBy): Promise<ReadAttachments> {
    const read: ReadAttachments = { images: [], texts: [] };
    for (const file of files) {
      const { name, content, isForeign } = file;
      const { kind, mimeType } = sniffFile(content);
      const source: ContentOrigin = file.isFromWeb === true ? 'web' : 'file';
      const { path, reason } = await this.keep(name, mimeType, content, {
        ...by,
        origin: worstOrigin([by.origin ?? 'owner', source], 'file'),
      });
      const isVoice = kind === 'audio' && file.isOwnVoice === true;
      const { pictures, text, notes } =
        kind === 'image'
          ? await readPicture(content, source)
          : await this.readWords(file, kind, mimeType, { path, source, by });
      read.images.push(...pictures);
      read.texts.push({
        name,
        mimeType,
        bytes: content.length,
        text,
        ...noteOf([...notes, ...(reason === undefined ? [] : [`[${reason}]`])]),
        ...(path === undefined ? {} : { path }),
        ...(isForeign ? { isForeign } : {}),
        origin: isVoice ? 'owner' : source,
      });
    }
    return read;
  }

  /** Why a file could not be kept does not keep its words from the assistant. */
  private async keep(
    name: string,
    mimeType: string,
    content: Buffer,
    from: ReceivedFrom,
  ): Promise<{ path?: string; reason?: string }> {
    try {
      return await this.received.keep(name, mimeType, content, from);
    } catch (error) {
      return { reason: `it is not kept as a file: ${messageOf(error)}` };
    }
  }

  private async readWords(
    { content }: ComingFile,
    kind: FileKind,
    mimeType: string,
    { path, source, by }: { path: string | undefined; source: ContentOrigin; by: AttachedBy },
  ): Promise<ReadFile> {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    try {
      if (kind === 'audio')
        return { text: await this.transcription.transcribe(content, mimeType, by), pictures: [], notes: [] };
      const most = path === undefined ? MAX_DOCUMENT_CHARS : MAX_SHOWN_CHARS;
      const { text, truncated, scanned } = await documentText(content, signal, most);
      const rest = truncated
        ? [`[the rest is left out${path === undefined ? '' : `; read shows all of ${path}`}]`]
        : [];
      const shown = await pdfPictures(content, scanned.slice(0, MOST_SCANNED), signal);
      if (shown.length === 0) return { text, pictures: [], notes: rest };
      const pages = [...new Set(shown.map(({ page }) => page))].join(', ');
      return {
        text,
        notes: [...rest, `[shown as pictures: page ${pages}]`],
        pictures: shown.map(({ image }) => ({ ...image, origin: source })),
      };
    } catch (error) {
      return { text: '', notes: [`[it could not be read: ${messageOf(error)}]`], pictures: [] };
    }
  }
}

/** A picture as every provider takes it; of one that can't be made so, the model is told why. */
async function readPicture(content: Buffer, origin: ContentOrigin): Promise<ReadFile> {
  try {
    const fitted = await fitImage(content);
    const data = fitted.data.toString('base64');
    return { pictures: [{ type: 'image', mimeType: fitted.mimeType, data, origin }], text: '', notes: [] };
  } catch (error) {
    return { pictures: [], text: '', notes: [`[the picture can't be shown: ${messageOf(error)}]`] };
  }
}

const noteOf = (notes: readonly string[]): { note?: string } => (notes.length > 0 ? { note: notes.join('\n') } : {});

/** What it is said to be; what it is, its bytes say. */
const TYPES: ReadonlySet<unknown> = new Set(
  'image photo file document text audio voice recording video media attachment'.split(' '),
);
const FIELDS: ReadonlySet<string> = new Set(['type', 'mimeType', 'fileName', 'content']);
/** Facts about the file that clients may add: they say nothing that its bytes don't. */
const FACTS: ReadonlySet<string> = new Set('id size sizeBytes width height durationMs lastModified'.split(' '));

/** What would be lost is named instead. @throws RpcError INVALID_REQUEST */
function refuseUnknown(attachment: PlainObject, index: number): void {
  const { type } = attachment;
  const isMime = typeof type === 'string' && type.includes('/');
  if (type !== undefined && type !== null && type !== '' && !isMime && !TYPES.has(type))
    throw invalidRequest(
      `attachments[${index}].type is ${JSON.stringify(type)}; known are ${[...TYPES].join(', ')}: send other things as text of the message, or as a file`,
    );
  for (const [field, value] of Object.entries(attachment))
    if (!FIELDS.has(field) && !FACTS.has(field) && value !== undefined && value !== null && value !== '')
      throw invalidRequest(
        `attachments[${index}].${field} is unknown; an attachment has ${[...FIELDS].join(', ')}: words about it belong into the message`,
      );
}

function decode(attachments: readonly unknown[] | undefined, most: number): { name: string; content: Buffer }[] {
  return (attachments ?? []).map((attachment, index) => {
    if (!isPlainObject(attachment)) throw invalidRequest(`attachments[${index}] must be an object`);
    refuseUnknown(attachment, index);
    if (typeof attachment['content'] !== 'string')
      throw invalidRequest(`attachments[${index}] must have "content" as base64 or data URL`);
    const base64 = attachment['content'].replace(/^data:[^,]*;base64,/, '').replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
      throw invalidRequest(`attachments[${index}].content is not base64`);
    }
    const content = Buffer.from(base64, 'base64');
    if (content.length > most) {
      throw invalidRequest(
        `attachments[${index}] has ${content.length} bytes; at most ${most} are taken (agents.defaults.mediaMaxMb): put the file into the workspace and name it instead`,
      );
    }
    const { fileName } = attachment;
    return {
      content,
      name: (typeof fileName === 'string' ? knownName(fileName) : undefined) ?? `attachment ${index + 1}`,
    };
  });
}
