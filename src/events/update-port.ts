import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';

export interface UpdateOrder {
  /** Session that is told when the new release runs. */
  sessionKey?: string;
  note?: string;
  /** Whose text the note may hold; left out where a client of the owner has written it. */
  origin?: ContentOrigin;
  /** Milliseconds until the restart. */
  restartDelayMs?: number;
  /** Milliseconds for each long step. */
  timeoutMs?: number;
}

/** What came of an order, in the shape of `update.run`. */
export interface UpdateAnswer {
  ok: true;
  result: { status: 'ok' | 'error' | 'skipped'; reason?: string; [fact: string]: unknown };
  restart: unknown;
  sentinel: unknown;
}

export type UpdateHandler = (order: UpdateOrder) => Promise<UpdateAnswer>;

/** Where an update is asked for by those who do not know how it is done. */
@Injectable()
export class UpdatePort {
  private handler: UpdateHandler | undefined;

  open(handler: UpdateHandler): void {
    this.handler = handler;
  }

  async run(order: UpdateOrder): Promise<UpdateAnswer> {
    if (!this.handler) throw new Error('nobody updates this process');
    return this.handler(order);
  }
}
