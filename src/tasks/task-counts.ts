import type { TaskSummary } from './task-summary';
import type { TaskStatus } from './tasks.dto';

/** States by the names that summaries have for them. */
const STATES = ['queued', 'running', 'succeeded', 'failed', 'timed_out', 'cancelled'] as const;
const RUNTIMES = ['subagent', 'cron', 'cli'] as const satisfies readonly TaskSummary['runtime'][];

export interface TaskCounts {
  total: number;
  active: number;
  /** Over, however they ended. */
  terminal: number;
  /** Over, and not well. */
  failures: number;
  byStatus: Record<(typeof STATES)[number], number>;
  byRuntime: Record<(typeof RUNTIMES)[number], number>;
}

/** How many of the tasks that were read are of each kind: the newest of every kind, not all that there ever were. Pure. */
export function countTasks(tasks: readonly Pick<TaskSummary, 'status' | 'runtime'>[]): TaskCounts {
  const count = (of: (task: (typeof tasks)[number]) => boolean): number => tasks.filter(of).length;
  const named = (status: TaskStatus): (typeof STATES)[number] => (status === 'completed' ? 'succeeded' : status);
  const isActive = ({ status }: { status: TaskStatus }): boolean => status === 'queued' || status === 'running';
  return {
    total: tasks.length,
    active: count(isActive),
    terminal: count((task) => !isActive(task)),
    failures: count(({ status }) => status === 'failed' || status === 'timed_out'),
    byStatus: by(STATES, (state) => count(({ status }) => named(status) === state)),
    byRuntime: by(RUNTIMES, (runtime) => count((task) => task.runtime === runtime)),
  };
}

const by = <K extends string>(keys: readonly K[], of: (key: K) => number): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, number>;
