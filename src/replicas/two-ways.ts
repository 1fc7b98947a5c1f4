import { settlesWithin } from '../common/sleep';
import type { PostgresLink } from './postgres-link';
import type { RedisLink } from './redis-link';
import type { LinkListener, LinkWay, Notice, ReplicaLink } from './replica-link';

/** Numbers of one sender that are remembered. */
const MOST_NUMBERS = 2000;
/** Senders that are remembered; one is new with each start of a gateway. */
const MOST_SENDERS = 64;

/**
 * Over Redis what it hands to every gateway, over PostgreSQL as well what it does not: while it is away, or one of them is
 * not there. What arrives by both is heard once.
 */
export class TwoWays implements ReplicaLink {
  private readonly known = new Map<string, Set<number>>();
  /** Ends when everything sent so far is handed over, so that the second way keeps the order. */
  private tail: Promise<void> = Promise.resolve();

  /** @param others how many gateways there are beside this one */
  constructor(
    private readonly first: RedisLink,
    private readonly second: PostgresLink,
    private readonly others: () => number,
  ) {}

  get isUp(): boolean {
    return this.first.isUp || this.second.isUp;
  }

  get way(): LinkWay {
    return this.first.isUp ? 'redis' : 'postgres';
  }

  open(listener: LinkListener): void {
    const once: LinkListener = {
      heard: (sender, notice) => {
        if (this.isNew(sender, notice.number)) listener.heard(sender, notice);
      },
      connected: () => listener.connected(),
    };
    this.first.open(once);
    this.second.open(once);
  }

  send(notice: Notice): void {
    const reached = this.first.publish(notice);
    this.tail = this.tail.then(async () => {
      if ((await reached) < this.others()) this.second.send(notice);
    });
  }

  async close(graceMs: number): Promise<void> {
    await settlesWithin(this.tail, graceMs);
    await Promise.all([this.first.close(graceMs), this.second.close(graceMs)]);
  }

  private isNew(sender: string, number: number): boolean {
    const numbers = this.known.get(sender) ?? new Set<number>();
    if (numbers.has(number)) return false;
    this.known.delete(sender);
    this.known.set(sender, numbers);
    numbers.add(number);
    if (numbers.size > MOST_NUMBERS) for (const oldest of numbers) if (numbers.delete(oldest)) break;
    if (this.known.size > MOST_SENDERS) for (const oldest of this.known.keys()) if (this.known.delete(oldest)) break;
    return true;
  }
}
