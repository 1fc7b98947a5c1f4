import { t } from '@lingui/core/macro';

/** Chat platforms that can be connected with what one can type. */
export const PLATFORMS = {
  telegram: 'Telegram',
  discord: 'Discord',
  slack: 'Slack',
} as const;
export type Platform = keyof typeof PLATFORMS;

export const isPlatform = (channel: string): channel is Platform => Object.hasOwn(PLATFORMS, channel);

/** Typed secrets by their names in the configuration. */
export type Credentials = Readonly<Record<string, string>>;

/** What is asked for at a platform: names of the configuration with what people call them. */
export const CREDENTIALS: Readonly<Record<Platform, readonly { name: string; label: string; hint: string }[]>> = {
  telegram: [
    {
      name: 'botToken',
      get label() {
        return t`Bot token`;
      },
      get hint() {
        return t`Write /newbot to @BotFather on Telegram; it answers with one.`;
      },
    },
  ],
  discord: [
    {
      name: 'token',
      get label() {
        return t`Bot token`;
      },
      get hint() {
        return t`Developer Portal of Discord: your application, Bot, Reset token.`;
      },
    },
  ],
  slack: [
    {
      name: 'botToken',
      get label() {
        return t`Bot token`;
      },
      get hint() {
        return t`Begins with xoxb-: OAuth & Permissions of your app at api.slack.com.`;
      },
    },
    {
      name: 'appToken',
      get label() {
        return t`App token`;
      },
      get hint() {
        return t`Begins with xapp-: Basic Information, App-Level Tokens, connections:write.`;
      },
    },
  ],
};

/** Whether everything that a platform needs was typed. */
export const isWhole = (platform: Platform, credentials: Credentials): boolean =>
  CREDENTIALS[platform].every(({ name }) => (credentials[name] ?? '') !== '');

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What connects a platform: values for the secret store, and what the configuration gets, which only refers to them. */
export function connecting(
  platform: Platform,
  credentials: Credentials,
): { secrets: Record<string, string>; patch: Record<string, unknown> } {
  const secrets: Record<string, string> = {};
  const tokens: Record<string, string> = {};
  for (const { name } of CREDENTIALS[platform]) {
    const value = credentials[name];
    if (value === undefined || value === '') continue;
    const secretName = `${platform}-${kebab(name)}`;
    secrets[secretName] = value;
    tokens[name] = `\${secret:${secretName}}`;
  }
  return {
    secrets,
    patch: Object.keys(tokens).length > 0 ? { channels: { [platform]: { enabled: true, ...tokens } } } : {},
  };
}
