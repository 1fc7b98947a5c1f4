import { Injectable } from '@nestjs/common';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { settlesWithin, sleep } from '../common/sleep';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import {
  type ChannelAccount,
  ChannelFatalError,
  type ChannelHost,
  type ProbeResult,
  type RegisteredChannel,
} from './channel-adapter';
import { ChannelIntake } from './channel-intake.service';

const RESTART_BACKOFF: BackoffPolicy = { initialMs: 2000, maxMs: 30_000, factor: 1.8, jitter: 0.25 };
/** After so long without a failure the count of restarts begins anew. */
const HEALTHY_MS = 60_000;
const STOP_TIMEOUT_MS = 1000;

export type AccountState =
  | 'stopped'
  | 'starting'
  | 'connected'
  | 'reconnecting'
  | 'stopping'
  | 'failed'
  | 'disabled'
  | 'not_configured'
  | 'unsupported';

interface AccountRun {
  state: AccountState;
  reason?: string;
  control: AbortController;
  done: Promise<void>;
  restarts: number;
  lastStartAt?: number;
  lastStopAt?: number;
  lastConnectedAt?: number;
  lastExchangeAt?: number;
  lastInboundAt?: number;
  lastProbeAt?: number;
  probe?: ProbeResult;
}

/**
 * Runs each account of each channel in a scope of its own: an error, also one nobody waits for, restarts that account
 * alone. Starting never holds up the boot.
 */
@Injectable()
export class ChannelManager {
  private readonly logs = new Map<string, Logger>();
  private readonly runs = new Map<string, AccountRun>();

  constructor(
    private readonly directory: ChannelDirectory,
    private readonly intake: ChannelIntake,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    private readonly loggers: LoggerFactory,
  ) {}

  /** Lists the accounts that can be started, as stopped, each channel with a log of its own. */
  prepare(): void {
    for (const { channel, account } of this.accounts()) {
      this.logs.set(channel.declaration.id, this.loggers.child(`channels/${channel.declaration.id}`));
      if (!account.enabled || account.notConfigured !== undefined) continue;
      this.runs.set(runKey(channel.declaration.id, account.id), stoppedRun());
    }
  }

  /** Starts the accounts of a channel in the background. Returns how many. */
  startChannel(id: string): number {
    const channel = this.directory.find(id);
    let started = 0;
    for (const account of channel?.adapter.accounts() ?? []) {
      if (channel && account.enabled && account.notConfigured === undefined) {
        this.start(channel, account.id);
        started++;
      }
    }
    return started;
  }

  async stopChannel(id: string): Promise<void> {
    const channel = this.directory.find(id);
    await Promise.all((channel?.adapter.accounts() ?? []).map((account) => this.stop(id, account.id)));
  }

  /** Channels of the configuration that nothing here serves. */
  unsupported(): string[] {
    const { defaults: _, ...channels } = this.config.config.channels ?? {};
    return Object.entries(channels as Record<string, { enabled?: boolean } | undefined>)
      .filter(([id, block]) => !this.directory.find(id) && block?.enabled !== false)
      .map(([id]) => id);
  }

  /** One word of state per account, for the banner. */
  states(): { name: string; state: string }[] {
    return [
      ...this.accounts().map(({ channel, account }) => ({
        name: account.id === 'default' ? channel.declaration.id : `${channel.declaration.id}/${account.id}`,
        state: this.stateOf(channel.declaration.id, account).state.replace('starting', 'connecting'),
      })),
      ...this.unsupported().map((name) => ({ name, state: 'unsupported' })),
    ];
  }

  summaryLines(): string[] {
    return this.states().map(({ name, state }) => `${name}: ${state}`);
  }

  /** Everything `channels.status` answers. */
  async status(probe: boolean, timeoutMs: number): Promise<Record<string, unknown>> {
    if (probe) await this.probeAll(timeoutMs);
    const channels = this.directory.all();
    const labels = Object.fromEntries(channels.map(({ declaration }) => [declaration.id, declaration.label]));
    return {
      ts: Date.now(),
      channelOrder: channels.map(({ declaration }) => declaration.id),
      channelLabels: labels,
      channelDetailLabels: labels,
      channelSystemImages: {},
      channelMeta: channels.map(({ declaration }) => ({
        id: declaration.id,
        label: declaration.label,
        detailLabel: declaration.label,
      })),
      channels: Object.fromEntries(channels.map((channel) => [channel.declaration.id, this.summaryOf(channel)])),
      channelAccounts: Object.fromEntries(
        channels.map((channel) => [
          channel.declaration.id,
          channel.adapter.accounts().map((account) => this.accountRow(channel, account)),
        ]),
      ),
      channelDefaultAccountId: Object.fromEntries(
        channels.map(({ declaration, adapter }) => [declaration.id, adapter.accounts()[0]?.id ?? 'default']),
      ),
    };
  }

  /** The part of the health summary that is about channels. */
  async healthSummary(probe: boolean): Promise<Record<string, unknown>> {
    const PROBE_TIMEOUT_MS = 5000;
    if (probe) await this.probeAll(PROBE_TIMEOUT_MS);
    const channels = this.directory.all();
    return {
      channels: Object.fromEntries(channels.map((channel) => [channel.declaration.id, this.summaryOf(channel)])),
      channelOrder: channels.map(({ declaration }) => declaration.id),
      channelLabels: Object.fromEntries(channels.map(({ declaration }) => [declaration.id, declaration.label])),
    };
  }

