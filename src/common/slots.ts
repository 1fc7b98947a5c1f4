/** A counter of free places; who finds none waits in line. */
export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly size: () => number) {}

  /** Resolves with the function that gives the place back; with undefined where the signal aborts first. */
  take(): Promise<() => void>;
  take(signal: AbortSignal): Promise<(() => void) | undefined>;
  async take(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (signal?.aborted) return undefined;
    if (this.taken >= this.size()) {
      if (!(await this.turnComes(signal))) return undefined;
    } else this.taken++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.taken--;
    };
  }

  private turnComes(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(come), 1);
        resolve(false);
      };
      this.waiting.push(come);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
