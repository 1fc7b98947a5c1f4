/** A poll that has waited for so long has nothing to tell. */
const SILENT_MS = 1000;

/** Polls of one account, on the monotonic clock: what is known of what was said to it by some moment. */
export class TelegramPollWatch {
  private openSince: number | undefined;
  private answeredFrom = -Infinity;
  private toldFrom = -Infinity;
  /** Another gateway polls the account: what it has been told is in the database. */
  isElsewhere = false;

  /** @param readTaken takes note of what other gateways were told */
  constructor(private readonly readTaken: () => Promise<void>) {}

  /** What the poll that is under way tells came into being after this moment: the one before it told everything. */
  get notBefore(): number {
    return this.toldFrom;
  }

  /** A poll begins. */
  asks(): void {
    this.openSince = performance.now();
  }

  /** What the poll told has been taken. @param isAll whether there was nothing more to tell */
  answered(isAll: boolean): void {
    if (this.openSince !== undefined) {
      this.answeredFrom = this.openSince;
      if (isAll) this.toldFrom = this.openSince;
    }
    this.openSince = undefined;
  }

  failed(): void {
    this.openSince = undefined;
  }

  /** Where another gateway polls: takes note of what it has been told. */
  async catchUp(): Promise<void> {
    if (this.isElsewhere) await this.readTaken();
  }

  /** Whether all that was said before a moment is known. */
  isCaughtUp(moment: number): boolean {
    if (this.isElsewhere || this.answeredFrom >= moment) return true;
    return this.openSince !== undefined && performance.now() - this.openSince >= SILENT_MS;
  }
}
