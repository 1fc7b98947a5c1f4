/**
 * The highest message number seen so far. Private chats and small groups of a bot share one sequence; supergroups and
 * channels (ids below -100…) have one each.
 */
export class TelegramMessageIds {
  private readonly newest = new Map<string, number>();

  note(account: string, chatId: string, messageId: number): void {
    const key = sequenceOf(account, chatId);
    if (messageId > (this.newest.get(key) ?? 0)) this.newest.set(key, messageId);
  }

  /** Undefined where nothing is known yet. */
  highest(account: string, chatId: string): number | undefined {
    return this.newest.get(sequenceOf(account, chatId));
  }
}

const sequenceOf = (account: string, chatId: string): string =>
  /^-100\d/.test(chatId) ? `${account}/${chatId}` : account;
