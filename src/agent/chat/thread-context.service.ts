import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin } from '../../common/sleep';
import { ThreadHistoryPort, type ThreadPast } from '../../events/thread-history-port';
import type { InboxRow } from '../../inbox/inbox-row';
import { TakenRows } from '../../inbox/taken-rows.store';
import type { Lease } from '../../storage/lease';

const ASK_MS = 20_000;

/** Asks, once for each thread, what was said in it before the assistant was named there; it is kept with the message. */
@Injectable()
export class ThreadContext {
  private readonly log: Logger;

  constructor(
    private readonly threadHistory: ThreadHistoryPort,
    private readonly taken: TakenRows,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('threads');
  }

  /** The row with what was said before; with the reason where that could not be read. @param lease of the session's lane */
  async complete(row: InboxRow, lease: Lease): Promise<InboxRow> {
    const { threadBefore, ...rest } = row.message;
    if (!threadBefore || !rest.route) return row;
    const { earlier, media } = await this.read(row, threadBefore);
    // Of what was heard here meanwhile, the thread tells all but what happened in it.
    const happened = (rest.earlier ?? []).filter(({ sender }) => sender === undefined);
    const { earlier: _, ...others } = rest;
    const message = {
      ...others,
      ...(earlier.length > 0 ? { thread: earlier } : {}),
      ...(happened.length > 0 ? { earlier: happened } : {}),
      ...(media.length > 0 ? { media: [...(rest.media ?? []), ...media] } : {}),
    };
    await this.taken.replaceMessage(row.id, message, lease);
    return { ...row, message };
  }

  private async read(
    { channel, account, message }: InboxRow,
    wish: { messageId: string; limit: number },
  ): Promise<ThreadPast> {
    const { route, earlier = [] } = message;
    if (!route) return { earlier: [], media: [] };
    try {
      const asked = this.threadHistory.read({ channel, account, route, ...wish });
      if (!(await settlesWithin(asked, ASK_MS))) throw new Error(`${channel} did not answer within ${ASK_MS / 1000} s`);
      return await asked;
    } catch (error) {
      this.log.warn({ channel, account }, `a thread was not read: ${messageOf(error)}`);
      const why = `(what was said in this thread before could not be read: ${messageOf(error)})`;
      return {
        earlier: [{ text: why, isOwner: true }, ...earlier.filter(({ sender }) => sender !== undefined)],
        media: [],
      };
    }
  }
}
