import { ChannelSendError } from '../channel-adapter';
import { idOf, sendError } from './discord-errors';

describe('errors of Discord', () => {
  it.each([
    [{ status: 403, code: 50013 }, false, 'refused'],
    [{ status: 401 }, false, 'unauthorized'],
    [{ status: 502 }, false, 'server_fault'],
    [{ status: 502 }, true, 'not_delivered'],
    [{ retryAfter: 250 }, false, 'rate_limited'],
    [{ code: 'ECONNREFUSED' }, false, 'not_delivered'],
  ])('%j, repeatable %s, is %s', (facts, repeatable, expected) => {
    expect(sendError(Object.assign(new Error('x'), facts), repeatable).failure).toBe(expected);
  });

  it('have words, also where the library has none', () => {
    const limited = Object.assign(new Error(''), { retryAfter: 250 });
    expect(sendError(limited, false)).toMatchObject({
      message: 'Discord: a limit of calls is reached',
      retryAfterMs: 250,
    });
  });

  it('hold the id of a message, or say that the answer is none', () => {
    expect(idOf({ id: '7' })).toBe('7');
    // The library gives pages of proxies as bytes.
    for (const answer of [new ArrayBuffer(8), undefined, { message: 'no' }])
      expect(() => idOf(answer)).toThrow(ChannelSendError);
    expect(() => idOf(null)).toThrow('no id');
  });
});
