/** What a fake server may do instead of answering properly. */
export type Fault =
  /** 429 with a retry time in seconds. */
  | { kind: 'rate-limit'; retryAfter?: number }
  | { kind: 'status'; status: number; description?: string }
  /** The request takes effect, then the server, or what stands before it, answers with an error. */
  | { kind: 'status-after'; status: number; description?: string }
  /** The connection breaks before the request takes effect. */
  | { kind: 'reset-before' }
  /** The request takes effect, then the connection breaks before the answer. */
  | { kind: 'reset-after' }
  /** The answer is not valid JSON. */
  | { kind: 'garbage' };

/** Whether the request takes effect all the same. */
export const isAfter = ({ kind }: Fault): boolean => kind === 'reset-after' || kind === 'status-after';

interface Planned {
  method: string;
  fault: Fault;
  times: number;
}

/** Faults by method: named ones first, then random ones from a seeded generator. */
export class FaultPlan {
  private readonly planned: Planned[] = [];
  private chance = 0;
  private choices: readonly Fault[] = [];
  private random: () => number = Math.random;

  /** The next `times` calls of a method fail. */
  add(method: string, fault: Fault, times = 1): void {
    this.planned.push({ method, fault, times });
  }

  /** Forgets what was planned by name. */
  clear(): void {
    this.planned.length = 0;
  }

  /** From now on each call fails with a probability. */
  sprinkle(chance: number, choices: readonly Fault[], random: () => number): void {
    this.chance = chance;
    this.choices = choices;
    this.random = random;
  }

  next(method: string): Fault | undefined {
    const index = this.planned.findIndex((entry) => entry.method === method);
    const entry = this.planned[index];
    if (entry) {
      if (--entry.times === 0) this.planned.splice(index, 1);
      return entry.fault;
    }
    if (this.chance === 0 || this.random() >= this.chance) return undefined;
    return this.choices[Math.floor(this.random() * this.choices.length)];
  }
}

/** Small seeded generator (mulberry32), so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
