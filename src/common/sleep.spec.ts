import { sleep, timerMs } from './sleep';

describe('sleep', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lasts for months, which no timer does', async () => {
    const days = 24 * 3_600_000;
    let isOver = false;
    void sleep(100 * days).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(99 * days);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(2 * days);
    expect(isOver).toBe(true);
  });

  it('ends at once when it is called off', async () => {
    const stop = new AbortController();
    const over = sleep(Infinity, stop.signal);
    stop.abort();
    await over;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sets no timer to more than a timer takes', () => {
    expect([timerMs(-5), timerMs(5), timerMs(3e9), timerMs(Infinity)]).toEqual([0, 5, 2 ** 31 - 1, 2 ** 31 - 1]);
  });
});
