import { Injectable } from '@nestjs/common';
import { Attachments, type AttachedBy, type ComingFile, type ReadAttachments } from '../agent/chat/attachments';
import { contentOf } from '../agent/turns/turn-messages';
import { cutText } from '../common/cut-text';
import { messageOf } from '../common/openclaw-error';
import { sniffFile } from '../common/sniff-file';
import type { ToldBefore } from '../inbox/program-request';
import { NO_USAGE, type TranscriptMessage } from '../sessions/transcript-event';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { badField } from './api-error';
import { type Told, type ToldPart, type ToldResult, textOfParts } from './told';

/** What of pictures and files a request may have. */
export interface PartLimits {
  images: KindLimits;
  files: KindLimits & { maxChars: number };
  maxUrlParts: number;
  maxImageParts: number;
  maxTotalImageBytes: number;
}

export interface KindLimits {
  allowUrl: boolean;
  allowedMimes?: readonly string[];
  maxBytes: number;
  maxRedirects: number;
  timeoutMs: number;
}

/** Under which earlier answers are kept that a program tells of. */
const PROGRAM_AUTHOR = { api: 'openai-completions', provider: 'program', model: 'told', usage: NO_USAGE } as const;

type FilePart = Exclude<ToldPart, { kind: 'text' }>;

/** What a program sends beside words: fetched, looked at, and put as conversations keep it. */
@Injectable()
export class ToldContent {
  constructor(
    private readonly attachments: Attachments,
    private readonly http: GuardedHttp,
  ) {}

  /** @throws ApiError where there is too much of something, or not what may be sent */
  check(parts: readonly ToldPart[], limits: PartLimits): void {
    const addresses = parts.filter((part) => part.kind === 'url');
    for (const { what, param } of addresses)
      if (!(what === 'image' ? limits.images : limits.files).allowUrl)
        throw badField(param, `${param} is an address; send the bytes as data:<kind>;base64,…`, 'url_not_allowed');
    const over = addresses[limits.maxUrlParts];
    if (over) throw badField(over.param, `at most ${limits.maxUrlParts} addresses may be sent`, 'too_many_urls');
    const images = parts.filter((part) => part.kind !== 'text' && part.what === 'image');
    const spare = images[limits.maxImageParts];
    if (spare?.kind === 'url' || spare?.kind === 'data')
      throw badField(spare.param, `at most ${limits.maxImageParts} pictures may be sent`, 'too_many_images');
    let bytes = 0;
    for (const part of parts) {
      if (part.kind !== 'data') continue;
      this.checkBytes(part, part.content, limits);
      if (part.what === 'image') bytes += part.content.length;
      if (bytes > limits.maxTotalImageBytes)
        throw badField(part.param, `pictures may have ${limits.maxTotalImageBytes} bytes together`, 'images_too_large');
    }
  }

  /** Pictures and files of a message; the words stay with whoever asks. */
  async read(parts: readonly ToldPart[], by: AttachedBy, limits: PartLimits): Promise<ReadAttachments> {
    const files: ComingFile[] = [];
    for (const part of parts) if (part.kind !== 'text') files.push(await this.load(part, limits));
    const { images, texts } = await this.attachments.readFiles(files, by);
    return { images, texts: texts.map((file) => ({ ...file, text: cutText(file.text, limits.files.maxChars) })) };
  }

  /** Messages of before, as a conversation keeps them: what the program says of the assistant's answers is its word. */
  async before(told: readonly Told[], by: AttachedBy, limits: PartLimits): Promise<ToldBefore> {
    const names = new Map(
      told.flatMap((each) => (each.role === 'assistant' ? each.calls.map(({ id, name }) => [id, name]) : [])) as [
        string,
        string,
      ][],
    );
    const messages: TranscriptMessage[] = [];
    for (const each of told) {
      if (each.role === 'user') {
        const { images, texts } = await this.read(each.parts, by, limits);
        const text = textOfParts(each.parts);
        messages.push({
          role: 'user',
          content: contentOf({ text, images, files: texts, isOwner: true, origin: 'owner' }),
        });
      } else if (each.role === 'assistant') {
        messages.push({
          role: 'assistant',
          // What it had read when it said so, nobody knows any more.
          content: [
            ...(each.text === '' ? [] : [{ type: 'text' as const, text: each.text, origin: 'tool' as const }]),
            ...each.calls.map(({ id, name, args }) => ({ type: 'toolCall' as const, id, name, arguments: args })),
          ],
          ...PROGRAM_AUTHOR,
          stopReason: each.calls.length > 0 ? 'toolUse' : 'stop',
        });
      } else if (each.role === 'result') {
        messages.push(await this.result(each, each.callId, names.get(each.callId) ?? 'function', by, limits));
      }
    }
    return messages;
  }

  /** What one of the program's functions has brought. */
  async result(
    { parts }: ToldResult,
    toolCallId: string,
    toolName: string,
    by: AttachedBy,
    limits: PartLimits,
  ): Promise<TranscriptMessage> {
    const { images, texts } = await this.read(parts, { ...by, origin: 'tool' }, limits);
    const content = contentOf({ text: textOfParts(parts), images, files: texts, isOwner: true, origin: 'tool' });
    return { role: 'toolResult', toolCallId, toolName, content, isError: false };
  }

  private async load(part: FilePart, limits: PartLimits): Promise<ComingFile> {
    const { name, what } = part;
    if (part.kind === 'data') return { name, content: part.content, ...(what === 'audio' ? { isOwnVoice: true } : {}) };
    const { timeoutMs, maxBytes, maxRedirects } = what === 'image' ? limits.images : limits.files;
    let content: Buffer;
    try {
      const answer = await this.http.request({ url: part.url, timeoutMs, maxBytes, maxRedirects });
      if (answer.status !== 200) throw new Error(`it answered with status ${answer.status}`);
      content = answer.body;
    } catch (error) {
      throw badField(part.param, `${part.param} can't be fetched: ${messageOf(error)}`, 'fetch_failed');
    }
    this.checkBytes(part, content, limits);
    return { name, content, isFromWeb: true };
  }

  private checkBytes({ what, param }: FilePart, content: Buffer, limits: PartLimits): void {
    if (what === 'audio') return;
    const { maxBytes, allowedMimes } = what === 'image' ? limits.images : limits.files;
    if (content.length > maxBytes)
      throw badField(param, `${param} has ${content.length} bytes; at most ${maxBytes} are taken`, 'file_too_large');
    const { kind, mimeType } = sniffFile(content);
    if (what === 'image' && kind !== 'image')
      throw badField(param, `${param} is no picture that can be shown, but ${mimeType}`, 'unsupported_media_type');
    if (allowedMimes && !allowedMimes.includes(mimeType))
      throw badField(param, `${param} is ${mimeType}; taken are ${allowedMimes.join(', ')}`, 'unsupported_media_type');
  }
}
