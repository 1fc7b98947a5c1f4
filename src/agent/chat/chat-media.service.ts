import { Injectable } from '@nestjs/common';
import type { MediaRef } from '../../common/chat-media';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import type { PolicySubject } from '../../tools/agent-tool';
import { ChannelDirectory } from '../../events/channel-directory';
import type { InboxRow } from '../../inbox/inbox-row';
import { TakenRows } from '../../inbox/taken-rows.store';
import { agentOfSession } from '../../sessions/session-key';
import { ConfigService } from '../../config/config.service';
import type { StartedTurn } from '../turns/turn-starter.service';
import { turnSubject } from '../turns/turn-subject';
import { WebPictures } from '../media/web-pictures.service';
import { Attachments } from './attachments';
import { ThreadContext } from './thread-context.service';

const FETCH_MS = 30_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
/** Pictures of one message that are fetched from the web. */
const MOST_FROM_WEB = 8;

/** A file with its content, or the reason why there is none. */
interface Fetched {
  name: string;
  content?: Buffer;
  reason?: string;
}

/** Fetches the files of chat messages when a turn is about to read them; what they hold is kept with the message. */
@Injectable()
export class ChatMedia {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly attachments: Attachments,
    private readonly web: WebPictures,
    private readonly threads: ThreadContext,
    private readonly taken: TakenRows,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('media');
  }

  /**
   * @param started turn that reads them: the rules of its tools decide whether anything is fetched from the web
   * @returns the rows, with pictures, texts and what was said in a thread instead of what was to be fetched
   */
  resolve(rows: readonly InboxRow[], started: StartedTurn, signal: AbortSignal): Promise<InboxRow[]> {
    return Promise.all(
      rows.map(async (row) => {
        const whole = await this.threads.complete(row, started.journal.lease);
        return whole.message.media ? this.resolveOne(whole, whole.message.media, started, signal) : whole;
      }),
    );
  }

  private async resolveOne(
    row: InboxRow,
    media: readonly MediaRef[],
    { turn, journal }: StartedTurn,
    signal: AbortSignal,
  ): Promise<InboxRow> {
    const sessionKey = row.sessionKey ?? '';
    const agentId = agentOfSession(this.config.config, sessionKey);
    const subject = turnSubject(this.config.config, turn);
    const spare = new Set(media.filter(({ isAddress }) => isAddress === true).slice(MOST_FROM_WEB));
    const tooMany = `of one message at most ${MOST_FROM_WEB} pictures are fetched from the web`;
    const fetched = await Promise.all(
      media.map((each) =>
        spare.has(each)
          ? Promise.resolve<Fetched>({ name: nameOf(each), reason: tooMany })
          : this.take(row, each, subject, signal),
      ),
    );
    // What somebody has just said themselves is their word; a recording that is passed on is not.
    const isOwnVoice = (index: number): boolean =>
      media[index]?.kind === 'voice' &&
      media[index].isForeign !== true &&
      row.message.isOwner &&
      row.message.shared === undefined;
    const found = fetched.flatMap(({ name, content }, index) =>
      content
        ? [
            {
              name,
              content,
              isOwnVoice: isOwnVoice(index),
              isFromWeb: media[index]?.isAddress === true,
              ...(media[index]?.isForeign ? { isForeign: true } : {}),
            },
          ]
        : [],
    );
    const { isOwner, origin } = row.message;
    const read = await this.attachments.readFiles(found, { agentId, sessionKey, isOwner, origin });
    const missed = fetched.flatMap(({ name, reason }) =>
      reason === undefined
        ? []
        : [
            {
              name,
              mimeType: 'application/octet-stream',
              text: '',
              note: `[it was not fetched: ${reason}]`,
              origin: 'file' as const,
            },
          ],
    );
    const { media: _, ...rest } = row.message;
    const images = [...(rest.images ?? []), ...read.images];
    const files = [...(rest.files ?? []), ...read.texts, ...missed];
    const message = { ...rest, ...(images.length > 0 ? { images } : {}), ...(files.length > 0 ? { files } : {}) };
    await this.taken.replaceMessage(row.id, message, journal.lease);
    return { ...row, message };
  }

  private async take(
    { channel, account }: InboxRow,
    media: MediaRef,
    subject: PolicySubject,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const name = nameOf(media);
    const adapter = this.directory.find(channel)?.adapter;
    const maxBytes = adapter?.mediaLimit?.(account) ?? DEFAULT_MAX_BYTES;
    if (media.bytes !== undefined && media.bytes > maxBytes)
      return { name, reason: `it has ${media.bytes} bytes, at most ${maxBytes} are taken` };
    const deadline = new AbortController();
    const stop = (): void => deadline.abort();
    const timer = setTimeout(stop, FETCH_MS);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const limits = { maxBytes, signal: deadline.signal };
      const content =
        media.isAddress === true
          ? await this.web.load(media.ref, subject, limits)
          : await adapter?.fetchMedia?.(account, media, limits);
      return content ? { name, content } : { name, reason: `${channel} gives no files out` };
    } catch (error) {
      this.log.warn({ channel, account, kind: media.kind }, `a file was not fetched: ${messageOf(error)}`);
      return { name, reason: messageOf(error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}

const nameOf = ({ name, kind }: MediaRef): string => name ?? kind;
