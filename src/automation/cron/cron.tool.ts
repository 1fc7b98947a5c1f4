import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { textOf } from '../../common/content-parts';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { EventBus } from '../../events/event-bus';
import { saidIn } from '../../sessions/said-texts';
import { SessionStore } from '../../sessions/session.store';
import { SystemEventStore } from '../../sessions/system-event.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { GrantedRules } from '../../tools/approvals/granted-rules.service';
import { worstOrigin } from '../../tools/provenance/taint';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { askedJob } from './asked-job';
import type { CronJob } from './cron-job';
import { type CronDeliveryParams, type CronJobParams, CronToolParams } from './cron-params';
import { cronSinks } from './cron-sinks';
import { CronJobError } from './cron-job-error';
import { changedJob, kindOfSchedule, newJob } from './cron-job-form';
import { describeSchedule } from './cron-schedule';
import type { CronJobFields } from './cron.dto';
import { CronService } from './cron.service';
import { zonedTime } from '../../common/zoned-time';
import { CronStore } from './cron.store';
import type { CallSinks } from '../../tools/provenance/sinks';
import { isOwnersChat } from '../../channels/owners-chats';
import { ChannelDirectory } from '../../events/channel-directory';

const MOST_RUNS = 50;
const MAX_CONTEXT_LINE = 220;
const MAX_CONTEXT = 700;

@Injectable()
@AgentTool({
  name: 'cron',
  aliases: ['reminders'],
  description:
    'Reminders and recurring jobs: when one is due you get its text in this conversation, or do its task in one of its own.',
  params: CronToolParams,
  paramAliases: { id: 'jobId' },
  idempotent: false,
  core: true,
  origin: 'gateway',
})
export class CronTool {
  constructor(
    private readonly store: CronStore,
    private readonly cron: CronService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly systemEvents: SystemEventStore,
    private readonly events: EventBus,
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly granted: GrantedRules,
  ) {}

  unavailableReason(): string | undefined {
    if (this.config.config.cron?.enabled === false) return 'cron.enabled is false';
    return this.config.env.isOn('OPENCLAW_SKIP_CRON') ? 'OPENCLAW_SKIP_CRON is on' : undefined;
  }

  async sinksOf(params: CronToolParams, context: ToolContext): Promise<CallSinks> {
    const named = params.action === 'update' || params.action === 'remove' || params.action === 'run';
    const known = named ? await this.job(params.jobId, context) : undefined;
    const rules = this.granted.forJob(context.agentId, context.rules);
    return cronSinks(params, known, (delivery) => this.isOwn(delivery, context), rules, this.cron.time().zone);
  }

  /** Whether an answer goes to this conversation, to where the owner last wrote, or to a chat of the owner. */
  private isOwn(
    { channel = 'last', accountId: account = 'default', to }: CronDeliveryParams,
    { origin }: ToolContext,
  ): boolean {
    if (channel === 'last' || to === undefined) return true;
    const route = { channel, account, to };
    const isHere = channel === origin.channel && to === origin.to && origin.account === route.account;
    return isHere || isOwnersChat(this.directory, route);
  }

  async execute(params: CronToolParams, context: ToolContext): Promise<ToolResult> {
    switch (params.action) {
      case 'status': {
        const next = await this.store.nextDue();
        return textResult(next === undefined ? 'Nothing is planned.' : `Next at ${this.shown(next)}`, {
          enabled: true,
          jobs: (await this.store.list(context.agentId)).length,
          nextWakeAtMs: next ?? null,
        });
      }
      case 'add':
        return this.add(askedJob(params), params.contextMessages ?? 0, context);
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
    const changed = await this.store.change(job.id, (current) => ({
      ...asked(() => changedJob(current, { ...patch } as CronJobFields, this.cron.time())),
      origin: worstOrigin(context.provenance.origins, current.origin),
    }));
    await this.cron.arm();
    const next = changed?.nextRunAtMs;
    return textResult(`Changed job ${job.id}${next ? `; next at ${this.shown(next)}` : ''}.`, { job: changed });
  }

  private async run(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    const job = await this.job(jobId, context);
    await this.cron.runNow(job);
    return textResult(`Job ${job.id} is due now.`, { ok: true, ran: true });
  }

  private async runs(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'runs needs jobId');
    const job = await this.job(jobId, context);
    const entries = await this.store.runs([job.id], MOST_RUNS);
    return textResult(
      entries
        .map(({ slot, state, reason }) => `${this.shown(slot)} ${state}${reason ? `: ${reason}` : ''}`)
        .join('\n') || 'It has not run.',
      { entries },
      worstOrigin([job.origin]),
    );
  }

  private async wake(params: CronToolParams, context: ToolContext): Promise<ToolResult> {
    if (params.text === undefined) throw new ToolError('invalid_args', 'wake needs text');
    const { origin, sessionKey, runId, callId } = context;
    const read = worstOrigin(context.provenance.origins);
    if (params.mode === 'next-heartbeat') {
      await this.systemEvents.add(mainSessionKey(this.config.config, context.agentId), params.text, read);
      return textResult('You are told with the next heartbeat.', { ok: true });
    }
    this.events.emit('session.note', {
      sessionKey,
      externalId: `wake:${runId}:${callId}`,
      isOwner: context.isOwner,
      text: params.text,
      origin: read,
      ...(origin.to === undefined ? {} : { route: { ...origin, to: origin.to } }),
    });
    return textResult('You are told after this turn.', { ok: true });
  }

