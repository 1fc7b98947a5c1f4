import type { InboxRow } from '../../inbox/inbox-row';
import { restOf, untilComplete } from './queue-plan';

describe('the wait for what belongs to a message', () => {
  it.each([
    ['has just begun', 1000, 500],
    ['has begun before', 1200, 300],
    ['is over', 1500, 0],
    ['was over long ago', 9000, 0],
    ['seems to begin in the future, for the clock was set back', 1000 - 3_600_000, 0],
  ])('%s', (_, now, rest) => {
    expect(restOf(500, 1000, now)).toBe(rest);
    const part = { receivedAt: 1000, message: { text: '', together: { key: 'album', waitMs: 500 } } };
    expect(untilComplete([part as unknown as InboxRow], now)).toBe(rest);
  });
});
