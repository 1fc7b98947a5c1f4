import { readFileSync } from 'node:fs';
import { MODEL_CATALOG } from '../agent/providers/model-catalog';
import { findLocalServers } from '../agent/providers/local-servers';
import { UsageError } from '../common/cli/cli-error';
import { OpenclawError } from '../common/openclaw-error';
import type { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import type { OpenclawConfig } from '../config/openclaw.config';
import { gatewayPort, uiPort } from '../config/ports';
import { expandPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import {
  type Bind,
  CHANNEL_TOKENS,
  type ChannelWish,
  EMPTY_PLAN,
  type ModelWish,
  ONBOARDED_CHANNELS,
  type OnboardedChannel,
  type OnboardingPlan,
  editsOf,
  primaryOf,
  referenceOf,
} from './onboarding-plan';
import { Trials, botOf } from './trials';

/** What the flags of `onboard` say. */
export interface UnattendedWishes {
  authChoice?: string;
  model?: string;
  baseUrl?: string;
  /** Keys by provider; "-" stands for a line of standard input. */
  keys: Readonly<Record<string, string>>;
  replaceModel?: boolean;
  workspace?: string;
  gatewayPort?: number;
  gatewayBind?: Bind;
  channels: readonly OnboardedChannel[];
  installDaemon?: boolean;
  skipChannels?: boolean;
  skipHealth?: boolean;
}

const CUSTOM = 'custom';
const SKIP = 'skip';
const LOCAL = 'local';
/** What `--auth-choice` takes. */
export const AUTH_CHOICES: readonly string[] = [...MODEL_CATALOG.map(({ id }) => id), LOCAL, CUSTOM, SKIP];

/** Makes a plan of flags and environment, and tries what it names; asks nobody. */
export class Unattended {
  private readonly config: OpenclawConfig;
  private readonly trials: Trials;
  private readonly notes: string[] = [];

  constructor(
    private readonly env: Environment,
    private readonly wishes: UnattendedWishes,
  ) {
    const stateDir = resolveStateDir(env);
    env.loadOwnDotenv(stateDir);
    this.config = loadConfig(resolveConfigPath(env, stateDir), env).config;
    this.trials = new Trials(env);
  }

  /** @throws OpenclawError MODEL_UNUSABLE, CHANNEL_REFUSED; UsageError where something is missing */
  async plan(): Promise<{ plan: OnboardingPlan; notes: readonly string[] }> {
    const { workspace, gatewayPort: port, gatewayBind: bind, installDaemon, authChoice } = this.wishes;
    const model = await this.model();
    const plan: OnboardingPlan = {
      ...EMPTY_PLAN,
      ...(model ? { model } : {}),
      ...(authChoice === SKIP ? { withoutModel: true } : {}),
      ...(workspace === undefined ? {} : { workspace: expandPath(workspace, this.env.home) }),
      ...(port === undefined ? {} : { port }),
      ...(bind === undefined ? {} : { bind }),
      channels: await this.channels(),
      service: installDaemon === true,
    };
    return { plan, notes: this.notes };
  }

  private async model(): Promise<ModelWish | undefined> {
    const choice = this.wishes.authChoice ?? this.obvious();
    if (choice === SKIP) return undefined;
    const current = primaryOf(this.config);
    if (choice === undefined) {
      if (current === undefined)
        throw new UsageError(
          `--auth-choice is missing: one of ${AUTH_CHOICES.join(', ')}; skip sets up without a language model`,
        );
      await this.try([], current);
      return undefined;
    }
    const bare = await this.wished(choice);
    const isPrimary = current === undefined || current === referenceOf(bare) || this.wishes.replaceModel === true;
    const wish = { ...bare, isPrimary };
    if (!isPrimary) this.notes.push(`the model stays ${current}; --replace-model makes it ${referenceOf(wish)}`);
    await this.try(editsOf({ ...EMPTY_PLAN, model: wish }, this.config), referenceOf(wish));
    return wish;
  }

  /** A key that was given says whose model is meant. */
  private obvious(): string | undefined {
    const [given, ...more] = Object.keys(this.wishes.keys);
    return more.length === 0 ? given : undefined;
  }

  private async wished(choice: string): Promise<Omit<ModelWish, 'isPrimary'>> {
    const { model, baseUrl } = this.wishes;
    const apiKey = this.key(choice);
    const kept = apiKey === undefined ? {} : { apiKey };
    const at = baseUrl === undefined ? {} : { baseUrl };
    const catalog = MODEL_CATALOG.find(({ id }) => id === choice);
    if (catalog) return { provider: choice, model: model ?? catalog.defaultModel, ...at, ...kept };
    if (choice === LOCAL) {
      const [server] = await findLocalServers([gatewayPort(this.config, this.env), uiPort(this.env)]);
      if (!server)
        throw new OpenclawError('MODEL_UNUSABLE', 'no Ollama, LM Studio or llama.cpp answers on this machine');
      return { provider: server.id, model: model ?? server.models[0] ?? '' };
    }
    if (choice !== CUSTOM)
      throw new UsageError(`--auth-choice must be one of ${AUTH_CHOICES.join(', ')}, got "${choice}"`);
    if (baseUrl === undefined || model === undefined)
      throw new UsageError('--auth-choice custom needs --base-url <address> and --model <id>');
    return { provider: CUSTOM, model, ...at, api: 'openai-completions', ...kept };
  }

  private key(provider: string): string | undefined {
    const given = this.wishes.keys[provider];
    return given === '-' ? lineOfInput() : given;
  }

  private async try(edits: ReturnType<typeof editsOf>, reference: string): Promise<void> {
    if (this.wishes.skipHealth) return;
    const { ok, error } = await this.trials.model(edits, reference);
    if (!ok)
      throw new OpenclawError(
        'MODEL_UNUSABLE',
        `${reference} does not answer: ${error?.message ?? 'it gave no reason'}; nothing was written. Give a key that works, or --auth-choice skip, or --skip-health to write it untried`,
      );
  }

  private async channels(): Promise<ChannelWish[]> {
    if (this.wishes.skipChannels) return [];
    const wishes = ONBOARDED_CHANNELS.flatMap((channel) => this.channel(channel) ?? []);
    return Promise.all(wishes.map((wish) => this.tried(wish)));
  }

  /** A platform whose tokens are in the environment, or that was asked for. */
  private channel(channel: OnboardedChannel): ChannelWish | undefined {
    if (!this.wishes.channels.includes(channel)) return undefined;
    const credentials = Object.fromEntries(
      CHANNEL_TOKENS[channel].map(({ name, variable }) => {
        const value = this.env.get(variable);
        if (value === undefined) throw new UsageError(`--channel ${channel} needs ${variable} in the environment`);
        return [name, value];
      }),
    );
    return { channel, credentials };
  }

  private async tried(wish: ChannelWish): Promise<ChannelWish> {
    if (this.wishes.skipHealth) return wish;
    const edits = editsOf({ ...EMPTY_PLAN, channels: [wish] }, this.config);
    const probe = await this.trials.channel(edits, wish.channel, wish.credentials);
    if (!probe.ok)
      throw new OpenclawError(
        'CHANNEL_REFUSED',
        `${wish.channel} refuses ${CHANNEL_TOKENS[wish.channel].map(({ variable }) => variable).join(' or ')}: ${probe.error ?? 'it gave no reason'}; nothing was written`,
      );
    const bot = botOf(probe);
    return { ...wish, ...(bot === undefined ? {} : { bot }) };
  }
}

/** A secret from standard input, which no list of processes shows. */
export function lineOfInput(): string {
  const [line = ''] = readFileSync(0, 'utf8').split(/\r?\n/);
  if (line === '') throw new UsageError('"-" means standard input, and there is nothing');
  return line;
}
