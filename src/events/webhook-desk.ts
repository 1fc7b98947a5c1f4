import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { Schema } from '../storage/schema';

export interface WebhookWish {
  /** Name of a target of `hooks.outbound`, or an http(s) address. */
  target: string;
  event: string;
  payload: unknown;
}

export type WebhookClerk = (transaction: Transaction<Schema>, wish: WebhookWish) => Promise<() => void>;

/** Where any layer hands in what other programs are to be told, inside its own transaction. */
@Injectable()
export class WebhookDesk {
  private clerk: WebhookClerk | undefined;

  open(clerk: WebhookClerk): void {
    this.clerk = clerk;
  }

  /** What it returns is to be called after the commit. */
  async enqueueIn(transaction: Transaction<Schema>, wish: WebhookWish): Promise<() => void> {
    if (!this.clerk) throw new Error('nobody sends webhooks');
    return this.clerk(transaction, wish);
  }
}
