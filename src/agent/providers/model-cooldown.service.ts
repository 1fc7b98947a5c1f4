import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import type { ModelErrorKind } from './model-error';

/** Rest after the n-th failure in a row. */
const LADDER_MS = [60_000, 300_000, 1_500_000, 3_600_000] as const;
const COOLING: ReadonlySet<ModelErrorKind> = new Set([
  'auth',
  'billing',
  'rate_limit',
  'overloaded',
  'network',
  'timeout',
]);

/** Models that failed lately are left alone for a while, as long as another candidate is there. */
@Injectable()
export class ModelCooldown {
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(@Optional() private readonly clock: Clock = systemClock) {}

  recordFailure(model: string, kind: ModelErrorKind, retryAfterMs?: number): void {
    if (!COOLING.has(kind)) return;
    const count = (this.failures.get(model)?.count ?? 0) + 1;
    const rest = retryAfterMs ?? LADDER_MS[Math.min(count, LADDER_MS.length) - 1] ?? 0;
    this.failures.set(model, { count, until: this.clock.now() + rest });
  }

  recordSuccess(model: string): void {
    this.failures.delete(model);
  }

  isCooling(model: string): boolean {
    return (this.failures.get(model)?.until ?? 0) > this.clock.now();
  }

  /** Candidates in order, cooling ones last; never empty. */
  order<T>(candidates: readonly T[], nameOf: (candidate: T) => string): T[] {
    const cool = candidates.filter((candidate) => this.isCooling(nameOf(candidate)));
    return [...candidates.filter((candidate) => !cool.includes(candidate)), ...cool];
  }
}
