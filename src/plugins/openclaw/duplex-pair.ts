import { Duplex } from 'node:stream';

class End extends Duplex {
  other!: End;
  private sent: (() => void) | undefined;

  override _read(): void {
    const { sent } = this;
    this.sent = undefined;
    sent?.();
  }

  override _write(piece: Buffer, _: string, done: () => void): void {
    if (this.other.push(piece)) done();
    else this.other.sent = done;
  }

  override _final(done: () => void): void {
    this.other.push(null);
    done();
  }
}

/** Two streams: what is written into one comes out of the other. Node has its own from version 22. */
export function duplexPair(): [Duplex, Duplex] {
  const [one, two] = [new End(), new End()];
  one.other = two;
  two.other = one;
  return [one, two];
}
