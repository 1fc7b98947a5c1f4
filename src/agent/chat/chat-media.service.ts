import { Injectable } from '@nestjs/common';
import type { MediaRef } from '../../common/chat-media';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ChannelDirectory } from '../../events/channel-directory';
import type { InboxRow } from '../../inbox/inbox-row';
import { InboxStore } from '../../inbox/inbox.store';
import { agentOfSession } from '../../sessions/session-key';
import { ConfigService } from '../../config/config.service';
import type { Lease } from '../../storage/lease';
import { Attachments } from './attachments';

const FETCH_MS = 30_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;

/** Fetches the files of chat messages when a turn is about to read them; what they hold is kept with the message. */
@Injectable()
export class ChatMedia {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly attachments: Attachments,
    private readonly inbox: InboxStore,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('media');
  }

  /**
   * @param lease of the session's lane
   * @returns the rows, with pictures and texts instead of what was to be fetched
   */
  resolve(rows: readonly InboxRow[], lease: Lease, signal: AbortSignal): Promise<InboxRow[]> {
    return Promise.all(
      rows.map(async (row) => (row.message.media ? this.resolveOne(row, row.message.media, lease, signal) : row)),
    );
  }

  private async resolveOne(
    row: InboxRow,
    media: readonly MediaRef[],
    lease: Lease,
    signal: AbortSignal,
  ): Promise<InboxRow> {
    const sessionKey = row.sessionKey ?? '';
    const agentId = agentOfSession(this.config.config, sessionKey);
    const fetched = await Promise.all(media.map((each) => this.take(row, each, signal)));
    // What somebody has just said themselves is their word; a recording that is passed on is not.
    const isOwnVoice = (index: number): boolean =>
      media[index]?.kind === 'voice' &&
      media[index].isForeign !== true &&
      row.message.isOwner &&
      row.message.shared === undefined;
    const found = fetched.flatMap(({ name, content }, index) =>
      content ? [{ name, content, isOwnVoice: isOwnVoice(index) }] : [],
    );
    const read = await this.attachments.readFiles(found, { agentId, sessionKey });
    const missed = fetched.flatMap(({ name, reason }) =>
      reason === undefined
        ? []
        : [
            {
              name,
              mimeType: 'application/octet-stream',
              text: `[it was not fetched: ${reason}]`,
              origin: 'file' as const,
            },
          ],
    );
    const { media: _, ...rest } = row.message;
    const images = [...(rest.images ?? []), ...read.images];
    const files = [...(rest.files ?? []), ...read.texts, ...missed];
    const message = { ...rest, ...(images.length > 0 ? { images } : {}), ...(files.length > 0 ? { files } : {}) };
    await this.inbox.replaceMessage(row.id, message, lease);
    return { ...row, message };
  }

  private async take(
    { channel, account }: InboxRow,
    media: MediaRef,
    signal: AbortSignal,
  ): Promise<{ name: string; content?: Buffer; reason?: string }> {
    const name = media.name ?? media.kind;
    const adapter = this.directory.find(channel)?.adapter;
    if (!adapter?.fetchMedia) return { name, reason: `${channel} gives no files out` };
    const maxBytes = adapter.mediaLimit?.(account) ?? DEFAULT_MAX_BYTES;
    if (media.bytes !== undefined && media.bytes > maxBytes)
      return { name, reason: `it has ${media.bytes} bytes, at most ${maxBytes} are taken` };
    const deadline = new AbortController();
    const stop = (): void => deadline.abort();
    const timer = setTimeout(stop, FETCH_MS);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return { name, content: await adapter.fetchMedia(account, media, { maxBytes, signal: deadline.signal }) };
    } catch (error) {
      this.log.warn({ channel, account, kind: media.kind }, `a file was not fetched: ${messageOf(error)}`);
      return { name, reason: messageOf(error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}
