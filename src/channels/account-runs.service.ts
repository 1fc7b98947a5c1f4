import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import { EventBus } from '../events/event-bus';
import type { ProbeResult } from './channel-adapter';

export type AccountState =
  | 'stopped'
  | 'starting'
  | 'connected'
  | 'reconnecting'
  | 'stopping'
  | 'failed'
  | 'logged_out'
  | 'disabled'
  | 'not_configured'
  | 'unsupported';

/** What is known about an account while the gateway runs. */
export interface AccountRun {
  state: AccountState;
  /** What the account was started with, as text. */
  settings: string;
  reason?: string;
  control: AbortController;
  done: Promise<void>;
  restarts: number;
  /** Somebody stopped it by hand: only they start it again. */
  isHeld?: boolean;
  /** Ends the pause between two attempts. */
  wake?: () => void;
  lastStartAt?: number;
  lastStopAt?: number;
  lastConnectedAt?: number;
  lastExchangeAt?: number;
  lastInboundAt?: number;
  lastProbeAt?: number;
  probe?: ProbeResult;
}

export const stoppedRun = (): AccountRun => ({
  state: 'stopped',
  settings: '',
  control: new AbortController(),
  done: Promise.resolve(),
  restarts: 0,
});

const runKey = (channel: string, account: string): string => `${channel}/${account}`;

/** Runs of all accounts; each change of state is logged in the channel's own log and told to clients. */
@Injectable()
export class AccountRuns {
  private readonly logs = new Map<string, Logger>();
  private readonly runs = new Map<string, AccountRun>();

  constructor(
    private readonly events: EventBus,
    private readonly loggers: LoggerFactory,
  ) {}

  get(channel: string, account: string): AccountRun | undefined {
    return this.runs.get(runKey(channel, account));
  }

  set(channel: string, account: string, run: AccountRun): void {
    this.runs.set(runKey(channel, account), run);
  }

  forget(channel: string, account: string): void {
    this.runs.delete(runKey(channel, account));
  }

  /** Accounts of a channel that have a run. */
  accountsOf(channel: string): string[] {
    const start = `${channel}/`;
    return [...this.runs.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  }

  change(channel: string, account: string, run: AccountRun, state: AccountState, reason?: string): void {
    if (run.state === state && run.reason === reason) return;
    run.state = state;
    if (reason === undefined) delete run.reason;
    else run.reason = reason;
    this.logOf(channel).info({ account, ...(reason ? { reason } : {}) }, `account is ${state}`);
    this.events.emit('wire.event', {
      event: 'channels.changed',
      payload: { channel, accountId: account, state, ...(reason ? { reason } : {}), ts: Date.now() },
    });
  }

  logOf(channel: string): Logger {
    let log = this.logs.get(channel);
    if (!log) {
      log = this.loggers.child(`channels/${channel}`);
      this.logs.set(channel, log);
    }
    return log;
  }
}
