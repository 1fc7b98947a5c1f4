import type { PendingApproval } from '../../tools/approvals/pending-approval';
import { hashOf } from '../../tools/approvals/pending-approval';
import { type Answer, QuestionPanel } from './question-panel';

const asked = (id: string, sessionKey: string, more: Partial<PendingApproval> = {}): PendingApproval =>
  ({
    id,
    hash: `hash of ${id}`,
    choices: ['allow-once', 'deny'],
    createdAtMs: 0,
    expiresAtMs: 1,
    request: {
      kind: 'exec',
      tool: 'exec',
      sessionKey,
      reason: 'why',
      command: 'ls',
      cwd: '/',
      host: 'gateway',
      envNames: [],
    },
    ...more,
  }) as unknown as PendingApproval;

describe('a question on the terminal', () => {
  let panel: QuestionPanel;
  const press = (name: string, text = ''): Answer | undefined => panel.key({ name, text });
  const shown = (rows = 30): string =>
    panel
      .lines(60, rows)
      .map((line) => line.map(({ text }) => text).join(''))
      .join('\n');
  beforeEach(() => {
    panel = new QuestionPanel();
  });

  it('is answered with what was shown; the answer that is offered first is no', () => {
    panel.asked(asked('a', 'one'));
    shown();
    panel.focus();
    expect(press('return')).toEqual({ id: 'a', hash: 'hash of a', decision: 'deny' });
    press('right');
    expect(press('return')).toEqual({ id: 'a', hash: 'hash of a', decision: 'allow-once' });
  });

  it('allows nothing that was not in sight', () => {
    panel.asked(asked('a', 'one'));
    panel.focus();
    press('left');
    expect(press('return')).toBeUndefined();
    const read: string[] = [];
    do read.push(shown(4));
    while (press('return') === undefined);
    expect(read.slice(0, -1).every((screen) => screen.includes('below'))).toBe(true);
    expect(read.length).toBeGreaterThan(2);
    expect(read.at(-1)).not.toContain('below');
  });

  it('takes the keys of nobody who did not ask for it, and gives them back when it is another question', () => {
    panel.asked(asked('a', 'one'));
    expect(panel.hasFocus).toBe(false);
    panel.focus();
    panel.asked(asked('b', 'two'));
    expect(panel.hasFocus).toBe(true);
    panel.resolved('a');
    expect([panel.hasFocus, panel.question?.id]).toEqual([false, 'b']);
    panel.asked(asked('c', 'mine'));
    panel.prefer((key) => key === 'mine');
    expect(panel.question?.id).toBe('c');
    expect(shown()).toContain('1 more waiting');
  });

  it('answers calls that are asked for together one by one, or all that are left', () => {
    const [first, second] = [asked('x', 'one'), asked('y', 'one')];
    panel.asked(asked('q', 'one', { calls: [first, second] }));
    shown();
    panel.focus();
    press('', '2');
    expect(press('return')).toEqual({ id: 'y', hash: 'hash of y', decision: 'deny' });
    panel.resolved('y');
    expect(panel.hasFocus).toBe(false);
    shown();
    panel.focus();
    expect(press('return')).toEqual({ id: 'q', hash: hashOf([first]), decision: 'deny' });
  });
});
