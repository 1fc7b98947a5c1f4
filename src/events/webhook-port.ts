import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { Schema } from '../storage/schema';

export interface WebhookWish {
  /** Name of a target of `hooks.outbound`, or an http(s) address. */
  target: string;
  event: string;
  payload: unknown;
}

export type WebhookHandler = (transaction: Transaction<Schema>, wish: WebhookWish) => Promise<() => void>;

/** Where any layer hands in what other programs are to be told, inside its own transaction. */
@Injectable()
export class WebhookPort {
  private handler: WebhookHandler | undefined;

  open(handler: WebhookHandler): void {
    this.handler = handler;
  }

  /** What it returns is to be called after the commit. */
  async enqueueIn(transaction: Transaction<Schema>, wish: WebhookWish): Promise<() => void> {
    if (!this.handler) throw new Error('nobody sends webhooks');
    return this.handler(transaction, wish);
  }
}
