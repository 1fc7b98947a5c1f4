import { Checked, Doc, Int, OneOf, Opt, Text } from '../common/validation/fields';

export const TASK_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled', 'timed_out'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

const isStatus = (value: unknown): boolean => TASK_STATUSES.some((status) => status === value);
const isStatuses = (value: unknown): boolean =>
  isStatus(value) || (Array.isArray(value) && value.length > 0 && value.every(isStatus));

export class TasksListParams {
  @Opt()
  @Checked(isStatuses, `must be one or several of ${TASK_STATUSES.map((status) => JSON.stringify(status)).join(', ')}`)
  status?: TaskStatus | TaskStatus[];
  @Opt() @Text({ max: 128 }) agentId?: string;
  @Opt() @Text({ max: 512 }) @Doc('Conversation that it was begun in, or that it works in.') sessionKey?: string;
  @Opt() @Int({ min: 1, max: 500 }) @Doc('How many, 100 by default.') limit?: number;
  @Opt() @Text({ max: 64 }) @Doc('`nextCursor` of the page before.') cursor?: string;
  @Opt() @OneOf(['updatedAt', 'endedAt']) sortBy?: 'updatedAt' | 'endedAt';
}

export class TaskParams {
  @Text({ max: 512 }) taskId!: string;
}

export class TasksCancelParams extends TaskParams {
  @Opt() @Text({ max: 500 }) reason?: string;
}
