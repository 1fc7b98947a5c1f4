import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Bool, Doc, Int, Nested, OneOf, Opt, Text } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { SessionStore } from '../sessions/session.store';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import type { CronJob } from './cron-job';
import { CronService } from './cron.service';
import { CronStore } from './cron.store';

const MAX_NAME = 80;
const MAX_TEXT = 4000;

export class CronSchedule {
  @OneOf(['at']) @Doc('Once, at a given time.') kind!: 'at';
  @Opt() @Int({ min: 0 }) @Doc('Unix time in milliseconds.') atMs?: number;
  @Opt() @Text() @Doc('ISO 8601 time with zone, instead of atMs.') at?: string;
}

export class CronPayload {
  @OneOf(['systemEvent']) kind!: 'systemEvent';
  @Text({ max: MAX_TEXT })
  @Doc('What you are told when it is due; write it so that it makes sense then.')
  text!: string;
}

export class CronJobParams {
  @Opt() @Text({ max: MAX_NAME }) name?: string;
  @Nested(() => CronSchedule) schedule!: CronSchedule;
  @Nested(() => CronPayload) payload!: CronPayload;
  @Opt() @Bool() deleteAfterRun?: boolean;
}

export class CronToolParams {
  @OneOf(['add', 'list', 'remove']) action!: 'add' | 'list' | 'remove';
  @Opt() @Nested(() => CronJobParams) @Doc('For add.') job?: CronJobParams;
  @Opt() @Text() @Doc('For remove.') jobId?: string;
}

@Injectable()
@AgentTool({
  name: 'cron',
  aliases: ['reminders'],
  description: 'One-shot reminders: when one is due you get its text in this conversation and answer there.',
  params: CronToolParams,
  paramAliases: { id: 'jobId' },
  idempotent: false,
  core: false,
})
export class CronTool {
  constructor(
    private readonly store: CronStore,
    private readonly cron: CronService,
    private readonly sessions: SessionStore,
    private readonly config: ConfigService,
  ) {}

  unavailableReason(): string | undefined {
    if (this.config.config.cron?.enabled === false) return 'cron.enabled is false';
    return this.config.env.isOn('OPENCLAW_SKIP_CRON') ? 'OPENCLAW_SKIP_CRON is on' : undefined;
  }

  async execute(params: CronToolParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'add':
        return this.add(params.job, context);
      case 'list':
        return this.list(context);
      case 'remove':
        return this.remove(params.jobId, context);
    }
  }

  private async add(params: CronJobParams | undefined, context: ToolContext): Promise<ToolResult> {
    if (!params) throw new ToolError('invalid_args', 'add needs job');
    const atMs = dueTime(params.schedule);
    const now = Date.now();
    const { text } = params.payload;
    const route = await this.routeOf(context);
    const job: CronJob = {
      id: randomUUID(),
      agentId: context.agentId,
      name: params.name ?? text.slice(0, MAX_NAME),
      enabled: true,
      deleteAfterRun: params.deleteAfterRun ?? true,
      schedule: { kind: 'at', atMs },
      payload: { kind: 'systemEvent', text },
      sessionKey: context.sessionKey,
      ...(route ? { route } : {}),
      createdAtMs: now,
      updatedAtMs: now,
    };
    await this.store.add(job);
    await this.cron.arm();
    return textResult(`Set for ${new Date(atMs).toISOString()} (job ${job.id})`, { jobId: job.id, atMs });
  }

  private async list(context: ToolContext): Promise<ToolResult> {
    const jobs = await this.store.list(context.agentId);
    const lines = jobs.map(
      (job) =>
        `${job.id}  ${new Date(job.schedule.atMs).toISOString()}  ${job.enabled ? 'waiting' : 'done'}  ${job.name}`,
    );
    return textResult(lines.length > 0 ? lines.join('\n') : 'No jobs.', { jobs });
  }

  private async remove(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'remove needs jobId');
    const removed = await this.store.remove(context.agentId, jobId);
    if (!removed) throw new ToolError('not_found', `there is no job ${jobId}; action list shows them`);
    await this.cron.arm();
    return textResult(`Removed job ${jobId}`);
  }

  /** The chat that this turn answers. */
  private async routeOf(context: ToolContext): Promise<CronJob['route']> {
    const { channel, account, to, threadId } = context.origin;
    if (to === undefined) return undefined;
    const chatType = (await this.sessions.find(context.sessionKey))?.chatType;
    return { channel, account, to, ...(threadId ? { threadId } : {}), ...(chatType ? { chatType } : {}) };
  }
}

function dueTime(schedule: CronSchedule): number {
  const time = schedule.atMs ?? (schedule.at === undefined ? NaN : Date.parse(schedule.at));
  if (!Number.isFinite(time)) {
    throw new ToolError(
      'invalid_args',
      `schedule needs atMs (Unix milliseconds) or at (ISO 8601), got ${JSON.stringify(schedule.at ?? null)}`,
    );
  }
  return time;
}
