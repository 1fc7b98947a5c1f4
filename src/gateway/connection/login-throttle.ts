import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';

const WINDOW_MS = 60_000;
const MAX_FAILURES = 10;
const MAX_TRACKED = 10_000;

/**
 * Counts failed logins per canonical address, loopback included. A locked address gets no verdict on guesses;
 * a caller that proves a paired device, or holds an unguessable secret, is never locked out (see the handshake).
 */
@Injectable()
export class LoginThrottle {
  private readonly failures = new Map<string, number[]>();

  constructor(@Optional() private readonly clock: Clock = systemClock) {}

  /** Milliseconds until the address may guess again, or 0. */
  retryAfterMs(address: string): number {
    const recent = this.recent(address);
    if (recent.length < MAX_FAILURES) return 0;
    return Math.max(1, (recent[0] ?? 0) + WINDOW_MS - this.clock.now());
  }

  recordFailure(address: string): void {
    const recent = this.recent(address);
    recent.push(this.clock.now());
    this.failures.delete(address);
    this.failures.set(address, recent.slice(-MAX_FAILURES));
    if (this.failures.size > MAX_TRACKED) this.failures.delete(this.failures.keys().next().value ?? '');
  }

  private recent(address: string): number[] {
    const since = this.clock.now() - WINDOW_MS;
    return (this.failures.get(address) ?? []).filter((time) => time > since);
  }
}
