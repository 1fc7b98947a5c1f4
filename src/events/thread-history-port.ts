import { Injectable } from '@nestjs/common';
import type { MediaRef } from '../common/chat-media';
import type { EarlierText } from '../common/chat-text';
import type { DeliveryRoute } from '../common/delivery-route';

/** What is to be known of a thread that the assistant comes into. */
export interface ThreadWish {
  channel: string;
  account: string;
  route: DeliveryRoute;
  /** The message that it is named in first. */
  messageId: string;
  /** Most messages. */
  limit: number;
}

/** What was said there before, oldest first, and the files of the message that it began with. */
export interface ThreadPast {
  earlier: EarlierText[];
  media: MediaRef[];
}

export type ThreadReader = (wish: ThreadWish) => Promise<ThreadPast>;

/** Where turns ask what was said in a thread before the assistant was named there; the channels answer. */
@Injectable()
export class ThreadHistoryPort {
  private reader: ThreadReader | undefined;

  open(reader: ThreadReader): void {
    this.reader = reader;
  }

  async read(wish: ThreadWish): Promise<ThreadPast> {
    if (!this.reader) throw new Error('no channel is there to ask');
    return this.reader(wish);
  }
}
