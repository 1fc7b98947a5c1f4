import { auditTasks } from './task-audit';
import type { TaskSummary } from './task-summary';

const NOW = Date.UTC(2026, 10, 30, 12);
const ago = (minutes: number): number => NOW - minutes * 60_000;
const task = (id: string, more: Partial<TaskSummary>): TaskSummary => ({
  id,
  kind: 'subagent',
  runtime: 'subagent',
  status: 'completed',
  title: 'A look',
  agentId: 'main',
  createdAt: ago(60),
  updatedAt: ago(60),
  ...more,
});

describe('the audit of tasks', () => {
  const codes = (more: Partial<TaskSummary>): string[] =>
    auditTasks([task('a', more)], NOW).map(({ severity, code }) => `${severity} ${code}`);

  it('finds what hangs, and not what may take as long as it does', () => {
    expect(codes({ status: 'running', startedAt: ago(31) })).toEqual(['error stale_running']);
    expect(codes({ status: 'running', startedAt: ago(29) })).toEqual([]);
    expect(codes({ status: 'running', startedAt: ago(500), kind: 'exec', runtime: 'cli' })).toEqual([]);
    expect(codes({ status: 'queued', createdAt: ago(11) })).toEqual(['warn stale_queued']);
    expect(codes({ status: 'queued', createdAt: ago(9) })).toEqual([]);
  });

  it('finds what has failed, what nobody has, and times that can not be', () => {
    expect(auditTasks([task('b', { status: 'failed', error: 'no model' })], NOW)).toEqual([
      { severity: 'warn', code: 'failed', taskId: 'b', title: 'A look', message: 'no model' },
    ]);
    expect(codes({ status: 'timed_out' })).toEqual(['warn failed']);
    expect(codes({ status: 'cancelled' })).toEqual([]);
    expect(codes({ endedAt: ago(6), deliveryStatus: 'pending' })).toEqual(['warn undelivered']);
    expect(codes({ endedAt: ago(4), deliveryStatus: 'pending' })).toEqual([]);
    expect(codes({ endedAt: ago(6), deliveryStatus: 'delivered' })).toEqual([]);
    expect(codes({ startedAt: ago(5), endedAt: ago(6) })).toEqual(['warn inconsistent_timestamps']);
  });

  it('tells errors first', () => {
    const found = auditTasks(
      [task('a', { status: 'failed' }), task('b', { status: 'running', startedAt: ago(40) })],
      NOW,
    );
    expect(found.map(({ taskId }) => taskId)).toEqual(['b', 'a']);
  });
});
