import type { ToolResult } from '../../tools/agent-tool';
import { LoopGuard, MAX_TOOL_CALLS } from './loop-guard';

const result = (text: string, details?: Record<string, unknown>): ToolResult =>
  ({ content: [{ type: 'text', text }], ...(details ? { details } : {}) }) as ToolResult;

describe('loop guard', () => {
  it('warns at the third equal call with an equal result and stops at the fifth', () => {
    const guard = new LoopGuard();
    const actions = Array.from({ length: 5 }, () => guard.record('read', { path: 'a' }, result('same')).action);
    expect(actions).toEqual(['go', 'go', 'warn', 'warn', 'stop']);
  });

  it('sees two calls in turn', () => {
    const guard = new LoopGuard();
    const actions = Array.from(
      { length: 10 },
      (_, n) => guard.record('read', { path: n % 2 ? 'a' : 'b' }, result('same')).action,
    );
    expect(actions.at(-1)).toBe('stop');
    expect(actions.slice(0, 4)).toEqual(['go', 'go', 'go', 'go']);
  });

  it('lets polling go on while something changes', () => {
    const guard = new LoopGuard();
    const actions = Array.from(
      { length: 50 },
      (_, n) => guard.record('exec', { command: 'date' }, result(`${n}`)).action,
    );
    expect(new Set(actions)).toEqual(new Set(['go']));
  });

  it('stops a model that insists on a tool which does not exist', () => {
    const guard = new LoopGuard();
    const verdicts = [1, 2, 3].map((n) => guard.record('fly', { n }, result('unknown', { code: 'unknown_tool' })));
    expect(verdicts.at(-1)).toEqual({
      action: 'stop',
      reason: 'the model asked 3 times for the tool "fly", which does not exist',
    });
  });

  it('has an end for everything', () => {
    const guard = new LoopGuard();
    const actions = Array.from(
      { length: MAX_TOOL_CALLS },
      (_, n) => guard.record('read', { n }, result(`${n}`)).action,
    );
    expect(actions.at(-1)).toBe('stop');
    expect(actions.at(-2)).toBe('go');
  });
});
