import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { nearestName } from '../common/nearest-name';
import { printJson, printLine } from '../common/cli/output';
import { ConfigWriter } from '../config/config-writer';
import { Environment } from '../config/environment';
import { expandPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { ensureFirstConfig } from '../config/first-config';
import { applyPlan } from './apply-plan';
import { EMPTY_PLAN, wizardEdits } from './onboarding-plan';
import { lineOfInput } from './unattended';
import { SECTIONS, type Section, Wizard } from './wizard';

/** Names of sections that are also known. */
const ALSO: Readonly<Record<string, Section>> = { daemon: 'service' };

@Command({
  name: 'configure',
  arguments: '[section]',
  description: `change one part of the set-up: ${SECTIONS.join(', ')}`,
})
export class ConfigureCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([word]: string[], options: JsonOptions): Promise<void> {
    const section = word === undefined ? undefined : sectionOf(word);
    if (!process.stdin.isTTY || !process.stdout.isTTY || options.json)
      throw new UsageError(
        'configure asks on a terminal; scripts use: openclaw config set, openclaw onboard --non-interactive',
      );
    await Wizard.run(this.env, 'configure', section === undefined ? [] : [section]);
  }
}

function sectionOf(word: string): Section {
  const section = SECTIONS.find((name) => name === word) ?? ALSO[word];
  if (section !== undefined) return section;
  const near = nearestName(word, SECTIONS);
  throw new UsageError(
    `there is no section "${word}"; ${near ? `did you mean "${near}"? ` : ''}known: ${SECTIONS.join(', ')}`,
  );
}

interface SetupOptions extends JsonOptions {
  workspace?: string;
  wizard?: boolean;
  mode?: 'local' | 'remote';
  remoteUrl?: string;
  remoteToken?: string;
}

@Command({ name: 'setup', description: 'make the configuration and the workspace, and nothing else' })
export class SetupCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--workspace <folder>', description: 'folder of the assistant' })
  parseWorkspace(value: string): string {
    return value;
  }

  @Option({ flags: '--wizard', description: 'ask for everything, as "onboard" does' })
  parseWizard(): boolean {
    return true;
  }

  @Option({
    flags: '--mode <mode>',
    description: 'local: the gateway runs here; remote: commands use one elsewhere',
    choices: ['local', 'remote'],
  })
  parseMode(value: string): 'local' | 'remote' {
    return value as 'local' | 'remote';
  }

  @Option({ flags: '--remote-url <url>', description: 'gateway elsewhere, such as wss://home.example:18789' })
  parseRemoteUrl(value: string): string {
    return value;
  }

  @Option({
    flags: '--remote-token <token>',
    description: 'its token, kept in the secret store; "-" reads it from standard input',
  })
  parseRemoteToken(value: string): string {
    return value === '-' ? lineOfInput() : value;
  }

  async run(_: string[], options: SetupOptions): Promise<void> {
    if (options.wizard) {
      if (!process.stdin.isTTY || !process.stdout.isTTY || options.json)
        throw new UsageError('--wizard asks on a terminal; scripts use: openclaw onboard --non-interactive');
      return Wizard.run(this.env, 'setup', SECTIONS);
    }
    const outcome = options.mode === 'remote' ? await this.remote(options) : await this.local(options);
    if (options.json) printJson({ ok: true, ...outcome });
    else for (const [name, value] of Object.entries(outcome)) printLine(`${name}: ${value}`);
  }

  private async local({ workspace, remoteUrl, remoteToken }: SetupOptions): Promise<Record<string, string>> {
    if (remoteUrl !== undefined || remoteToken !== undefined)
      throw new UsageError('--remote-url and --remote-token need --mode remote');
    const plan = {
      ...EMPTY_PLAN,
      ...(workspace === undefined ? {} : { workspace: expandPath(workspace, this.env.home) }),
    };
    return { ...(await applyPlan(this.env, plan, 'setup')) };
  }

  private async remote({ remoteUrl, remoteToken, workspace }: SetupOptions): Promise<Record<string, string>> {
    if (remoteUrl === undefined) throw new UsageError('--mode remote needs --remote-url <url>');
    if (workspace !== undefined)
      throw new UsageError('--workspace is for --mode local: a gateway elsewhere has its own');
    const configPath = resolveConfigPath(this.env, resolveStateDir(this.env));
    await ensureFirstConfig(this.env, configPath, {});
    const edits = [
      { path: ['gateway', 'mode'], value: 'remote' },
      { path: ['gateway', 'remote', 'url'], value: remoteUrl },
      ...(remoteToken === undefined ? [] : [{ path: ['gateway', 'remote', 'token'], value: remoteToken }]),
      ...wizardEdits('setup').filter(({ path }) => path.at(-1) !== 'lastRunMode'),
      { path: ['wizard', 'lastRunMode'], value: 'remote' },
    ];
    await new ConfigWriter(configPath, this.env).edit(edits, { by: 'openclaw setup' });
    return { configPath, gateway: remoteUrl };
  }
}
