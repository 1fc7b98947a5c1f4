/** A counter of free places; who finds none waits in line. */
export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly size: () => number) {}

  /** Resolves with the function that gives the place back. */
  async take(): Promise<() => void> {
    if (this.taken >= this.size()) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.taken++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.taken--;
    };
  }
}
