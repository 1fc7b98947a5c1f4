import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printNote } from '../common/cli/output';
import { Environment } from '../config/environment';
import { installService } from '../operations/service/install-service';
import { applyPlan } from './apply-plan';
import { BINDS, type Bind, ONBOARDED_CHANNELS, type OnboardedChannel, planLines } from './onboarding-plan';
import { AUTH_CHOICES, Unattended, type UnattendedWishes } from './unattended';
import { SECTIONS, Wizard } from './wizard';

const MAX_PORT = 65_535;

/** Flags for keys, as they are called in the field, with the provider that each is for. */
const KEY_FLAGS = {
  anthropic: 'anthropicApiKey',
  openai: 'openaiApiKey',
  google: 'geminiApiKey',
  openrouter: 'openrouterApiKey',
  mistral: 'mistralApiKey',
  groq: 'groqApiKey',
  xai: 'xaiApiKey',
  deepseek: 'deepseekApiKey',
  custom: 'customApiKey',
} as const;
type KeyFlag = (typeof KEY_FLAGS)[keyof typeof KEY_FLAGS];

type OnboardOptions = JsonOptions &
  Omit<UnattendedWishes, 'keys' | 'channels'> &
  Partial<Record<KeyFlag, string>> & {
    nonInteractive?: boolean;
    acceptRisk?: boolean;
    channel?: OnboardedChannel[];
  };

@Command({
  name: 'onboard',
  description: 'set everything up: model, workspace, gateway, chat platforms, service, first message',
})
export class OnboardCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--non-interactive', description: 'ask nothing; flags and environment decide' })
  parseNonInteractive(): boolean {
    return true;
  }

  @Option({
    flags: '--accept-risk',
    description: 'an assistant with tools acts with your rights; needed to ask nothing',
  })
  parseAcceptRisk(): boolean {
    return true;
  }

  @Option({ flags: '--auth-choice <provider>', description: `provider of the model: ${AUTH_CHOICES.join(', ')}` })
  parseAuthChoice(value: string): string {
    return value;
  }

  @Option({ flags: '--model <id>', description: 'model of that provider; its usual one by default' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--base-url <address>', description: 'address of the provider, for custom and for proxies' })
  parseBaseUrl(value: string): string {
    if (URL.canParse(value)) return value;
    throw new UsageError(`--base-url must be an address such as http://127.0.0.1:8000/v1, got "${value}"`);
  }

  @Option({ flags: '--replace-model', description: 'use it although another model is configured' })
  parseReplaceModel(): boolean {
    return true;
  }

  @Option({ flags: '--workspace <folder>', description: 'folder of the assistant' })
  parseWorkspace(value: string): string {
    return value;
  }

  @Option({ flags: '--gateway-port <port>', description: 'port of the gateway' })
  parseGatewayPort(value: string): number {
    return parseWholeNumber('--gateway-port', value, 1, MAX_PORT);
  }

  @Option({ flags: '--gateway-bind <where>', description: 'who may reach it', choices: [...BINDS] })
  parseGatewayBind(value: string): Bind {
    return value as Bind;
  }

  @Option({
    flags: '--channel <name>',
    description: 'chat platform with its tokens in the environment; may be given several times',
    choices: [...ONBOARDED_CHANNELS],
  })
  parseChannel(value: string, channels: OnboardedChannel[] = []): OnboardedChannel[] {
    return [...channels, value as OnboardedChannel];
  }

  @Option({ flags: '--install-daemon', description: 'start the gateway with this machine' })
  parseInstallDaemon(): boolean {
    return true;
  }

  @Option({ flags: '--skip-channels', description: 'no chat platform, whatever else is said' })
  parseSkipChannels(): boolean {
    return true;
  }

  @Option({ flags: '--skip-skills', description: 'install no skills, as it never does' })
  parseSkipSkills(): boolean {
    return true;
  }

  @Option({ flags: '--skip-ui', description: 'open no Control UI, as it never does' })
  parseSkipUi(): boolean {
    return true;
  }

  @Option({ flags: '--skip-health', description: 'write keys and tokens without trying them' })
  parseSkipHealth(): boolean {
    return true;
  }

  async run(_: string[], options: OnboardOptions): Promise<void> {
    if (options.nonInteractive) return this.unattended(options);
    if (!process.stdin.isTTY || !process.stdout.isTTY || options.json)
      throw new UsageError(
        `${options.json ? '--json asks nothing' : 'this is no terminal to ask on'}; add --non-interactive --accept-risk and --auth-choice <provider>`,
      );
    await Wizard.run(this.env, 'onboard', SECTIONS);
  }

  private async unattended(options: OnboardOptions): Promise<void> {
    if (!options.acceptRisk)
      throw new UsageError(
        '--non-interactive needs --accept-risk: an assistant with tools acts with your rights, so give it what you trust it with',
      );
    const keys = Object.fromEntries(
      Object.entries(KEY_FLAGS).flatMap(([provider, flag]) => {
        const key = options[flag];
        return key === undefined ? [] : [[provider, key]];
      }),
    );
    const { plan, notes } = await new Unattended(this.env, {
      ...options,
      keys,
      channels: options.channel ?? [],
    }).plan();
    const applied = await applyPlan(this.env, plan, 'onboard');
    const service = plan.service ? await installService(this.env, {}) : undefined;
    for (const note of [...notes, ...(service?.notes ?? [])]) printNote(note);
    const changes = planLines(plan);
    if (options.json) printJson({ ok: true, ...applied, changes, ...(service ? { service } : {}) });
    else
      for (const line of [...changes, `Written: ${applied.configPath}`, `Workspace: ${applied.workspace}`])
        printLine(line);
  }
}

// A key on a command line can be read by everybody on the machine; its usual variable, or standard input, is better.
for (const [provider, flag] of Object.entries(KEY_FLAGS)) {
  const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const method = `parse_${flag}`;
  const descriptor = { value: (value: string): string => value, writable: true, enumerable: false, configurable: true };
  Object.defineProperty(OnboardCommand.prototype, method, descriptor);
  Option({
    flags: `--${name} <key>`,
    description: `key for ${provider}, kept in the secret store; "-" reads it from standard input`,
  })(OnboardCommand.prototype, method, descriptor);
}
