import { Injectable } from '@nestjs/common';
import { type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { OpenclawError } from '../common/openclaw-error';
import { isPlainObject, valueAt } from '../common/plain-object';
import { settlesWithin } from '../common/sleep';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { type AccountRun, AccountRuns, stoppedRun } from './account-runs.service';
import { AccountSupervisor, STOP_TIMEOUT_MS } from './account-supervisor.service';
import type { ChannelAccount, RegisteredChannel } from './channel-adapter';

/** An account that a caller named. */
export interface AccountName {
  channel: string;
  account: string;
}

/** Starts and stops accounts: at boot, by request, and as the configuration says. Starting never holds up the boot. */
@Injectable()
export class ChannelManager {
  private unlisten: (() => void) | undefined;

  constructor(
    private readonly directory: ChannelDirectory,
    private readonly runs: AccountRuns,
    private readonly supervisor: AccountSupervisor,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  /** Lists the accounts that can be started, as stopped. */
  prepare(): void {
    for (const { channel, account } of this.accounts()) {
      if (!account.enabled || account.notConfigured !== undefined) continue;
      this.runs.set(channel.declaration.id, account.id, stoppedRun());
    }
    this.unlisten ??= this.config.onChange(() => void this.followConfig());
  }

  /** The boot step of a channel: its accounts start in the background once the gateway is ready. */
  boot(id: string): BootStepVerdict | undefined {
    const skip = this.skipReason();
    if (skip !== undefined) return skipped(skip);
    const channel = this.directory.find(id);
    const accounts = channel?.adapter.accounts() ?? [];
    if (!channel || accounts.every((account) => !account.enabled)) return skipped(`channels.${id}.enabled is false`);
    this.events.on('gateway.ready', () => {
      for (const account of accounts)
        if (account.enabled && account.notConfigured === undefined) this.begin(channel, account);
    });
    const missing = accounts.filter((account) => account.enabled && account.notConfigured !== undefined);
    return missing.length > 0 ? degraded(missing.map((account) => account.notConfigured).join('; ')) : undefined;
  }

  /** Stops all accounts of a channel, for good. */
  async stopChannel(id: string): Promise<void> {
    this.unlisten?.();
    await Promise.all(this.runs.accountsOf(id).map((account) => this.end(id, account)));
  }

  /** Starts one account, or all of a channel; those that run already go on. @throws OpenclawError */
  start(channelId: string, accountId?: string): AccountName[] {
    const { channel, accounts } = this.named(channelId, accountId);
    for (const account of accounts) {
      const why = account.enabled ? account.notConfigured : `${account.at}.enabled is false`;
      if (why !== undefined && accountId !== undefined) throw new OpenclawError('CHANNEL_NOT_CONFIGURED', why);
      if (why === undefined) this.begin(channel, account);
    }
    return accounts.map((account) => ({ channel: channelId, account: account.id }));
  }

  /** Stops one account, or all of a channel, until they are started again. @throws OpenclawError */
  async stop(channelId: string, accountId?: string): Promise<AccountName[]> {
    const { accounts } = this.named(channelId, accountId);
    await Promise.all(
      accounts.map(async (account) => {
        await this.end(channelId, account.id);
        const run = this.runs.get(channelId, account.id);
        if (run) run.isHeld = true;
      }),
    );
    return accounts.map((account) => ({ channel: channelId, account: account.id }));
  }

  /** Stops an account and removes its credentials from the configuration. @throws OpenclawError */
  async logout(channelId: string, accountId?: string): Promise<AccountName & { cleared: boolean }> {
    const { channel, accounts } = this.named(channelId, accountId);
    const [account] = accounts;
    if (!account) throw new OpenclawError('CHANNEL_NOT_CONFIGURED', `${channelId} has no account`);
    await this.end(channelId, account.id);
    const at = account.at.split('.');
    const stored = valueAt(this.config.peek().parsed, at);
    const keys = channel.declaration.credentials.filter((key) => isPlainObject(stored) && key in stored);
    if (keys.length > 0) await this.config.edit(keys.map((key) => ({ path: [...at, key], unset: true })));
    const run = this.runs.get(channelId, account.id) ?? stoppedRun();
    this.runs.set(channelId, account.id, run);
    this.runs.change(channelId, account.id, run, 'logged_out', 'logged out');
    return { channel: channelId, account: account.id, cleared: keys.length > 0 };
  }

  private skipReason(): string | undefined {
    return (['OPENCLAW_SKIP_CHANNELS', 'OPENCLAW_SKIP_PROVIDERS'] as const).find((name) => this.config.env.isOn(name));
  }

  /** Starts anew what has changed, stops what is gone, and leaves the others alone. */
  private async followConfig(): Promise<void> {
    await Promise.all(
      this.directory.all().flatMap((channel) => {
        const { id } = channel.declaration;
        const accounts = channel.adapter.accounts();
        const gone = this.runs.accountsOf(id).filter((name) => !accounts.some((account) => account.id === name));
        return [
          ...gone.map((name) => this.end(id, name).then(() => void this.runs.forget(id, name))),
          ...accounts.map((account) => this.followAccount(channel, account)),
        ];
      }),
    );
  }

  private async followAccount(channel: RegisteredChannel, account: ChannelAccount): Promise<void> {
    const { id } = channel.declaration;
    const run = this.runs.get(id, account.id);
    if (run?.settings === JSON.stringify(account.settings)) return;
    const mayRun = account.enabled && account.notConfigured === undefined;
    if (!mayRun) {
      await this.end(id, account.id);
      return;
    }
    if (run?.isHeld || this.skipReason() !== undefined) return;
    this.runs.logOf(id).info({ account: account.id }, 'its configuration has changed');
    await this.end(id, account.id);
    this.begin(channel, account);
  }

  /** @throws OpenclawError CHANNEL_UNKNOWN naming what there is */
  private named(channelId: string, accountId?: string): { channel: RegisteredChannel; accounts: ChannelAccount[] } {
    const channel = this.directory.find(channelId);
    const known = this.directory.all().map(({ declaration }) => declaration.id);
    if (!channel)
      throw new OpenclawError(
        'CHANNEL_UNKNOWN',
        `channel "${channelId}" is not configured; configured: ${known.join(', ') || 'none'}`,
      );
    const all = channel.adapter.accounts();
    const accounts = accountId === undefined ? all : all.filter((account) => account.id === accountId.toLowerCase());
    if (accountId !== undefined && accounts.length === 0)
      throw new OpenclawError(
        'CHANNEL_UNKNOWN',
        `channel "${channelId}" has no account "${accountId}"; accounts: ${all.map(({ id }) => id).join(', ') || 'none'}`,
      );
    return { channel, accounts };
  }

  private begin(channel: RegisteredChannel, account: ChannelAccount): void {
    const { id } = channel.declaration;
    const before = this.runs.get(id, account.id);
    if (before && ['starting', 'connected', 'reconnecting', 'stopping'].includes(before.state)) {
      before.wake?.();
      return;
    }
    const run: AccountRun = {
      ...stoppedRun(),
      settings: JSON.stringify(account.settings),
      lastStartAt: Date.now(),
    };
    this.runs.set(id, account.id, run);
    this.runs.change(id, account.id, run, 'starting');
    run.done = this.supervisor.supervise(channel, account.id, run);
  }

  private async end(channelId: string, accountId: string): Promise<void> {
    const run = this.runs.get(channelId, accountId);
    if (!run || run.state === 'stopped') return;
    if (run.state !== 'failed' && run.state !== 'logged_out') this.runs.change(channelId, accountId, run, 'stopping');
    run.control.abort();
    if (!(await settlesWithin(run.done, STOP_TIMEOUT_MS)))
      this.runs
        .logOf(channelId)
        .warn({ account: accountId }, `has not stopped within ${STOP_TIMEOUT_MS} ms; left behind`);
    run.lastStopAt = Date.now();
    run.settings = '';
    this.runs.change(channelId, accountId, run, 'stopped');
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
}
