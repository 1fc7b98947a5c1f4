import { answerInsteadOf, refusalOf, viewOf } from './answer-views';
import { RpcError, invalidRequest } from './rpc-error';

describe('answers by revision', () => {
  const list = {
    count: 1,
    totalCount: 1,
    sessions: [{ key: 'a', pinned: true, label: 'A' }],
    defaults: { model: 'm', thinkingLevels: [] },
  };

  it('are whole for protocol 4', () => {
    expect(viewOf('sessions.list', 4, list)).toBe(list);
  });

  it('lack in protocol 3 what came with 4, in rows as well, and leave the original as it was', () => {
    expect(viewOf('sessions.list', 3, list)).toEqual({
      count: 1,
      sessions: [{ key: 'a', label: 'A' }],
      defaults: { model: 'm' },
    });
    expect(list.sessions[0]?.pinned).toBe(true);
    expect(viewOf('health', 3, list)).toBe(list);
    expect(viewOf('sessions.list', 3, 'text')).toBe('text');
  });

  it('have texts of people in parts for protocol 3', () => {
    const history = { messages: [{ role: 'user', content: 'hi' }], sessionInfo: {} };
    expect(viewOf('chat.history', 3, history)).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    expect(viewOf('chat.history', 4, history)).toBe(history);
  });

  it('stand in for refusals that protocol 3 does not know', () => {
    const gone = invalidRequest('gone', { details: { code: 'CRON_JOB_NOT_FOUND' } });
    expect(answerInsteadOf('cron.remove', 3, gone)).toEqual({ ok: true, removed: false });
    expect(answerInsteadOf('cron.remove', 4, gone)).toBeUndefined();
    expect(answerInsteadOf('cron.run', 3, gone)).toBeUndefined();
    expect(answerInsteadOf('cron.remove', 3, new RpcError('UNAVAILABLE', 'x'))).toBeUndefined();
  });

  it('have the codes of protocol 3 where it refuses by another one', () => {
    const gone = invalidRequest('gone', { details: { code: 'CRON_JOB_NOT_FOUND' } });
    expect(refusalOf('cron.run', 3, gone)).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'gone',
      details: gone.details,
    });
    expect(refusalOf('cron.run', 4, gone)).toBe(gone);
    expect(refusalOf('cron.get', 3, gone)).toBe(gone);
    const other = new Error('x');
    expect(refusalOf('cron.run', 3, other)).toBe(other);
  });
});
