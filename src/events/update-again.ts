import { Injectable } from '@nestjs/common';
import type { RawUpdate } from '../channels/channel-adapter';

/** Takes an update as if the platform had just told it; rejects with what stands in the way. */
export type UpdateTaker = (update: RawUpdate) => Promise<unknown>;

/** Where updates that were kept as they came are given to the accounts that listen, to be taken once more. */
@Injectable()
export class UpdateAgain {
  private readonly takers = new Map<string, UpdateTaker>();

  /** An account listens. Returns what ends that. */
  open(channel: string, account: string, taker: UpdateTaker): () => void {
    const key = keyOf(channel, account);
    this.takers.set(key, taker);
    return () => {
      if (this.takers.get(key) === taker) this.takers.delete(key);
    };
  }

  /** @throws Error where nobody listens, or with what still stands in the way */
  async take(channel: string, account: string, update: RawUpdate): Promise<void> {
    const taker = this.takers.get(keyOf(channel, account));
    if (!taker) throw new Error(`the account ${account} of ${channel} is not connected; start it, then try again`);
    await taker(update);
  }
}

const keyOf = (channel: string, account: string): string => `${channel}/${account}`;
