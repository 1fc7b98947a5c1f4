import type { ModelApi } from '../agent/providers/models.config';
import { modelChoiceOf } from '../agent/model-choice.config';
import { appVersion } from '../common/app-root';
import type { ConfigEdit } from '../config/apply-edits';
import type { OpenclawConfig } from '../config/openclaw.config';

/** Which model, and what is needed to reach it. */
export interface ModelWish {
  provider: string;
  /** Id of the model at its provider. */
  model: string;
  /** Typed, to be kept; without it what is there already or an environment variable counts. */
  apiKey?: string;
  /** Address, where the provider is not known by name. */
  baseUrl?: string;
  api?: ModelApi;
  /** Whether the configured model gives way to it. */
  isPrimary: boolean;
}

/** Platforms whose tokens can be tried, with what each needs. */
export const CHANNEL_TOKENS = {
  telegram: [
    { name: 'botToken', label: 'Bot token', variable: 'TELEGRAM_BOT_TOKEN', hint: 'write /newbot to @BotFather' },
  ],
  discord: [
    { name: 'token', label: 'Bot token', variable: 'DISCORD_BOT_TOKEN', hint: 'Developer Portal, Bot, Reset Token' },
  ],
  slack: [
    { name: 'botToken', label: 'Bot token', variable: 'SLACK_BOT_TOKEN', hint: 'xoxb-…, OAuth & Permissions' },
    { name: 'appToken', label: 'App token', variable: 'SLACK_APP_TOKEN', hint: 'xapp-…, App-Level Tokens' },
  ],
} as const;
export type OnboardedChannel = keyof typeof CHANNEL_TOKENS;
export const ONBOARDED_CHANNELS = Object.keys(CHANNEL_TOKENS) as OnboardedChannel[];

export interface ChannelWish {
  channel: OnboardedChannel;
  /** Tokens by their names in the configuration. */
  credentials: Readonly<Record<string, string>>;
  /** Name of the bot at its platform, once its tokens have worked. */
  bot?: string;
}

export const BINDS = ['loopback', 'lan', 'tailnet', 'auto'] as const;
export type Bind = (typeof BINDS)[number];

/** What was chosen. What is undefined stays as it is. */
export interface OnboardingPlan {
  model?: ModelWish;
  /** The person has said that no language model is wanted for now. */
  withoutModel?: boolean;
  workspace?: string;
  port?: number;
  bind?: Bind;
  channels: readonly ChannelWish[];
  service: boolean;
}

export const EMPTY_PLAN: OnboardingPlan = { channels: [], service: false };

export const referenceOf = ({ provider, model }: Pick<ModelWish, 'provider' | 'model'>): string =>
  `${provider}/${model}`;

/** The model that the configuration names for everybody. */
export const primaryOf = (config: OpenclawConfig): string | undefined =>
  modelChoiceOf(config.agents?.defaults?.model).primary;

/** Edits that make a plan true; secrets are in them in plain text, for the writer to move into the store. */
export function editsOf(plan: OnboardingPlan, config: OpenclawConfig): ConfigEdit[] {
  const edits: ConfigEdit[] = plan.model ? modelEdits(plan.model, config) : [];
  const set = (path: ConfigEdit['path'], value: unknown): void => void edits.push({ path, value });
  if (plan.workspace !== undefined) set(['agents', 'defaults', 'workspace'], plan.workspace);
  if (plan.port !== undefined) set(['gateway', 'port'], plan.port);
  if (plan.bind !== undefined) set(['gateway', 'bind'], plan.bind);
  for (const { channel, credentials } of plan.channels) {
    set(['channels', channel, 'enabled'], true);
    for (const [name, value] of Object.entries(credentials)) set(['channels', channel, name], value);
  }
  return edits;
}

function modelEdits(wish: ModelWish, config: OpenclawConfig): ConfigEdit[] {
  const { provider, model, apiKey, baseUrl, api } = wish;
  const edits: ConfigEdit[] = [];
  const at = (name: string): ConfigEdit['path'] => ['models', 'providers', provider, name];
  if (baseUrl !== undefined) edits.push({ path: at('baseUrl'), value: baseUrl });
  if (api !== undefined) edits.push({ path: at('api'), value: api });
  if (apiKey !== undefined) edits.push({ path: at('apiKey'), value: apiKey });
  const named = config.models?.providers?.[provider]?.models;
  if (baseUrl !== undefined && named === undefined) edits.push({ path: at('models'), value: [{ id: model }] });
  if (!wish.isPrimary) return edits;
  const before = config.agents?.defaults?.model;
  const path = ['agents', 'defaults', 'model', ...(typeof before === 'string' ? [] : ['primary'])];
  return [...edits, { path, value: referenceOf(wish) }];
}

/** What the configuration remembers of who set it up. */
export const wizardEdits = (command: string): ConfigEdit[] => [
  { path: ['wizard', 'lastRunAt'], value: new Date().toISOString() },
  { path: ['wizard', 'lastRunVersion'], value: appVersion() },
  { path: ['wizard', 'lastRunCommand'], value: command },
  { path: ['wizard', 'lastRunMode'], value: 'local' },
];

const masked = (secret: string): string => `…${[...secret].slice(-4).join('')}`;

/** A plan in words, one line a change; of secrets the last four characters. */
export function planLines(plan: OnboardingPlan): string[] {
  const { model, workspace, port, bind, channels, service, withoutModel } = plan;
  const lines: string[] = [];
  if (model) {
    const key = model.apiKey === undefined ? '' : `, key ${masked(model.apiKey)} into the secret store`;
    const where = model.baseUrl === undefined ? '' : ` at ${model.baseUrl}`;
    lines.push(`Model: ${referenceOf(model)}${where}${key}${model.isPrimary ? '' : ' (not the main model)'}`);
  } else if (withoutModel) lines.push('Model: none; the offline assistant answers');
  if (workspace !== undefined) lines.push(`Workspace: ${workspace}`);
  if (port !== undefined) lines.push(`Gateway port: ${port}`);
  if (bind !== undefined) lines.push(`Gateway listens on: ${bind}`);
  for (const { channel, bot, credentials } of channels)
    lines.push(
      `Channel: ${channel}${bot === undefined ? '' : ` as ${bot}`}, token ${Object.values(credentials).map(masked).join(', ')} into the secret store`,
    );
  if (service) lines.push('Service: the gateway starts with this machine');
  return lines;
}
