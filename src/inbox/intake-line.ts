import { Injectable } from '@nestjs/common';

/** A place in a line. */
export interface Place {
  /** Resolves when everybody before has left. */
  turn: Promise<void>;
  leave(): void;
}

/**
 * Who brings a message into a session stands in line from the moment it was received until it is on disk: what has to be
 * read or listened to before takes differently long, and messages are kept in the order in which they came.
 */
@Injectable()
export class IntakeLine {
  private readonly last = new Map<string, Promise<void>>();

  /** Takes a place at once. Who has taken one must leave it. */
  enter(name: string): Place {
    const turn = this.last.get(name) ?? Promise.resolve();
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const mine = Promise.all([turn, left]).then(() => {
      if (this.last.get(name) === mine) this.last.delete(name);
    });
    this.last.set(name, mine);
    return { turn, leave };
  }

  /** Runs work in its place. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const place = this.enter(name);
    try {
      await place.turn;
      return await work();
    } finally {
      place.leave();
    }
  }
}
