import { Injectable } from '@nestjs/common';
import { LaneService } from '../agent/turns/lane.service';
import { cutText } from '../common/cut-text';
import { type BackgroundProcess, ProcessRegistry } from '../tools/processes/process-registry.service';
import { TaskStore } from './task-store';
import type { TaskSummary } from './task-summary';

const EXEC = 'exec:';
const MOST_TITLE = 160;

/** Work beside the conversations, on disk and in this process. */
@Injectable()
export class TasksService {
  constructor(
    private readonly store: TaskStore,
    private readonly processes: ProcessRegistry,
    private readonly lanes: LaneService,
  ) {}

  async all(): Promise<TaskSummary[]> {
    return [...this.processes.all().map(processTask), ...(await this.store.read())];
  }

  async find(id: string): Promise<TaskSummary | undefined> {
    const process = this.processOf(id);
    return process ? processTask(process) : (await this.store.read(id))[0];
  }

  /** Ends it as `/stop` would, or takes it back where it waits. @returns whether there was something to end */
  async cancel(task: TaskSummary): Promise<boolean> {
    const process = this.processOf(task.id);
    if (process) {
      if (process.running.end) return false;
      process.running.stop('killed');
      return true;
    }
    const key = task.childSessionKey ?? task.sessionKey;
    const { runId } = task;
    if (key === undefined || runId === undefined || task.endedAt !== undefined) return false;
    const stopped = await this.lanes.stop(key, runId, 'stop');
    if (stopped.length > 0) return true;
    return (await this.lanes.dropWaiting(key, 'stop', ({ runName }) => runName === runId)).length > 0;
  }

  private processOf(id: string): BackgroundProcess | undefined {
    return id.startsWith(EXEC) ? this.processes.all().find((process) => `${EXEC}${process.id}` === id) : undefined;
  }
}

function processTask({ id, agentId, sessionKey, command, running }: BackgroundProcess): TaskSummary {
  const { startedAt, end } = running;
  const endedAt = end && startedAt + end.durationMs;
  const line = running.output.tail().trim().split('\n').at(-1) ?? '';
  return {
    id: `${EXEC}${id}`,
    kind: 'exec',
    runtime: 'cli',
    status: statusOf(end),
    title: cutText(command.replace(/\s+/g, ' ').trim(), MOST_TITLE),
    agentId,
    sessionKey,
    createdAt: startedAt,
    startedAt,
    updatedAt: endedAt ?? Date.now(),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(line === '' ? {} : { progressSummary: cutText(line, MOST_TITLE) }),
    ...(end && end.exitCode !== 0 ? { error: errorOf(end) } : {}),
  };
}

type End = BackgroundProcess['running']['end'];

function statusOf(end: End): TaskSummary['status'] {
  if (!end) return 'running';
  if (end.stopped === 'timeout') return 'timed_out';
  if (end.stopped === 'killed') return 'cancelled';
  return end.exitCode === 0 && end.stopped === undefined ? 'completed' : 'failed';
}

const errorOf = ({ exitCode, signal, limit }: NonNullable<End>): string =>
  limit ?? (exitCode === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${exitCode}`);
