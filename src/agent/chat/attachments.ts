import { Injectable } from '@nestjs/common';
import { ATTACHMENT_LIMITS } from '../../gateway/protocol/limits';
import { ConfigService } from '../../config/config.service';
import type { ContentOrigin, ImagePart } from '../../common/content-parts';
import { messageOf } from '../../common/openclaw-error';
import { knownName } from '../../common/plain-name';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import { sniffFile } from '../../common/sniff-file';
import type { AttachedText } from '../../inbox/inbound-message';
import { invalidRequest } from '../../rpc/rpc-error';
import { fitImage } from '../../tools/files/fit-image';
import { documentText } from '../media/document-text';
import { Transcription } from '../media/transcription.service';

const MIB = 1024 * 1024;
const READ_TIMEOUT_MS = 60_000;

export interface ReadAttachments {
  images: ImagePart[];
  /** Documents and recordings as text, each with its name; also why one could not be read. */
  texts: AttachedText[];
}

/** Attachments of connected clients: pictures for models that see, everything else as text. */
@Injectable()
export class Attachments {
  constructor(
    private readonly transcription: Transcription,
    private readonly config: ConfigService,
  ) {}

  /** @throws RpcError INVALID_REQUEST for bad base64 or too large ones; a file that can't be read is only said so */
  async read(
    attachments: readonly unknown[] | undefined,
    account: { agentId: string; sessionKey: string },
  ): Promise<ReadAttachments> {
    const { mediaMaxMb } = this.config.config.agents?.defaults ?? {};
    const most = mediaMaxMb === undefined ? ATTACHMENT_LIMITS.maxBytes : mediaMaxMb * MIB;
    return this.readFiles(decode(attachments, most), account);
  }

  /** Files by their bytes. */
  async readFiles(
    files: readonly { name: string; content: Buffer; isOwnVoice?: boolean; isFromWeb?: boolean }[],
    account: { agentId: string; sessionKey: string },
  ): Promise<ReadAttachments> {
    const read: ReadAttachments = { images: [], texts: [] };
    for (const { name, content, isOwnVoice, isFromWeb } of files) {
      const { kind, mimeType } = sniffFile(content);
      if (kind === 'image')
        await addPicture(read, name, content, { mimeType, origin: isFromWeb === true ? 'web' : 'file' });
      else
        read.texts.push({
          name,
          mimeType,
          text: await this.textOf(content, kind === 'audio' ? mimeType : undefined, account),
          origin: kind === 'audio' && isOwnVoice === true ? 'owner' : 'file',
        });
    }
    return read;
  }

  private async textOf(
    content: Buffer,
    audioType: string | undefined,
    account: { agentId: string; sessionKey: string },
  ): Promise<string> {
    try {
      if (audioType !== undefined) return await this.transcription.transcribe(content, audioType, account);
      const { text, truncated } = await documentText(content, AbortSignal.timeout(READ_TIMEOUT_MS));
      return truncated ? `${text}\n[the rest is left out]` : text;
    } catch (error) {
      return `[it could not be read: ${messageOf(error)}]`;
    }
  }
}

/** A picture as every provider takes it; of one that can't be made so, the model is told, and nothing of it is kept. */
async function addPicture(
  read: ReadAttachments,
  name: string,
  content: Buffer,
  { mimeType, origin }: { mimeType: string; origin: ContentOrigin },
): Promise<void> {
  try {
    const fitted = await fitImage(content);
    const data = fitted.data.toString('base64');
    read.images.push({ type: 'image', mimeType: fitted.mimeType, data, origin });
  } catch (error) {
    read.texts.push({ name, mimeType, text: `[the picture can't be shown: ${messageOf(error)}]`, origin });
  }
}

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
    const base64 = attachment['content'].replace(/^data:[^,]*;base64,/, '');
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(base64) || base64.length === 0) {
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
