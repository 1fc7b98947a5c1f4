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

export type UpdateClerk = (order: UpdateOrder) => Promise<UpdateAnswer>;

/** Where an update is asked for by those who do not know how it is done. */
@Injectable()
export class UpdateDesk {
  private clerk: UpdateClerk | undefined;

  open(clerk: UpdateClerk): void {
    this.clerk = clerk;
  }

  async run(order: UpdateOrder): Promise<UpdateAnswer> {
    if (!this.clerk) throw new Error('nobody updates this process');
    return this.clerk(order);
  }
}
