/** How many of its own messages are remembered. */
const MOST_OWN = 5000;

/**
 * The highest message number seen so far. Private chats and small groups of a bot share one sequence; supergroups and
 * channels (ids below -100…) have one each.
 */
export class TelegramMessageIds {
  private readonly newest = new Map<string, number>();
  private readonly own = new Set<string>();

  note(account: string, chatId: string, messageId: number): void {
    const key = sequenceOf(account, chatId);
    if (messageId > (this.newest.get(key) ?? 0)) this.newest.set(key, messageId);
  }

  /** A message that the bot has sent. */
  noteOwn(account: string, chatId: string, messageId: number): void {
    this.note(account, chatId, messageId);
    if (this.own.size >= MOST_OWN) this.own.delete(this.own.values().next().value ?? '');
    this.own.add(`${account}/${chatId}/${messageId}`);
  }

  /** Whether the bot is known to have sent a message. */
  isOwn(account: string, chatId: string, messageId: number): boolean {
    return this.own.has(`${account}/${chatId}/${messageId}`);
  }

  /** Undefined where nothing is known yet. */
  highest(account: string, chatId: string): number | undefined {
    return this.newest.get(sequenceOf(account, chatId));
  }
}

const sequenceOf = (account: string, chatId: string): string =>
  /^-100\d/.test(chatId) ? `${account}/${chatId}` : account;
