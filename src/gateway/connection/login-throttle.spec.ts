import { LoginThrottle } from './login-throttle';

describe('guesses', () => {
  let now = 0;
  let throttle: LoginThrottle;
  beforeEach(() => {
    jest.useFakeTimers();
    now = 1_000_000;
    throttle = new LoginThrottle({ now: () => now, monotonic: () => now });
  });
  afterEach(() => jest.useRealTimers());
  const fail = (count: number, source = 'a'): void => {
    for (let each = 0; each < count; each++) throttle.recordFailure(source);
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    await jest.advanceTimersByTimeAsync(ms);
  };

  it('cost nothing up to ten in ten minutes, and then more and more, of that source only', () => {
    fail(9);
    expect(throttle.waitMs('a')).toBe(0);
    fail(1);
    expect([throttle.waitMs('a'), throttle.waitMs('b')]).toEqual([500, 0]);
    fail(100);
    expect(throttle.waitMs('a')).toBe(3000);
    now += 600_001;
    expect(throttle.waitMs('a')).toBe(0);
  });

  it('are judged one at a time however many come at once; each gets an answer, and a late one its chance', async () => {
    fail(40);
    const verdicts: boolean[] = [];
    for (let each = 0; each < 50; each++) void throttle.turn('a').then((isItsTurn) => verdicts.push(isItsTurn));
    await pass(2999);
    expect(verdicts).toEqual(Array.from({ length: 48 }, () => false));
    await pass(1);
    expect(verdicts.filter(Boolean)).toHaveLength(1);
    await pass(3000);
    expect(verdicts.filter(Boolean)).toHaveLength(2);
    expect(verdicts).toHaveLength(50);

    // While somebody keeps the room full, one that comes later still gets in, given a few tries.
    let isIn = false;
    for (let tries = 0; tries < 200 && !isIn; tries++) {
      for (let each = 0; each < 2; each++) void throttle.turn('a');
      const mine = throttle.turn('a');
      void throttle.turn('a');
      await pass(9000);
      isIn = await mine;
    }
    expect(isIn).toBe(true);
  });
});