  private async job(jobId: string | undefined, context: ToolContext): Promise<CronJob> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'this action needs jobId');
    const job = await this.store.find(jobId);
    if (job?.agentId !== context.agentId)
      throw new ToolError('not_found', `there is no job ${jobId}; action list shows them`);
    return job;
  }

  /** The last lines of the conversation, so that the text makes sense later. */
  private async contextLines(count: number, context: ToolContext): Promise<string> {
    if (count === 0) return '';
    const events = saidIn(await this.transcripts.readTail(context.sessionId, count * 3));
    const lines = events
      .filter(({ message }) => message.role !== 'toolResult')
      .map(({ message }) =>
        cutText(`${message.role}: ${textOf(message.content).replace(/\s+/g, ' ')}`, MAX_CONTEXT_LINE),
      )
      .slice(-count);
    return lines.length > 0 ? `\n\nWhat was said then:\n${cutText(lines.join('\n'), MAX_CONTEXT)}` : '';
  }

  private async add(params: CronJobParams, contextMessages: number, context: ToolContext): Promise<ToolResult> {
    if (params.agentId !== undefined && params.agentId !== context.agentId)
      throw new ToolError(
        'invalid_args',
        `job.agentId "${params.agentId}": jobs are made for the agent that makes them, ${context.agentId}; leave it out`,
      );
    const route = await this.routeOf(context);
    const more = await this.contextLines(contextMessages, context);
    const { payload } = params;
    const job = asked(() =>
      newJob(
        {
          ...(params.name ? { name: params.name } : {}),
          // A reminder is told once.
          deleteAfterRun: params.deleteAfterRun ?? kindOfSchedule({ ...params.schedule }) === 'at',
          wakeMode: params.wakeMode ?? 'now',
          ...(params.description ? { description: params.description } : {}),
          ...(params.sessionTarget ? { sessionTarget: params.sessionTarget } : {}),
          ...(params.enabled === undefined ? {} : { enabled: params.enabled }),
          schedule: { ...params.schedule },
          payload: {
            ...payload,
            ...(payload.text === undefined ? {} : { text: payload.text + more }),
            ...(payload.message === undefined ? {} : { message: payload.message + more }),
          },
          ...(params.delivery ? { delivery: { ...params.delivery } } : {}),
        },
        {
          id: randomUUID(),
          agentId: context.agentId,
          sessionKey: context.sessionKey,
          ...(route ? { route } : {}),
          origin: worstOrigin(context.provenance.origins),
          rules: this.granted.forJob(context.agentId, context.rules),
        },
        this.cron.time(),
      ),
    );
    await this.store.add(job);
    await this.cron.arm();
    this.cron.announce(job, 'added');
    const next = job.nextRunAtMs === null ? 'never: it is switched off' : this.shown(job.nextRunAtMs);
    return textResult(`Set for ${next}; job ${job.id}`, { jobId: job.id, atMs: job.nextRunAtMs });
  }

  private async list(context: ToolContext, includeDisabled: boolean): Promise<ToolResult> {
    const jobs = (await this.store.list(context.agentId)).filter((job) => includeDisabled || job.enabled);
    const lines = jobs.map(
      (job) =>
        `${job.id}  ${describeSchedule(job.schedule, this.cron.time().zone)}  ${job.nextRunAtMs === null ? 'done' : `next ${this.shown(job.nextRunAtMs)}`}  ${job.name}`,
    );
    // A name says what somebody wanted it to say.
    const origin = worstOrigin(jobs.map((job) => job.origin));
    return textResult(lines.length > 0 ? lines.join('\n') : 'No jobs.', { jobs }, origin);
  }

  private async remove(jobId: string | undefined, context: ToolContext): Promise<ToolResult> {
    if (jobId === undefined) throw new ToolError('invalid_args', 'remove needs jobId');
    const job = await this.job(jobId, context);
    await this.store.remove(job.id);
    await this.cron.arm();
    this.cron.announce({ id: job.id }, 'removed');
    return textResult(`Removed job ${jobId}`);
  }

  /** As the person's clocks show it. */
  private shown(at: number): string {
    return zonedTime(at, this.cron.time().zone);
  }

  /** The chat that this turn answers. */
  private async routeOf(context: ToolContext): Promise<CronJob['route']> {
    const { channel, account, to, threadId } = context.origin;
    if (to === undefined) return undefined;
    const chatType = (await this.sessions.find(context.sessionKey))?.chatType;
    return { channel, account, to, ...(threadId ? { threadId } : {}), ...(chatType ? { chatType } : {}) };
  }
}

function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CronJobError) throw new ToolError('invalid_args', error.message);
    throw error;
  }
}
