import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import type { ModelCallee } from '../../events/event-map';
import type { ModelErrorKind } from './model-error';

/** Rest after the n-th failure in a row. */
const LADDER_MS = [60_000, 300_000, 1_500_000, 3_600_000] as const;
/** Kinds that say something about the credential: another one of the same provider may work. */
const OF_CREDENTIAL: ReadonlySet<ModelErrorKind> = new Set(['auth', 'billing', 'rate_limit']);
/** Kinds that say something about the model or its server, whatever the credential. */
const OF_MODEL: ReadonlySet<ModelErrorKind> = new Set(['overloaded', 'network', 'timeout']);
/** Failures in a row from which on a model is only probed. */
const CIRCUIT_FAILURES = 5;
const PROBES_PER_MINUTE = 5;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export type Callee = ModelCallee;

interface Failures {
  kind: ModelErrorKind;
  count: number;
  until: number;
  lastAt: number;
  /** When it was tried lately although it rests. */
  probes: number[];
}

export const isOfModel = (kind: ModelErrorKind): boolean => OF_MODEL.has(kind);

/**
 * Models and credentials that failed lately are left alone for a while, as long as another candidate is there; one
 * that keeps failing is tried a few times a minute at most. Gateways that share a database tell each other of it.
 */
@Injectable()
export class ModelCooldown {
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly config: ConfigService,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly events?: EventBus,
  ) {
    events?.on(
      'model.failed',
      ({ callee, kind, retryAfterMs }) => this.failed(callee, kind as ModelErrorKind, retryAfterMs),
      'elsewhere',
    );
    events?.on('model.recovered', ({ callee }) => void this.forget(callee), 'elsewhere');
  }

  recordFailure(callee: Callee, kind: ModelErrorKind, retryAfterMs?: number): void {
    this.failed(callee, kind, retryAfterMs);
    this.events?.emit('model.failed', {
      callee: named(callee),
      kind,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  private failed(callee: Callee, kind: ModelErrorKind, retryAfterMs: number | undefined): void {
    const key = OF_CREDENTIAL.has(kind) ? credentialKey(callee) : OF_MODEL.has(kind) ? modelKey(callee) : undefined;
    if (key === undefined) return;
    const now = this.clock.monotonic();
    const known = this.failures.get(key);
    const windowMs = (this.config.config.auth?.cooldowns?.failureWindowHours ?? 24) * HOUR_MS;
    const count = known && now - known.lastAt < windowMs ? known.count + 1 : 1;
    const rest =
      kind === 'billing' ? this.billingRest(callee.provider, count) : LADDER_MS[Math.min(count, LADDER_MS.length) - 1];
    this.failures.set(key, {
      kind,
      count,
      until: now + (retryAfterMs ?? rest ?? 0),
      lastAt: now,
      probes: known?.probes ?? [],
    });
  }

  recordSuccess(callee: Callee): void {
    if (this.forget(callee)) this.events?.emit('model.recovered', { callee: named(callee) });
  }

  /** @returns whether there was something to forget */
  private forget(callee: Callee): boolean {
    const known = [credentialKey(callee), modelKey(callee)].filter((key) => this.failures.delete(key));
    return known.length > 0;
  }

  /** Why a credential was refused when it was last tried, where that does not pass by itself. */
  refusalOf(callee: Callee): 'auth' | 'billing' | undefined {
    const kind = this.failures.get(credentialKey(callee))?.kind;
    return kind === 'auth' || kind === 'billing' ? kind : undefined;
  }

  isCooling(callee: Callee): boolean {
    const now = this.clock.monotonic();
    return [credentialKey(callee), modelKey(callee)].some((key) => (this.failures.get(key)?.until ?? 0) > now);
  }

  /** Candidates in order, resting ones last; never empty. */
  order<T extends Callee>(candidates: readonly T[]): T[] {
    const cool = candidates.filter((candidate) => this.isCooling(candidate));
    return [...candidates.filter((candidate) => !cool.includes(candidate)), ...cool];
  }

  /** Milliseconds until one that keeps failing may be tried again; 0: now. Counts the try. */
  probeWaitMs(callee: Callee): number {
    const known = this.failures.get(modelKey(callee));
    if (!known || known.count < CIRCUIT_FAILURES || known.until <= this.clock.monotonic()) return 0;
    const now = this.clock.monotonic();
    known.probes = known.probes.filter((at) => now - at < MINUTE_MS);
    const [oldest] = known.probes;
    if (known.probes.length >= PROBES_PER_MINUTE && oldest !== undefined) return oldest + MINUTE_MS - now;
    known.probes.push(now);
    return 0;
  }

  private billingRest(provider: string, count: number): number {
    const settings = this.config.config.auth?.cooldowns;
    const hours = settings?.billingBackoffHoursByProvider?.[provider] ?? settings?.billingBackoffHours ?? 5;
    return Math.min(hours * 2 ** (count - 1), settings?.billingMaxHours ?? 24) * HOUR_MS;
  }
}

const credentialKey = ({ provider, profile }: Callee): string => `credential ${provider}:${profile ?? 'default'}`;
const modelKey = ({ provider, id }: Callee): string => `model ${provider}/${id}`;
/** No more than says which it is. */
const named = ({ provider, id, profile }: Callee): ModelCallee => ({
  provider,
  id,
  ...(profile === undefined ? {} : { profile }),
});
