import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { foldText } from '../common/fold-text';
import { defaultAgentId, findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { mainSessionKey } from '../config/main-session';
import { RpcMethod } from '../rpc/rpc-method';
import { invalidRequest, unavailable } from '../rpc/rpc-error';
import { GrantedRules } from '../tools/approvals/granted-rules.service';
import { CronJobError, changedJob, newJob } from './cron-job-form';
import type { CronJob, CronRun } from './cron-job';
import {
  CronAddParams,
  CronListParams,
  CronRemoveParams,
  CronRunParams,
  CronRunsParams,
  CronStatusParams,
  CronUpdateParams,
} from './cron.dto';
import { CronService } from './cron.service';
import { type CronDelivered, CronStore } from './cron.store';
import { CronTool } from './cron.tool';

const DEFAULT_RUNS = 200;

@Injectable()
export class CronRpc {
  constructor(
    private readonly store: CronStore,
    private readonly cron: CronService,
    private readonly tool: CronTool,
    private readonly config: ConfigService,
    private readonly granted: GrantedRules,
  ) {}

  @RpcMethod({
    name: 'cron.status',
    scope: 'operator.read',
    params: CronStatusParams,
    summary: 'Whether jobs run, and when the next one does.',
  })
  async status(): Promise<unknown> {
    return {
      enabled: this.tool.unavailableReason() === undefined,
      storePath: 'database',
      jobs: await this.store.count(),
      nextWakeAtMs: (await this.store.nextDue()) ?? null,
      // Of times that name none.
      timeZone: this.cron.time().zone,
    };
  }

  @RpcMethod({
    name: 'cron.list',
    scope: 'operator.read',
    params: CronListParams,
    summary: 'Jobs, the next one first.',
  })
  async list({ includeDisabled, limit, offset = 0, query }: CronListParams): Promise<unknown> {
    const wanted = query === undefined ? undefined : foldText(query);
    const jobs = (await this.store.list())
      .filter((job) => includeDisabled === true || job.enabled)
      .filter((job) => wanted === undefined || foldText(`${job.name} ${job.description ?? ''}`).includes(wanted));
    return {
      jobs: jobs.slice(offset, limit === undefined ? undefined : offset + limit).map((job) => this.withRules(job)),
      total: jobs.length,
    };
  }

  @RpcMethod({
    name: 'cron.get',
    scope: 'operator.read',
    params: CronRemoveParams,
    unlisted: true,
    summary: 'One job.',
  })
  async get(params: CronRemoveParams): Promise<unknown> {
    return this.withRules(await this.job(params));
  }

  /** With what it may do unasked, and whether each of these rules still holds. */
  private withRules(job: CronJob): Record<string, unknown> {
    if (!job.rules) return shown(job);
    const holding = new Set(this.granted.forJob(job.agentId, job.rules).map(({ text }) => text));
    return { ...shown(job), rules: job.rules.map((rule) => ({ ...rule, holds: holding.has(rule.text) })) };
  }

  @RpcMethod({ name: 'cron.add', scope: 'operator.admin', params: CronAddParams, summary: 'Makes a job.' })
  async add(params: CronAddParams): Promise<unknown> {
    this.mustRun();
    const fields = params.job ?? params.data ?? params;
    const { config } = this.config;
    const agentId = fields.agentId ?? defaultAgentId(config);
    if (!findAgent(config, agentId) && agentId !== defaultAgentId(config))
      throw invalidRequest(`invalid cron.add params: agentId "${agentId}" is not configured`);
    const job = checked(() =>
      newJob(
        fields,
        {
          id: randomUUID(),
          agentId,
          sessionKey: mainSessionKey(config, agentId),
          origin: 'owner',
          rules: this.granted.forJob(agentId),
        },
        this.cron.time(),
      ),
    );
    await this.store.add(job);
    await this.cron.arm();
    this.cron.announce(job, 'added');
    return shown(job);
  }

  @RpcMethod({ name: 'cron.update', scope: 'operator.admin', params: CronUpdateParams, summary: 'Changes a job.' })
  async update(params: CronUpdateParams): Promise<unknown> {
    const job = await this.job(params);
    const changed = await this.store.change(job.id, (current) =>
      checked(() => changedJob(current, params.patch, this.cron.time())),
    );
    if (!changed) throw notFound(job.id);
    await this.cron.arm();
    this.cron.announce(changed, 'updated');
    return shown(changed);
  }

  @RpcMethod({ name: 'cron.remove', scope: 'operator.admin', params: CronRemoveParams, summary: 'Removes a job.' })
  async remove(params: CronRemoveParams): Promise<unknown> {
    const id = idOf(params);
    const removed = await this.store.remove(id);
    if (removed) {
      await this.cron.arm();
      this.cron.announce({ id }, 'removed');
    }
    return { ok: true, removed };
  }

  @RpcMethod({
    name: 'cron.run',
    scope: 'operator.admin',
    params: CronRunParams,
    summary: 'Runs a job now; with mode due only when its time has come.',
  })
  async run(params: CronRunParams): Promise<unknown> {
    this.mustRun();
    const job = await this.job(params);
    if (params.mode !== 'force' && (job.nextRunAtMs === null || job.nextRunAtMs > Date.now()))
      return { ok: true, ran: false, reason: 'not-due' };
    const runId = await this.cron.runNow(job);
    return runId === undefined ? { ok: true, ran: false, reason: 'skipped' } : { ok: true, ran: true, runId };
  }

  @RpcMethod({
    name: 'cron.runs',
    scope: 'operator.read',
    params: CronRunsParams,
    summary: 'What became of the planned times of a job, oldest first.',
  })
  async runs(params: CronRunsParams): Promise<unknown> {
    const id = idOf(params);
    const runs = await this.store.runs(id, params.limit ?? DEFAULT_RUNS);
    const deliveries = await this.deliveries(id, runs);
    return {
      entries: runs.reverse().map((run) => ({
        ts: run.finishedAt ?? run.claimedAt,
        jobId: id,
        action: run.state === 'running' ? 'started' : 'finished',
        ...(run.state === 'running' ? {} : { status: run.state }),
        ...(run.reason ? { error: run.reason } : {}),
        ...(run.summary ? { summary: run.summary } : {}),
        runAtMs: run.slot,
        ...(run.finishedAt === null ? {} : { durationMs: run.finishedAt - run.claimedAt }),
        ...(run.runId ? { runId: run.runId } : {}),
        ...deliveries(run),
      })),
    };
  }

  /** What became of each run's answer on its way to a chat or an address. */
  private async deliveries(id: string, runs: readonly CronRun[]): Promise<(run: CronRun) => Record<string, unknown>> {
    const mode = (await this.store.find(id))?.delivery?.mode ?? 'none';
    if (mode === 'none') return () => ({ deliveryStatus: 'not-requested' });
    const announced =
      mode === 'announce' ? await this.store.announced(runs.flatMap(({ runId }) => runId ?? [])) : undefined;
    const posted = mode === 'webhook' ? await this.store.posted(id) : undefined;
    return (run) => {
      // What was posted is not kept; a chat that was told nothing has no row either.
      const otherwise: CronDelivered | undefined =
        posted && run.state !== 'running' ? { status: 'delivered' } : undefined;
      const found = announced?.get(run.runId ?? '') ?? posted?.get(run.slot) ?? otherwise;
      if (!found || run.state === 'skipped') return { deliveryStatus: 'not-delivered' };
      const status = { delivered: 'delivered', failed: 'not-delivered', pending: 'unknown' }[found.status];
      return { deliveryStatus: status, ...(found.error ? { deliveryError: found.error } : {}) };
    };
  }

  private async job(params: { id?: string; jobId?: string }): Promise<CronJob> {
    const id = idOf(params);
    const job = await this.store.find(id);
    if (!job) throw notFound(id);
    return job;
  }

  private mustRun(): void {
    const reason = this.tool.unavailableReason();
    if (reason !== undefined) throw unavailable(`jobs do not run: ${reason}`);
  }
}

const notFound = (id: string): Error =>
  invalidRequest(`cron job not found: ${id}`, { details: { code: 'CRON_JOB_NOT_FOUND' } });

function idOf({ id, jobId }: { id?: string; jobId?: string }): string {
  const found = id ?? jobId;
  if (found === undefined) throw invalidRequest('invalid cron params: id or jobId is needed');
  return found;
}

function checked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CronJobError) throw invalidRequest(`invalid cron params: ${error.message}`);
    throw error;
  }
}

/** A job as clients know it. */
function shown(job: CronJob): Record<string, unknown> {
  const {
    nextRunAtMs,
    state: { failureTold: ____, ...state },
    route: _,
    origin: __,
    sessionKey: ___,
    ...rest
  } = job;
  return {
    ...rest,
    schedule:
      job.schedule.kind === 'at' ? { ...job.schedule, at: new Date(job.schedule.atMs).toISOString() } : job.schedule,
    state: { ...state, ...(nextRunAtMs === null ? {} : { nextRunAtMs }) },
  };
}
