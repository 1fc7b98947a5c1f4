import { ModelFactsService } from '../agent/providers/facts/model-facts.service';
import { askList } from '../agent/providers/facts/ask-server';
import type { ModelInfo } from '../agent/providers/model-info';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import { type ModelVerdict, tryModel } from '../agent/providers/try-model';
import type { ProbeResult } from '../channels/channel-adapter';
import { SilentLoggerFactory } from '../common/logger';
import { Redactor } from '../common/redactor';
import type { ConfigEdit } from '../config/apply-edits';
import { ConfigService } from '../config/config.service';
import type { Environment } from '../config/environment';
import type { OnboardedChannel } from './onboarding-plan';

const MODEL_TIMEOUT_MS = 30_000;
const DEFAULT_ACCOUNT = 'default';

/** Tries models and tokens as the gateway would with a configuration that is not written yet. */
export class Trials {
  private readonly redactor = new Redactor();

  constructor(private readonly env: Environment) {}

  /** @throws ModelError where nobody knows the provider */
  async model(edits: readonly ConfigEdit[], reference: string): Promise<ModelVerdict> {
    return tryModel(this.info(edits, reference), MODEL_TIMEOUT_MS, this.redactor);
  }

  /** Ids of the models that a provider lists; none where it gives no list. */
  async listed(edits: readonly ConfigEdit[], reference: string): Promise<string[]> {
    return askList(this.info(edits, reference)).then(Object.keys, () => []);
  }

  /** Whether something to authenticate with is there: configured, or in the environment. */
  hasKey(edits: readonly ConfigEdit[], reference: string): boolean {
    return this.info(edits, reference).apiKey !== undefined;
  }

  /** Asks a platform whose tokens these are, at the address of the configuration. */
  async channel(
    edits: readonly ConfigEdit[],
    channel: OnboardedChannel,
    credentials: Readonly<Record<string, string>>,
    account = DEFAULT_ACCOUNT,
  ): Promise<ProbeResult> {
    const { config } = this.drafted(edits);
    for (const value of Object.values(credentials)) this.redactor.addSecret(value);
    const named = <T extends { id: string }>(accounts: readonly T[]): T | undefined =>
      accounts.find(({ id }) => id === account);
    switch (channel) {
      case 'telegram': {
        const { telegramAccounts, triedAccount } = await import('../channels/telegram/telegram-accounts');
        const { clientOf } = await import('../channels/telegram/telegram-bots');
        const { whoIs } = await import('../channels/telegram/telegram-who');
        const known = telegramAccounts(config, this.env);
        return whoIs(() => clientOf(triedAccount(known, account, credentials['botToken'] ?? '')), this.redactor);
      }
      case 'discord': {
        const { discordAccounts } = await import('../channels/discord/discord-accounts');
        const { newRest } = await import('../channels/discord/discord-rest');
        const { ME, whoIs } = await import('../channels/discord/discord-who');
        const settings = named(discordAccounts(config, this.env))?.settings ?? {};
        return whoIs(async () => ME(await newRest({ settings, token: credentials['token'] ?? '' })), this.redactor);
      }
      case 'slack': {
        const { slackAccounts } = await import('../channels/slack/slack-accounts');
        const { askAll, whoIs } = await import('../channels/slack/slack-who');
        const settings = named(slackAccounts(config, this.env))?.settings ?? {};
        return whoIs(() => askAll(settings, credentials['botToken'] ?? '', credentials['appToken']), this.redactor);
      }
    }
  }

  private info(edits: readonly ConfigEdit[], reference: string): ModelInfo {
    const config = this.drafted(edits);
    const loggers = new SilentLoggerFactory();
    return new ModelRegistry(config, this.redactor, new ModelFactsService(config, loggers), loggers).lookup(reference);
  }

  private drafted(edits: readonly ConfigEdit[]): ConfigService {
    const config = new ConfigService(this.env, this.redactor);
    config.override(edits);
    return config;
  }
}

/** What a platform calls the bot. */
export function botOf({ bot }: ProbeResult): string | undefined {
  const { username, name } = (bot ?? {}) as { username?: string; name?: string };
  return username ?? name;
}
