import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { canonicalSessionKey } from '../sessions/session-key';
import type { TaskSummary } from './task-summary';
import { TaskParams, TasksCancelParams, TasksListParams } from './tasks.dto';
import { TasksService } from './tasks.service';

const DEFAULT_LIMIT = 100;

@Injectable()
export class TasksRpc {
  constructor(
    private readonly tasks: TasksService,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'tasks.list',
    scope: 'operator.read',
    params: TasksListParams,
    summary:
      'Work beside the conversations, what changed last first: sub-agents, runs of jobs, turns that programs have started, commands in the background.',
  })
  async list(params: TasksListParams): Promise<{ tasks: TaskSummary[]; nextCursor?: string }> {
    const { agentId, sortBy = 'updatedAt', limit = DEFAULT_LIMIT } = params;
    const statuses = params.status === undefined ? undefined : [params.status].flat();
    const key =
      params.sessionKey === undefined ? undefined : canonicalSessionKey(this.config.config, params.sessionKey);
    const from = offsetOf(params.cursor);
    const found = (await this.tasks.all())
      .filter(
        (task) =>
          (!statuses || statuses.includes(task.status)) &&
          (agentId === undefined || task.agentId === agentId) &&
          (key === undefined || task.sessionKey === key || task.childSessionKey === key),
      )
      .sort((a, b) => (b[sortBy] ?? 0) - (a[sortBy] ?? 0) || b.createdAt - a.createdAt);
    const next = from + limit;
    return { tasks: found.slice(from, next), ...(next < found.length ? { nextCursor: String(next) } : {}) };
  }

  @RpcMethod({ name: 'tasks.get', scope: 'operator.read', params: TaskParams, summary: 'One of `tasks.list`.' })
  async get({ taskId }: TaskParams): Promise<{ task: TaskSummary }> {
    const task = await this.tasks.find(taskId);
    if (!task) throw invalidRequest(`task not found: ${taskId}`);
    return { task };
  }

  @RpcMethod({
    name: 'tasks.cancel',
    scope: 'operator.write',
    params: TasksCancelParams,
    summary: 'Ends a task, or takes it back where it waits.',
  })
  async cancel({ taskId }: TasksCancelParams): Promise<unknown> {
    const task = await this.tasks.find(taskId);
    if (!task) return { found: false, cancelled: false, reason: 'Task not found.' };
    const cancelled = await this.tasks.cancel(task);
    return {
      found: true,
      cancelled,
      ...(cancelled ? {} : { reason: 'Task has ended.' }),
      task: (await this.tasks.find(taskId)) ?? task,
    };
  }
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const offset = Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw invalidRequest('invalid tasks.list params: cursor must be the nextCursor of an answer');
  return offset;
}
