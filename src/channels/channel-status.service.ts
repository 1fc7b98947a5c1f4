import { Injectable } from '@nestjs/common';
import { settlesWithin } from '../common/sleep';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventLoopLoad } from '../events/event-loop-load';
import { type AccountRun, type AccountState, AccountRuns } from './account-runs.service';
import type { ChannelAccount, RegisteredChannel } from './channel-adapter';
import { type BotPause, ChannelCursorStore } from './channel-cursor.store';

/** Paused bots by `channel/account`. */
type Pauses = ReadonlyMap<string, readonly BotPause[]>;

/** Channels and accounts as people and clients are shown them. */
@Injectable()
export class ChannelStatus {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly runs: AccountRuns,
    private readonly config: ConfigService,
    private readonly cursors: ChannelCursorStore,
    private readonly load: EventLoopLoad,
  ) {}

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

  /** Accounts that are switched on, with their state. */
  accountStates(): { channel: string; account: string; state: AccountState }[] {
    return this.accounts()
      .map(({ channel, account }) => {
        const { state } = this.stateOf(channel.declaration.id, account);
        return { channel: channel.declaration.id, account: account.id, state };
      })
      .filter(({ state }) => state !== 'disabled' && state !== 'not_configured');
  }

  /** Accounts that are on and do not work, with the reason. */
  faults(): { name: string; reason: string }[] {
    return this.accounts().flatMap(({ channel, account }) => {
      const { state, reason } = this.stateOf(channel.declaration.id, account);
      if (state === 'disabled' || state === 'logged_out' || reason === undefined) return [];
      return [{ name: `${channel.declaration.id}/${account.id}`, reason }];
    });
  }

  /** The same in the form that clients of protocol 4 have for it. */
  private issues(): Record<string, unknown>[] {
    return this.accounts().flatMap(({ channel: { declaration }, account }) => {
      const { state, reason } = this.stateOf(declaration.id, account);
      if (state === 'disabled' || state === 'logged_out' || reason === undefined) return [];
      const kind = state === 'not_configured' ? 'config' : 'runtime';
      return [{ channel: declaration.id, accountId: account.id, kind, message: reason }];
    });
  }

  async summaryLines(): Promise<string[]> {
    const pauses = await this.cursors.allBotPauses();
    const paused = this.accounts().map(({ channel, account }) => pauses.get(`${channel.declaration.id}/${account.id}`));
    return this.states().map(({ name, state }, index) => {
      const places = (paused[index] ?? []).map(({ chat, title }) => title ?? chat);
      return `${name}: ${state}${places.length > 0 ? ` (bots are paused in ${places.join(', ')})` : ''}`;
    });
  }

  /** Everything `channels.status` answers. */
  async status(probe: boolean, timeoutMs: number): Promise<Record<string, unknown>> {
    if (probe) await this.probeAll(timeoutMs);
    const pauses = await this.cursors.allBotPauses();
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
      channels: Object.fromEntries(
        channels.map((channel) => [channel.declaration.id, this.summaryOf(channel, pauses)]),
      ),
      channelAccounts: Object.fromEntries(
        channels.map((channel) => [
          channel.declaration.id,
          channel.adapter.accounts().map((account) => this.accountRow(channel, account, pauses)),
        ]),
      ),
      eventLoop: this.load.facts(),
      statusIssues: this.issues(),
      channelDefaultAccountId: Object.fromEntries(
        channels.map(({ declaration, adapter }) => [declaration.id, adapter.accounts()[0]?.id ?? 'default']),
      ),
    };
  }

  /** The part of the health summary that is about channels. */
  async healthSummary(probe: boolean): Promise<Record<string, unknown>> {
    const PROBE_TIMEOUT_MS = 5000;
    if (probe) await this.probeAll(PROBE_TIMEOUT_MS);
    const pauses = await this.cursors.allBotPauses();
    const channels = this.directory.all();
    return {
      channels: Object.fromEntries(
        channels.map((channel) => [channel.declaration.id, this.summaryOf(channel, pauses)]),
      ),
      channelOrder: channels.map(({ declaration }) => declaration.id),
      channelLabels: Object.fromEntries(channels.map(({ declaration }) => [declaration.id, declaration.label])),
    };
  }

  private stateOf(
    channelId: string,
    account: ChannelAccount,
  ): { state: AccountState; reason?: string; run?: AccountRun } {
    const run = this.runs.get(channelId, account.id);
    if (run?.state === 'logged_out') return { state: run.state, reason: 'logged out', run };
    if (!account.enabled) return { state: 'disabled' };
    if (account.notConfigured !== undefined) return { state: 'not_configured', reason: account.notConfigured };
    return run ? { state: run.state, ...(run.reason ? { reason: run.reason } : {}), run } : { state: 'stopped' };
  }

  private accountRow(
    { declaration }: RegisteredChannel,
    account: ChannelAccount,
    pauses: Pauses,
  ): Record<string, unknown> {
    const { state, reason, run } = this.stateOf(declaration.id, account);
    const botPauses = pauses.get(`${declaration.id}/${account.id}`) ?? [];
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
      ...(botPauses.length > 0 ? { botPauses } : {}),
      ...account.facts,
    };
  }

  private summaryOf(channel: RegisteredChannel, pauses: Pauses): Record<string, unknown> {
    const accounts = channel.adapter.accounts();
    const rows = accounts.map((account) => this.accountRow(channel, account, pauses));
    const [first = {}] = rows;
    return {
      configured: rows.some((row) => row['configured'] === true),
      running: rows.some((row) => row['running'] === true),
      accountId: accounts[0]?.id ?? 'default',
      ...pick(first, ['state', 'lastError', 'probe', 'lastProbeAt', 'lastStartAt']),
      accounts: Object.fromEntries(rows.map((row) => [String(row['accountId']), row])),
    };
  }

  private async probeAll(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.accounts()
        .filter(({ account }) => account.enabled && account.notConfigured === undefined)
        .map(async ({ channel, account }) => {
          const run = this.runs.get(channel.declaration.id, account.id);
          if (!run) return;
          const probe = channel.adapter.probe(account.id);
          run.probe = (await settlesWithin(probe, timeoutMs))
            ? await probe
            : { ok: false, error: `no answer within ${timeoutMs} ms`, elapsedMs: timeoutMs };
          run.lastProbeAt = Date.now();
        }),
    );
  }

  private accounts(): { channel: RegisteredChannel; account: ChannelAccount }[] {
    return this.directory
      .all()
      .flatMap((channel) => channel.adapter.accounts().map((account) => ({ channel, account })));
  }
}

function pick(source: object | undefined, keys: readonly string[]): Record<string, unknown> {
  const from = (source ?? {}) as Record<string, unknown>;
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}
