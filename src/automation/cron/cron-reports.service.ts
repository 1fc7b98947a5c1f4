import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { SessionNotes } from '../../agent/chat/session-notes.service';
import type { DeliveryRoute } from '../../common/delivery-route';
import { OutboundPort } from '../../events/outbound-port';
import { WebhookPort } from '../../events/webhook-port';
import { SystemEventStore } from '../../sessions/system-event.store';
import type { Schema } from '../../storage/schema';
import type { CronFailureAlert, CronJob, CronRun } from './cron-job';

/** What became of a run. */
export interface RunReport {
  /** It failed by itself, or was stopped. */
  failed: boolean;
  /** Why it failed. */
  reason: string | null;
  /** What it came to. */
  summary: string | null;
  /** The chat that waits for its answer and is to be told that there is none. */
  toldIn?: DeliveryRoute;
  /** It has failed so often that somebody is to know, in a chat where there is one. */
  alert?: CronFailureAlert & { errors: number; route?: DeliveryRoute };
}

/** Tells of runs that have ended, in the commit that notes their end. */
@Injectable()
export class CronReports {
  constructor(
    private readonly systemEvents: SystemEventStore,
    private readonly notes: SessionNotes,
    private readonly webhooks: WebhookPort,
    private readonly outbound: OutboundPort,
  ) {}

  /** @returns what is to be called after the commit */
  async reportIn(transaction: Transaction<Schema>, job: CronJob, run: CronRun, report: RunReport): Promise<() => void> {
    const told = [
      await this.toWebhookIn(transaction, job, run, report),
      await this.toSessionIn(transaction, job, run, report),
      await this.toChatIn(transaction, job, run, report),
      await this.alertIn(transaction, job, run, report),
    ];
    return () => told.forEach((tell) => tell?.());
  }

  private toWebhookIn(
    transaction: Transaction<Schema>,
    job: CronJob,
    run: CronRun,
    { failed, reason, summary }: RunReport,
  ): Promise<() => void> | undefined {
    if (job.delivery?.mode !== 'webhook') return undefined;
    return this.webhooks.enqueueIn(transaction, {
      target: job.delivery.to ?? '',
      event: 'cron.finished',
      payload: {
        jobId: job.id,
        name: job.name,
        status: failed ? 'error' : 'ok',
        reason,
        summary,
        runAtMs: run.slot,
      },
    });
  }

  /**
   * What a job of its own did is told in the agent's main conversation unless it was announced in a chat: at once when it
   * is to wake it, else with the next heartbeat.
   */
  private async toSessionIn(
    transaction: Transaction<Schema>,
    job: CronJob,
    run: CronRun,
    { failed, summary }: RunReport,
  ): Promise<(() => void) | undefined> {
    if (job.payload.kind !== 'agentTurn' || failed || summary === null || (job.delivery?.mode ?? 'none') !== 'none')
      return undefined;
    const text = `Cron (${job.name}): ${summary}`;
    if (job.wakeMode === 'next-heartbeat') {
      await this.systemEvents.addIn(transaction, job.sessionKey, text, 'tool');
      return undefined;
    }
    return this.noteIn(transaction, job, run, text);
  }

  /** Failures in a row, when there are enough: where the job says, else in the main conversation of its agent. */
  private async alertIn(
    transaction: Transaction<Schema>,
    job: CronJob,
    run: CronRun,
    { reason, alert }: RunReport,
  ): Promise<(() => void) | undefined> {
    if (!alert) return undefined;
    const { errors, mode, route, to = '' } = alert;
    const text = `Cron job "${job.name}" failed ${errors} ${errors === 1 ? 'time' : 'times in a row'}: ${reason ?? 'no reason is known'}`;
    if (mode === 'webhook')
      return this.webhooks.enqueueIn(transaction, {
        target: to,
        event: 'cron.failing',
        payload: { jobId: job.id, name: job.name, status: 'error', reason, errors, runAtMs: run.slot },
      });
    if (!route) return this.noteIn(transaction, job, run, text);
    return this.outbound.enqueueIn(transaction, {
      runId: `cron-alert:${job.id}:${run.slot}`,
      route,
      texts: [text],
    });
  }

  private noteIn(transaction: Transaction<Schema>, job: CronJob, run: CronRun, text: string): Promise<() => void> {
    return this.notes.acceptIn(transaction, {
      sessionKey: job.sessionKey,
      externalId: `cron-told:${job.id}:${run.slot}`,
      isOwner: true,
      text,
      origin: 'tool',
    });
  }

  /** Who waits for an announcement is told that there will be none: once for failures in a row, after the last try. */
  private async toChatIn(
    transaction: Transaction<Schema>,
    job: CronJob,
    run: CronRun,
    { reason, toldIn }: RunReport,
  ): Promise<(() => void) | undefined> {
    if (!toldIn) return undefined;
    return this.outbound.enqueueIn(transaction, {
      runId: `cron-failed:${job.id}:${run.slot}`,
      route: toldIn,
      texts: [`The scheduled job "${job.name}" failed: ${reason ?? 'no reason is known'}`],
    });
  }
}
