import type { FakeDiscord } from '../fakes/discord-server';
import type { FakeSlack } from '../fakes/slack-server';
import type { FakeTelegram } from '../fakes/telegram-server';

type Settings = Record<string, unknown>;

/** `channels.telegram` for a bot of the fake that only these people may write to. */
export const telegramConfig = (
  { token, apiRoot }: FakeTelegram,
  allowFrom: readonly (string | number)[],
  more: Settings = {},
): Settings => ({ botToken: token, apiRoot, dmPolicy: 'allowlist', allowFrom, ...more });

/** The same of `channels.discord`. */
export const discordConfig = (
  { token, apiRoot }: FakeDiscord,
  allowFrom: readonly (string | number)[],
  more: Settings = {},
): Settings => ({ token, apiRoot, dm: { policy: 'allowlist', allowFrom }, ...more });

/** The same of `channels.slack`. */
export const slackConfig = (
  { botToken, appToken, apiRoot }: FakeSlack,
  allowFrom: readonly (string | number)[],
  more: Settings = {},
): Settings => ({ botToken, appToken, apiRoot, dm: { policy: 'allowlist', allowFrom }, ...more });
