import { Injectable } from '@nestjs/common';

/** Gives a place back. */
export type Leave = () => void;

/** So many may go before work that waits to run alone. */
const MAX_OVERTAKEN = 100;

interface Waiter {
  isAlone: boolean;
  come(): void;
}

/**
 * Lets work run side by side, and work that may end the process run with nothing beside it. Others go before it, so that
 * a turn it may wait for ends first; but not for ever.
 */
@Injectable()
export class TurnGate {
  private beside = 0;
  private isTaken = false;
  private overtaken = 0;
  private readonly waiting: Waiter[] = [];

  /** Resolves when the work may run beside other work; with undefined where the signal aborts first. */
  enter(signal: AbortSignal): Promise<Leave | undefined> {
    return this.wait(false, signal);
  }

  /** Resolves when nothing else runs, and keeps it so; with undefined where the signal aborts first. */
  enterAlone(signal: AbortSignal): Promise<Leave | undefined> {
    return this.wait(true, signal);
  }

  private wait(isAlone: boolean, signal: AbortSignal): Promise<Leave | undefined> {
    return new Promise((resolve) => {
      const stop = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        resolve(undefined);
        this.admit();
      };
      const waiter: Waiter = {
        isAlone,
        come: () => {
          signal.removeEventListener('abort', stop);
          resolve(this.leave(isAlone));
        },
      };
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.waiting.push(waiter);
      this.admit();
    });
  }

  private leave(isAlone: boolean): Leave {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      if (isAlone) this.isTaken = false;
      else this.beside--;
      this.admit();
    };
  }

  /** Lets in whoever may come now. */
  private admit(): void {
    for (;;) {
      if (this.isTaken) return;
      const alone = this.waiting.find((waiter) => waiter.isAlone);
      const others = alone && this.overtaken >= MAX_OVERTAKEN ? undefined : this.waiting.find((each) => !each.isAlone);
      const next = others ?? (this.beside === 0 ? alone : undefined);
      if (!next) return;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      if (next.isAlone) {
        this.isTaken = true;
        this.overtaken = 0;
      } else {
        this.beside++;
        if (alone) this.overtaken++;
      }
      next.come();
    }
  }
}
