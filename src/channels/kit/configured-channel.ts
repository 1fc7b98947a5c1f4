import { ConfigService } from '../../config/config.service';
import { type ChannelAccount, ChannelFatalError } from '../channel-adapter';

/** What an account's entry in the configuration is read into. */
export interface ConfiguredAccount {
  id: string;
  enabled: boolean;
  /** Where its own keys are in the configuration. */
  at: string;
  /** Why it can't be started. */
  notConfigured?: string;
  settings: { name?: string };
}

/** The accounts of a channel, as the configuration has them at each call. */
export abstract class ConfiguredChannel<A extends ConfiguredAccount> {
  /** @param channel id and label, for errors */
  protected constructor(
    protected readonly config: ConfigService,
    private readonly channel: { id: string; label: string },
  ) {}

  protected abstract configured(): A[];

  /** What of an account is shown, whom it lets write, and on what its work depends. */
  protected abstract describe(account: A): Pick<ChannelAccount, 'facts' | 'settings' | 'allowFrom'>;

  accounts(): ChannelAccount[] {
    return this.configured().map((account) => {
      const { id, enabled, at, notConfigured, settings } = account;
      return {
        id,
        enabled,
        at,
        ...(settings.name ? { name: settings.name } : {}),
        ...(notConfigured === undefined ? {} : { notConfigured }),
        ...this.describe(account),
      };
    });
  }

  /** @throws ChannelFatalError */
  protected account(id: string): A {
    const found = this.configured().find((account) => account.id === id);
    if (found) return found;
    const { id: name, label } = this.channel;
    throw new ChannelFatalError(
      `${name.toUpperCase()}_ACCOUNT`,
      `there is no ${label} account "${id}" in channels.${name}`,
    );
  }
}
