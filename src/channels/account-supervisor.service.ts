import { Injectable } from '@nestjs/common';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import { LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { settlesWithin, sleep } from '../common/sleep';
import { UpdateAgain } from '../events/update-again';
import { InboxStore } from '../inbox/inbox.store';
import { type AccountRun, AccountRuns } from './account-runs.service';
import { AccountScope } from './account-scope';
import { ChannelFatalError, type ChannelHost, type RegisteredChannel } from './channel-adapter';
import { ChannelCursorStore } from './channel-cursor.store';
import { ChannelIntake } from './channel-intake.service';
import type { Lease } from '../storage/lease';
import { LeaseService } from '../storage/lease.service';
import { UpdateIntake } from './update-intake.service';

const RESTART_BACKOFF: BackoffPolicy = { initialMs: 2000, maxMs: 30_000, factor: 1.8, jitter: 0.25 };
/** After so long without a failure the count of restarts begins anew. */
const HEALTHY_MS = 60_000;
/** After so many failures in a row the circuit opens: the account rests for longer before each further try. */
const CIRCUIT_FAILURES = 8;
const CIRCUIT_REST_MS = 300_000;
export const STOP_TIMEOUT_MS = 1000;

/** What a task holds of its account. */
interface Held {
  lease?: Lease;
}

/** Keeps one account's task alive, in a scope of its own: an error, also one nobody waits for, restarts it alone. */
@Injectable()
export class AccountSupervisor {
  private readonly scope: AccountScope;

  constructor(
    private readonly runs: AccountRuns,
    private readonly intake: ChannelIntake,
    private readonly inbox: InboxStore,
    private readonly cursors: ChannelCursorStore,
    private readonly updateIntake: UpdateIntake,
    private readonly updatesAgain: UpdateAgain,
    private readonly leases: LeaseService,
    loggers: LoggerFactory,
  ) {
    this.scope = new AccountScope(loggers.child('channels'));
  }

  /** Runs an account's task again and again until it is stopped or can't work. */
  async supervise(channel: RegisteredChannel, accountId: string, run: AccountRun): Promise<void> {
    const { id } = channel.declaration;
    const { signal } = run.control;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await this.attempt(channel, accountId, run);
        if (signal.aborted) return;
        throw new Error('the connection ended');
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ChannelFatalError) {
          this.runs.change(id, accountId, run, 'failed', error.message);
          this.runs.logOf(id).error({ account: accountId }, error.message);
          return;
        }
        if (performance.now() - startedAt > HEALTHY_MS) run.restarts = 0;
        const isOpen = ++run.restarts >= CIRCUIT_FAILURES;
        const delay = isOpen ? CIRCUIT_REST_MS : backoffDelay(RESTART_BACKOFF, run.restarts - 1);
        const rest = `; rests for ${CIRCUIT_REST_MS / 60_000} minutes after ${run.restarts} failures`;
        this.runs.change(id, accountId, run, 'reconnecting', `${messageOf(error)}${isOpen ? rest : ''}`);
        this.runs.logOf(id).warn({ account: accountId, restarts: run.restarts, waitMs: delay }, messageOf(error));
        await this.rest(run, delay);
      }
    }
  }

  /** One life of an account's task. What it leaves open when it fails is told to end. */
  private async attempt(channel: RegisteredChannel, accountId: string, run: AccountRun): Promise<void> {
    const life = new AbortController();
    const stop = (): void => life.abort();
    run.control.signal.addEventListener('abort', stop, { once: true });
    let task: Promise<void> = Promise.resolve();
    const held: Held = {};
    const host = this.hostFor(channel.declaration.id, accountId, run, life, held);
    try {
      await this.scope.run(() => {
        task = channel.adapter.run(accountId, host, life.signal);
        return task;
      });
    } finally {
      run.control.signal.removeEventListener('abort', stop);
      life.abort();
      await settlesWithin(task, STOP_TIMEOUT_MS);
      // What can't be let go of runs out.
      if (held.lease) await this.leases.release(held.lease).catch(() => undefined);
    }
  }

  /** A pause that ends early when somebody starts the account by hand. */
  private async rest(run: AccountRun, ms: number): Promise<void> {
    const early = new AbortController();
    run.wake = () => early.abort();
    run.control.signal.addEventListener('abort', run.wake, { once: true });
    await sleep(ms, early.signal);
    run.control.signal.removeEventListener('abort', run.wake);
    delete run.wake;
  }

  private hostFor(channel: string, account: string, run: AccountRun, life: AbortController, held: Held): ChannelHost {
    const check = (): void => {
      if (held.lease) this.leases.check(held.lease);
    };
    return {
      alone: async () => {
        if (this.leases.isAlone) return !life.signal.aborted;
        const lease = await this.leases.wait(`account:${channel}:${account}`, life.signal, () =>
          this.runs.change(channel, account, run, 'reconnecting', 'another gateway on the database listens to it'),
        );
        if (!lease) return false;
        held.lease = lease;
        this.leases.lost(lease).addEventListener('abort', () => life.abort(), { once: true });
        return !life.signal.aborted;
      },
      take: (update, work, signal) =>
        this.updateIntake.take(
          channel,
          account,
          update,
          work,
          signal && {
            signal,
            begins: (reason) => this.runs.change(channel, account, run, 'reconnecting', reason),
            over: () => this.runs.change(channel, account, run, 'connected'),
          },
        ),
      again: (taker) => {
        const close = this.updatesAgain.open(channel, account, taker);
        life.signal.addEventListener('abort', close, { once: true });
      },
      receive: (update, under) =>
        this.scope.outside(async () => {
          const verdict = await this.intake.receive(channel, account, update, under ?? held.lease);
          run.lastInboundAt = Date.now();
          return verdict;
        }),
      happened: (happening) =>
        this.scope.outside(async () => {
          check();
          await this.intake.happened(channel, account, happening);
        }),
      moved: (from, to) => this.scope.outside(() => this.intake.moved(channel, account, from, to)),
      alive: () => {
        run.lastExchangeAt = Date.now();
      },
      state: (state, reason) => {
        if (state === 'connected') {
          run.lastConnectedAt = Date.now();
          run.lastExchangeAt = Date.now();
        }
        this.runs.change(channel, account, run, state, reason);
      },
      completeThrough: () => this.cursors.completeThrough(channel, account),
      noteComplete: async (ms) => {
        check();
        await this.cursors.advance(channel, account, ms);
      },
      lastReceived: (limit) => this.inbox.lastExternalIds(channel, account, limit),
    };
  }
}
