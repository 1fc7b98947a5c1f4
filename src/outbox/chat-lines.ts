import { Injectable } from '@nestjs/common';

/** One conversation is written to by one at a time, whoever it is: only so a message that was cut off can be told apart. */
@Injectable()
export class ChatLines {
  private readonly last = new Map<string, Promise<void>>();

  /** Waits until the place is free. Resolves with what frees it again. */
  async take(key: string): Promise<() => void> {
    const before = this.last.get(key);
    const free = this.stand(key);
    await before;
    return free;
  }

  /** Takes the place if nobody writes to it now. */
  tryTake(key: string): (() => void) | undefined {
    return this.last.has(key) ? undefined : this.stand(key);
  }

  private stand(key: string): () => void {
    let free = (): void => undefined;
    const gone = new Promise<void>((resolve) => (free = resolve));
    const mine = (this.last.get(key) ?? Promise.resolve()).then(() => gone);
    this.last.set(key, mine);
    return () => {
      free();
      if (this.last.get(key) === mine) this.last.delete(key);
    };
  }
}
