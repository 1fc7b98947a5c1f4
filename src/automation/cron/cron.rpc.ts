import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { defaultAgentId, findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { RpcMethod } from '../../rpc/rpc-method';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { canonicalSessionKey } from '../../sessions/session-key';
import { GrantedRules } from '../../tools/approvals/granted-rules.service';
import { CronJobError } from './cron-job-error';
import { changedJob, newJob } from './cron-job-form';
import type { CronJob } from './cron-job';
import { pageOf, wantedJobs } from './cron-pages';
import { CronRunLog } from './cron-run-log.service';
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
import { CronStore } from './cron.store';
import { CronTool } from './cron.tool';
import { compactJobView, configRevision, deliveryPreview, jobView, snapshotRevision } from './job-view';

@Injectable()
export class CronRpc {
  constructor(
    private readonly store: CronStore,
    private readonly cron: CronService,
    private readonly tool: CronTool,
    private readonly config: ConfigService,
    private readonly granted: GrantedRules,
    private readonly log: CronRunLog,
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
      // Conditions on which a job runs: there are none.
      triggersEnabled: false,
      storePath: 'database',
      storage: 'database',
      sqlitePath: null,
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
  async list(params: CronListParams): Promise<unknown> {
    const { config } = this.config;
    const { sessionKey, sessionAgentId } = params;
    const jobs = wantedJobs(await this.store.list(), {
      ...params,
      ...(sessionKey === undefined ? {} : { sessionKey: canonicalSessionKey(config, sessionKey, sessionAgentId) }),
    });
    const { entries, ...page } = pageOf(jobs, params);
    const hasPreviews = params.compact !== true && params.includeDeliveryPreviews !== false;
    return {
      jobs: entries.map((job) => (params.compact === true ? compactJobView(job) : this.withRules(job))),
      snapshotRevision: snapshotRevision(jobs),
      ...page,
      ...(hasPreviews
        ? { deliveryPreviews: Object.fromEntries(entries.map(({ id, delivery }) => [id, deliveryPreview(delivery)])) }
        : {}),
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
    if (!job.rules) return jobView(job);
    const holding = new Set(this.granted.forJob(job.agentId, job.rules).map(({ text }) => text));
    return { ...jobView(job), rules: job.rules.map((rule) => ({ ...rule, holds: holding.has(rule.text) })) };
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
    return { ...jobView(job), deliveryPreview: deliveryPreview(job.delivery) };
  }

  @RpcMethod({ name: 'cron.update', scope: 'operator.admin', params: CronUpdateParams, summary: 'Changes a job.' })
  async update(params: CronUpdateParams): Promise<unknown> {
    const job = await this.job(params);
    const changed = await this.store.change(job.id, (current) => {
      refuseChanged(current, params.expectedConfigRevision);
      return checked(() => changedJob(current, params.patch, this.cron.time()));
    });
    if (!changed) throw notFound(job.id);
    await this.cron.arm();
    this.cron.announce(changed, 'updated');
    return jobView(changed);
  }

  @RpcMethod({ name: 'cron.remove', scope: 'operator.admin', params: CronRemoveParams, summary: 'Removes a job.' })
  async remove(params: CronRemoveParams): Promise<unknown> {
    const { id } = await this.job(params);
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
    return runId === undefined
      ? { ok: true, ran: false, reason: 'skipped' }
      : { ok: true, ran: true, enqueued: true, runId };
  }

  @RpcMethod({
    name: 'cron.runs',
    scope: 'operator.read',
    params: CronRunsParams,
    summary: 'What became of the planned times of a job, or of all jobs: the newest ones, oldest first.',
  })
  async runs(params: CronRunsParams): Promise<unknown> {
    const id = params.id ?? params.jobId;
    if ((params.scope ?? (id === undefined ? 'all' : 'job')) === 'all') {
      const { entries, ...page } = await this.log.page(await this.store.list(params.agentId), undefined, params);
      return { entries, ...page };
    }
    const job = await this.store.find(idOf(params));
    const isOther = job !== undefined && params.agentId !== undefined && job.agentId !== params.agentId;
    const page = await this.log.page(job ? [job] : [], job ? undefined : id, params);
    // Of a job that is gone there may still be runs.
    if (isOther || (!job && page.total === 0)) throw notFound(id ?? '');
    return page;
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

/** @throws RpcError INVALID_REQUEST where a job is not as whoever changes it has seen it */
function refuseChanged(job: CronJob, expectedConfigRevision: string | undefined): void {
  const actualConfigRevision = configRevision(job);
  if (expectedConfigRevision === undefined || expectedConfigRevision === actualConfigRevision) return;
  throw invalidRequest('the job was changed since it was read; read it again and repeat', {
    details: { code: 'CRON_JOB_CHANGED', expectedConfigRevision, actualConfigRevision },
  });
}

const notFound = (id: string): Error =>
  invalidRequest(`cron job not found: ${id}`, { details: { code: 'CRON_JOB_NOT_FOUND', jobId: id } });

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
