/** Times in which no turn of a session is begun. */
export class LanePauses {
  private readonly going = new Map<string, Promise<unknown>>();

  has(sessionKey: string): boolean {
    return this.going.has(sessionKey);
  }

  /** Resolves when there is none. */
  async over(sessionKey: string): Promise<void> {
    for (let pause = this.going.get(sessionKey); pause; pause = this.going.get(sessionKey)) await pause;
  }

  /** A pause as long as the work; several at once last as long as the longest. */
  async during<T>(sessionKey: string, work: () => Promise<T>): Promise<T> {
    const doing = Promise.resolve().then(work);
    const pause = Promise.allSettled([this.going.get(sessionKey), doing]).then(() => {
      if (this.going.get(sessionKey) === pause) this.going.delete(sessionKey);
    });
    this.going.set(sessionKey, pause);
    return doing;
  }
}