  private start(channel: RegisteredChannel, accountId: string): void {
    const key = runKey(channel.declaration.id, accountId);
    if (this.runs.has(key) && this.runs.get(key)?.state !== 'stopped' && this.runs.get(key)?.state !== 'failed') return;
    const run: AccountRun = { ...stoppedRun(), state: 'starting', lastStartAt: Date.now() };
    this.runs.set(key, run);
    run.done = this.supervise(channel, accountId, run);
  }

  private async stop(channelId: string, accountId: string): Promise<void> {
    const run = this.runs.get(runKey(channelId, accountId));
    if (!run || run.state === 'stopped') return;
    this.change(channelId, accountId, run, 'stopping');
    run.control.abort();
    await settlesWithin(run.done, STOP_TIMEOUT_MS);
    run.lastStopAt = Date.now();
    this.change(channelId, accountId, run, 'stopped');
  }

  /** Runs an account's task again and again until it is stopped or can't work. */
  private async supervise(channel: RegisteredChannel, accountId: string, run: AccountRun): Promise<void> {
    const { id } = channel.declaration;
    const { signal } = run.control;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await channel.adapter.run(accountId, this.hostFor(id, accountId, run), signal);
        if (signal.aborted) return;
        throw new Error('the connection ended');
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ChannelFatalError) {
          this.change(id, accountId, run, 'failed', error.message);
          this.logOf(id).error({ account: accountId }, error.message);
          return;
        }
        if (performance.now() - startedAt > HEALTHY_MS) run.restarts = 0;
        const delay = backoffDelay(RESTART_BACKOFF, run.restarts++);
        this.change(id, accountId, run, 'reconnecting', messageOf(error));
        this.logOf(id).warn({ account: accountId, restarts: run.restarts, waitMs: delay }, messageOf(error));
        await sleep(delay, signal);
      }
    }
  }

  private hostFor(channel: string, account: string, run: AccountRun): ChannelHost {
    return {
      receive: async (update) => {
        const verdict = await this.intake.receive(channel, account, update);
        run.lastInboundAt = Date.now();
        return verdict;
      },
      alive: () => {
        run.lastExchangeAt = Date.now();
      },
      state: (state, reason) => {
        if (state === 'connected') {
          run.lastConnectedAt = Date.now();
          run.lastExchangeAt = Date.now();
        }
        this.change(channel, account, run, state, reason);
      },
    };
  }

  private change(channel: string, account: string, run: AccountRun, state: AccountState, reason?: string): void {
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

  /** Whether a channel has an account that is switched on. */
  has(channel: string): boolean {
    return this.accounts().some((entry) => entry.channel.declaration.id === channel && entry.account.enabled);
  }

  private accounts(): { channel: RegisteredChannel; account: ChannelAccount }[] {
    return this.directory
      .all()
      .flatMap((channel) => channel.adapter.accounts().map((account) => ({ channel, account })));
  }

  private stateOf(
    channelId: string,
    account: ChannelAccount,
  ): { state: AccountState; reason?: string; run?: AccountRun } {
    if (!account.enabled) return { state: 'disabled' };
    if (account.notConfigured !== undefined) return { state: 'not_configured', reason: account.notConfigured };
    const run = this.runs.get(runKey(channelId, account.id));
    return run ? { state: run.state, ...(run.reason ? { reason: run.reason } : {}), run } : { state: 'stopped' };
  }

  private accountRow({ declaration }: RegisteredChannel, account: ChannelAccount): Record<string, unknown> {
    const { state, reason, run } = this.stateOf(declaration.id, account);
    return {
      accountId: account.id,
      ...(account.name ? { name: account.name } : {}),
      enabled: account.enabled,
      configured: account.notConfigured === undefined,
      running: ['starting', 'connected', 'reconnecting'].includes(state),
      connected: state === 'connected',
      state,
      reconnectAttempts: run?.restarts ?? 0,
      ...(reason ? { lastError: reason } : {}),
      ...pick(run, [
        'lastConnectedAt',
        'lastStartAt',
        'lastStopAt',
        'lastInboundAt',
        'lastProbeAt',
        'lastExchangeAt',
        'probe',
      ]),
      ...account.facts,
    };
  }

  private summaryOf(channel: RegisteredChannel): Record<string, unknown> {
    const accounts = channel.adapter.accounts();
    const rows = accounts.map((account) => this.accountRow(channel, account));
    const [first = {}] = rows;
    return {
      configured: rows.some((row) => row['configured'] === true),
      running: rows.some((row) => row['running'] === true),
      accountId: accounts[0]?.id ?? 'default',
      ...pick(first, ['state', 'lastError', 'probe', 'lastProbeAt', 'lastStartAt']),
      accounts: Object.fromEntries(rows.map((row) => [String(row['accountId']), row])),
    };
  }

  private logOf(channel: string): Logger {
    return this.logs.get(channel) ?? this.loggers.child(`channels/${channel}`);
  }

  private async probeAll(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.accounts()
        .filter(({ account }) => account.enabled && account.notConfigured === undefined)
        .map(async ({ channel, account }) => {
          const run = this.runs.get(runKey(channel.declaration.id, account.id));
          if (!run) return;
          const probe = channel.adapter.probe(account.id);
          run.probe = (await settlesWithin(probe, timeoutMs))
            ? await probe
            : { ok: false, error: `no answer within ${timeoutMs} ms`, elapsedMs: timeoutMs };
          run.lastProbeAt = Date.now();
        }),
    );
  }
}

const stoppedRun = (): AccountRun => ({
  state: 'stopped',
  control: new AbortController(),
  done: Promise.resolve(),
  restarts: 0,
});

const runKey = (channel: string, account: string): string => `${channel}/${account}`;

function pick(source: object | undefined, keys: readonly string[]): Record<string, unknown> {
  const from = (source ?? {}) as Record<string, unknown>;
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}
