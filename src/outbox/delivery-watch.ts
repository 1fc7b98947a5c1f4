import { Injectable } from '@nestjs/common';
import { sleep } from '../common/sleep';
import type { OutboxPart } from './outbox-part';
import { OutboxStore } from './outbox.store';

const LOOK_MS = 25;

/** Waits for what becomes of a delivery. */
@Injectable()
export class DeliveryWatch {
  constructor(private readonly store: OutboxStore) {}

  /** Parts of a run once one has failed or all have arrived, or as they are when the time is over. */
  async settled(runId: string, withinMs: number, signal?: AbortSignal): Promise<OutboxPart[]> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const parts = await this.store.ofRun(runId);
      const isOver = parts.every(({ state }) => state === 'sent') || parts.some(hasFailed);
      if (isOver || signal?.aborted === true || performance.now() > deadline) return parts;
      await sleep(LOOK_MS);
    }
  }
}

/** Whether a part was refused, or nobody will ever know whether it arrived. */
export const hasFailed = ({ state }: OutboxPart): boolean => state === 'failed' || state === 'uncertain';
