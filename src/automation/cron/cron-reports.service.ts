import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { SessionNotes } from '../../agent/chat/session-notes.service';
import type { DeliveryRoute } from '../../common/delivery-route';
import { OutboundPort } from '../../events/outbound-port';
import { WebhookPort } from '../../events/webhook-port';
import { SystemEventStore } from '../../sessions/system-event.store';
import type { Schema } from '../../storage/schema';
import type { CronJob, CronRun } from './cron-job';

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
   * is to wake it, else with the next heartbeat; failures in a row when there are enough.
   */
  private async toSessionIn(
    transaction: Transaction<Schema>,
    job: CronJob,
    run: CronRun,
    { failed, reason, summary }: RunReport,
  ): Promise<(() => void) | undefined> {
    if (job.payload.kind !== 'agentTurn') return undefined;
    const text = failed ? `failed: ${reason}` : summary;
    const errors = errorsAfter(job, failed);
    const isAlert = job.alertAfter !== undefined && errors === job.alertAfter;
    const isTold = !failed && text !== null && (job.delivery?.mode ?? 'none') === 'none';
    if (isTold && job.wakeMode === 'next-heartbeat') {
      await this.systemEvents.addIn(transaction, job.sessionKey, `Cron (${job.name}): ${text}`, 'tool');
      return undefined;
    }
    if (!isAlert && !isTold) return undefined;
    return this.notes.acceptIn(transaction, {
      sessionKey: job.sessionKey,
      externalId: `cron-told:${job.id}:${run.slot}`,
      isOwner: true,
      text: isAlert ? `Cron job "${job.name}" failed ${errors} times in a row: ${text}` : `Cron (${job.name}): ${text}`,
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

/** Failures in a row with the run that has just ended. */
const errorsAfter = (job: CronJob, failed: boolean): number => (failed ? (job.state.consecutiveErrors ?? 0) + 1 : 0);
