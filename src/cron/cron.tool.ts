import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ContentOrigin, textOf } from '../common/content-parts';
import { Bool, Doc, Int, Nested, OneOf, Opt, Str, Text, Hidden } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { SessionStore } from '../sessions/session.store';
import { TranscriptStore } from '../sessions/transcript.store';
import { worstOrigin } from '../tools/provenance/taint';
import { AgentTool, type SinkUse, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
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

export class CronJobPatch {
  @Opt() @Text({ max: MAX_NAME }) name?: string;
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Nested(() => CronSchedule) schedule?: CronSchedule;
  @Opt() @Nested(() => CronPayload) payload?: CronPayload;
}

const ACTIONS = ['status', 'list', 'add', 'update', 'remove', 'run', 'runs', 'wake'] as const;

export class CronToolParams {
  @OneOf(ACTIONS) action!: (typeof ACTIONS)[number];
  @Opt() @Bool() @Doc('list: also those that are done.') includeDisabled?: boolean;
  @Opt() @Nested(() => CronJobParams) @Doc('add: the job.') job?: CronJobParams;
  @Opt() @Text() @Doc('update, remove, run, runs: which job.') jobId?: string;
  @Opt() @Nested(() => CronJobPatch) @Doc('update: what changes.') patch?: CronJobPatch;
  @Opt() @Text({ max: MAX_TEXT }) @Doc('wake: what you want to be told.') text?: string;
  @Opt() @OneOf(['now', 'next-heartbeat']) mode?: 'now' | 'next-heartbeat';
  @Opt() @Int({ min: 0, max: 10 }) @Doc('add: last messages to put below the text.') contextMessages?: number;
  @Opt() @Hidden() @Str() gatewayUrl?: string;
  @Opt() @Hidden() @Str() gatewayToken?: string;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

const MAX_CONTEXT_LINE = 220;
const MAX_CONTEXT = 700;

@Injectable()
@AgentTool({
  name: 'cron',
  aliases: ['reminders'],
  description: 'One-shot reminders: when one is due you get its text in this conversation and answer there.',
  params: CronToolParams,
  paramAliases: { id: 'jobId' },
  idempotent: false,
  core: true,
  rare: 'reminders, schedules',
})
export class CronTool {
  constructor(
    private readonly store: CronStore,
    private readonly cron: CronService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly events: EventBus,
    private readonly config: ConfigService,
  ) {}

  unavailableReason(): string | undefined {
    if (this.config.config.cron?.enabled === false) return 'cron.enabled is false';
    return this.config.env.isOn('OPENCLAW_SKIP_CRON') ? 'OPENCLAW_SKIP_CRON is on' : undefined;
  }

  /** What a reminder says is said to the assistant again later, when nobody remembers where it came from. */
  sinkOf(params: CronToolParams): SinkUse | undefined {
    const text = params.job?.payload.text ?? params.patch?.payload?.text ?? params.text;
    if (text === undefined) return undefined;
    return { kind: 'schedule', from: 'untrusted', summary: `cron ${params.action}: ${text}` };
  }

  async execute(params: CronToolParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'status': {
        const next = await this.store.nextDue();
        return textResult(next === undefined ? 'Nothing is planned.' : `Next at ${new Date(next).toISOString()}`, {
          enabled: true,
          jobs: (await this.store.list(context.agentId)).length,
          nextWakeAtMs: next ?? null,
        });
      }
      case 'add':
        return this.add(params.job, params.contextMessages ?? 0, context);
      case 'list':
        return this.list(context, params.includeDisabled === true);
      case 'update':
        return this.update(params, context);
      case 'remove':
        return this.remove(params.jobId, context);
      case 'run':
        return this.run(params.jobId, context);
      case 'runs':
        return this.runs(params.jobId, context);
      case 'wake':
        return this.wake(params, context);
    }
  }

  private async update({ jobId, patch }: CronToolParams, context: ToolContext): Promise<ToolResult> {
    const job = await this.job(jobId, context);
    if (!patch || Object.keys(patch).length === 0) throw new ToolError('invalid_args', 'update needs patch');
    const changed: CronJob = {
      ...job,
      ...(patch.name ? { name: patch.name } : {}),
      ...(patch.enabled === undefined ? {} : { enabled: patch.enabled }),
      ...(patch.schedule
        ? { schedule: { kind: 'at' as const, atMs: dueTime(patch.schedule) }, enabled: patch.enabled ?? true }
        : {}),
      ...(patch.payload ? { payload: { kind: 'systemEvent' as const, text: patch.payload.text } } : {}),
      ...originOf(context),
      updatedAtMs: Date.now(),
    };
    await this.store.save(changed);
    await this.cron.arm();
    return textResult(`Changed job ${job.id}.`, { job: changed });
  }

  private async run(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    const job = await this.job(jobId, context);
    await this.cron.runNow(job);
    return textResult(`Job ${job.id} is due now.`, { ok: true, ran: true });
  }

  private async runs(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'runs needs jobId');
    const entries = await this.store.runs(context.agentId, jobId);
    return textResult(
      entries.map((entry) => `${new Date(entry.slot).toISOString()} ${entry.state}`).join('\n') || 'It has not run.',
      { entries },
    );
  }

  private wake(params: CronToolParams, context: ToolContext): ToolResult {
    if (params.text === undefined) throw new ToolError('invalid_args', 'wake needs text');
    if (params.mode === 'next-heartbeat')
      throw new ToolError('not_configured', 'there is no heartbeat to wait for; use mode now');
    const { origin, sessionKey, runId, callId } = context;
    const read = worstOrigin(context.provenance.origins);
    this.events.emit('session.note', {
      sessionKey,
      externalId: `wake:${runId}:${callId}`,
      isOwner: context.isOwner,
      text: params.text,
      ...(read ? { origin: read } : {}),
      ...(origin.to === undefined ? {} : { route: { ...origin, to: origin.to } }),
    });
    return textResult('You are told after this turn.', { ok: true });
  }

  private async job(jobId: string | undefined, context: ToolContext): Promise<CronJob> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'this action needs jobId');
    const job = (await this.store.list(context.agentId)).find((candidate) => candidate.id === jobId);
    if (!job) throw new ToolError('not_found', `there is no job ${jobId}; action list shows them`);
    return job;
  }

  /** The last lines of the conversation, so that the text makes sense later. */
  private async contextLines(count: number, context: ToolContext): Promise<string> {
    if (count === 0) return '';
    const events = await this.transcripts.readTail(context.sessionId, count * 3);
    const lines = events
      .filter(({ message }) => message.role !== 'toolResult')
      .map(({ message }) =>
        `${message.role}: ${textOf(message.content).replace(/\s+/g, ' ')}`.slice(0, MAX_CONTEXT_LINE),
      )
      .slice(-count);
    return lines.length > 0 ? `\n\nWhat was said then:\n${lines.join('\n').slice(0, MAX_CONTEXT)}` : '';
  }

  private async add(
    params: CronJobParams | undefined,
    contextMessages: number,
    context: ToolContext,
  ): Promise<ToolResult> {
    if (!params) throw new ToolError('invalid_args', 'add needs job');
    const atMs = dueTime(params.schedule);
    const now = Date.now();
    const text = params.payload.text + (await this.contextLines(contextMessages, context));
    const route = await this.routeOf(context);
    const job: CronJob = {
      id: randomUUID(),
      agentId: context.agentId,
      name: params.name ?? params.payload.text.slice(0, MAX_NAME),
      enabled: true,
      deleteAfterRun: params.deleteAfterRun ?? true,
      schedule: { kind: 'at', atMs },
      payload: { kind: 'systemEvent', text },
      sessionKey: context.sessionKey,
      ...(route ? { route } : {}),
      ...originOf(context),
      createdAtMs: now,
      updatedAtMs: now,
    };
    await this.store.add(job);
    await this.cron.arm();
    return textResult(`Set for ${new Date(atMs).toISOString()} (job ${job.id})`, { jobId: job.id, atMs });
  }

  private async list(context: ToolContext, includeDisabled: boolean): Promise<ToolResult> {
    const jobs = (await this.store.list(context.agentId)).filter((job) => includeDisabled || job.enabled);
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

/** Whose text may be in a job. */
function originOf({ provenance }: ToolContext): { origin?: ContentOrigin } {
  const origin = worstOrigin(provenance.origins);
  return origin ? { origin } : {};
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
