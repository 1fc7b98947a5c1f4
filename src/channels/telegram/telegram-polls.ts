import type { DeliveryRoute } from '../../common/delivery-route';
import type { Poll } from './telegram-message';

/** How many polls are remembered. */
const MOST = 200;

/** Where a poll of the assistant stands, and what it asks. */
export interface SentPoll {
  route: DeliveryRoute;
  poll: Poll;
}

/** Polls that this process has sent: Telegram tells of votes without the chat. */
export class TelegramPolls {
  private readonly sent = new Map<string, SentPoll>();

  /** @param result what Telegram answered to the sending */
  note(route: DeliveryRoute, result: unknown): void {
    const { poll } = (result ?? {}) as { poll?: Poll };
    if (!poll) return;
    this.sent.set(`${route.account}/${poll.id}`, { route, poll });
    for (const key of this.sent.keys()) {
      if (this.sent.size <= MOST) break;
      this.sent.delete(key);
    }
  }

  find(account: string, pollId: string): SentPoll | undefined {
    return this.sent.get(`${account}/${pollId}`);
  }
}
