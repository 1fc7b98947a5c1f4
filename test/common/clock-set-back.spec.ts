import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { ModelCooldown } from '../../src/agent/providers/model-cooldown.service';
import { RateWindow } from '../../src/channels/webpage/rate-window';
import { LoginThrottle } from '../../src/gateway/connection/login-throttle';
import { DeliveryStore } from '../../src/outbox/delivery.store';
import { ProgramLookup } from '../../src/skills/catalog/program-lookup';
import { TimedCache } from '../../src/tools/web/timed-cache';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('what lasts for a while, when the clock is set', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const set = (byMs: number): void => void jest.setSystemTime(Date.now() + byMs);
  const pass = (ms: number): void => void jest.advanceTimersByTime(ms);

  it('ends an hour back as it would have', () => {
    const cache = new TimedCache<string>();
    const window = new RateWindow();
    const throttle = new LoginThrottle();
    const cooldown = new ModelCooldown({ config: {} } as never);
    const model = { provider: 'p', id: 'm' };
    cache.set('k', 'v', 1000);
    window.take('somebody', 1);
    for (let failures = 0; failures < 20; failures++) throttle.recordFailure('somewhere');
    cooldown.recordFailure(model, 'overloaded');
    const over = (): boolean[] => [
      cache.get('k') === undefined,
      window.take('somebody', 1) === 0,
      throttle.waitMs('somewhere') === 0,
      !cooldown.isCooling(model),
    ];
    expect(over()).toEqual([false, false, false, false]);
    set(-HOUR);
    pass(600_001);
    expect(over()).toEqual([true, true, true, true]);
  });

  it('lasts a day forward as it would have', () => {
    const cache = new TimedCache<string>();
    const throttle = new LoginThrottle();
    cache.set('k', 'v', 1000);
    for (let failures = 0; failures < 20; failures++) throttle.recordFailure('somewhere');
    set(DAY);
    expect(cache.get('k')).toBe('v');
    expect(throttle.waitMs('somewhere')).toBeGreaterThan(0);
  });

  it('is looked at again: a program that was installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-programs-'));
    const lookup = new ProgramLookup(() => folder);
    expect(lookup.has('fresh-program')).toBe(false);
    writeFileSync(join(folder, 'fresh-program'), '', { mode: 0o755 });
    set(-HOUR);
    pass(60_000);
    expect(lookup.has('fresh-program')).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('makes no delivery old that is not', () => {
    let wall = performance.timeOrigin + 5000;
    const store = new DeliveryStore(undefined as never, { now: () => wall, monotonic: () => 5000 });
    const part = { createdAt: performance.timeOrigin + 1000 } as Parameters<DeliveryStore['ageOf']>[0];
    expect(store.ageOf(part)).toBe(4000);
    wall += DAY;
    expect(store.ageOf(part)).toBe(4000);
    wall -= 2 * DAY;
    expect(store.ageOf(part)).toBeLessThan(4000);
  });

  it('makes no pause between two blocks longer than it is', () => {
    let wall = 10_000;
    const store = new DeliveryStore(undefined as never, { now: () => wall, monotonic: () => 0 });
    const before = { updatedAt: 9000 } as Parameters<DeliveryStore['leftOfPause']>[1];
    expect(store.leftOfPause(2500, before)).toBe(1500);
    wall = 20_000;
    expect(store.leftOfPause(2500, before)).toBe(0);
    wall = 0;
    expect(store.leftOfPause(2500, before)).toBe(2500);
  });
});
