/** More at one time are made by no honest client: each holds for the minutes that its clock may differ. */
const MOST = 10_000;

/**
 * Signatures without a nonce that were accepted. Nothing of this connection stands in such a signature, so each counts
 * once; and none from before the process began, which can't know of those.
 */
export class UsedSignatures {
  private readonly until = new Map<string, number>();

  constructor(private readonly startedAt: number) {}

  /** @returns whether the signature is new; then it is used up */
  use(signature: string, signedAt: number, expiresAt: number, now: number): boolean {
    if (signedAt < this.startedAt || this.until.has(signature)) return false;
    if (this.until.size >= MOST) this.prune(now);
    if (this.until.size >= MOST) return false;
    this.until.set(signature, expiresAt);
    return true;
  }

  /** Notes one that was accepted elsewhere. */
  note(signature: string, expiresAt: number, now: number): void {
    if (this.until.size >= MOST) this.prune(now);
    this.until.set(signature, expiresAt);
  }

  private prune(now: number): void {
    for (const [signature, expiresAt] of this.until) if (expiresAt < now) this.until.delete(signature);
  }
}
