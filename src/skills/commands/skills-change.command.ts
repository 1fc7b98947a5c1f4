import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printLines, printNote } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { installPreferences } from '../catalog/skill-status';
import { describeInstall, usableSpecs } from '../install/install-command';
import { installRequirement } from '../install/requirement-installer';
import { type ReviewOptions, SkillsCommandContext, confirm } from './skills-command-context';

interface ChangeOptions extends JsonOptions, ReviewOptions {
  skill?: string;
  requirements?: string;
  option?: string;
  timeout?: number;
}

const DEFAULT_SECONDS = 600;

abstract class ChangeCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({ flags: '-y, --yes', description: 'agree without a question' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--accept-risk', description: 'install although the scan found dangers' })
  parseRisk(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'install',
  arguments: '[source]',
  description: 'install a skill from a folder, git address, archive or npm package, or what a skill requires',
})
export class SkillsInstallCommand extends ChangeCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--skill <name>', description: 'only this one of several' })
  parseSkill(value: string): string {
    return value;
  }

  @Option({ flags: '--requirements <name>', description: 'install a program that this skill requires instead' })
  parseRequirements(value: string): string {
    return value;
  }

  @Option({ flags: '--option <id>', description: 'which way to install it; the best one otherwise' })
  parseOption(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout <s>', description: `seconds for installing a program, ${DEFAULT_SECONDS} by default` })
  parseTimeout(value: string): number {
    return parseWholeNumber('--timeout', value, 1, 3600);
  }

  async run([source]: string[], options: ChangeOptions): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    if (options.requirements !== undefined) return this.requirement(context, options.requirements, options);
    if (source === undefined)
      throw new UsageError(
        'what shall be installed? openclaw skills install <folder | git address | archive | npm package>',
      );
    const installed = await context
      .installer()
      .install(source, (staged) => context.review(staged, options), options.skill);
    if (options.json)
      printJson({
        installed: installed.map(({ manifest, hash, report, source: from }) => ({
          name: manifest.name,
          source: from,
          hash,
          verdict: report.verdict,
          findings: report.findings,
        })),
      });
    else for (const { manifest } of installed) printLine(`installed ${manifest.name}`);
    if (installed.length === 0) {
      if (!options.json) printNote('nothing was installed');
      process.exitCode = ExitCode.failed;
    }
  }

  private async requirement(context: SkillsCommandContext, name: string, options: ChangeOptions): Promise<void> {
    const agent = context.agent(undefined);
    await context.localReport(agent);
    const skill = context.library.shelfOf(agent).skills.find(({ manifest }) => manifest.name === name);
    if (!skill) throw new OpenclawError('SKILL_NOT_FOUND', `there is no skill "${name}"`);
    const { manifest } = skill;
    const { config, stateDir } = context.config;
    const preferences = installPreferences(config, context.library.programs);
    const usable = usableSpecs(manifest.install, preferences);
    const spec = options.option === undefined ? usable[0] : usable.find(({ id }) => id === options.option);
    if (!spec)
      throw new OpenclawError(
        'SKILL_INSTALL_IMPOSSIBLE',
        `${name} has no install option ${options.option ? `"${options.option}"` : 'for this system'}; it has ${usable.map(({ id }) => id).join(', ') || 'none'}`,
      );
    const command = describeInstall(spec, manifest, stateDir, preferences);
    printNote(spec.label);
    printNote(`  ${command}`);
    if (options.yes !== true && !(await confirm('Run this?'))) {
      printNote('nothing was installed');
      process.exitCode = ExitCode.failed;
      return;
    }
    const outcome = await installRequirement({
      spec,
      manifest,
      stateDir,
      preferences,
      env: this.env.all(),
      timeoutMs: (options.timeout ?? DEFAULT_SECONDS) * 1000,
      download: (url, maxBytes) => context.download(url, maxBytes),
    });
    if (options.json) printJson({ ...outcome, command });
    else {
      for (const line of outcome.stdout?.trimEnd().split('\n') ?? []) printNote(line);
      printLines(outcome.message);
    }
    if (!outcome.ok) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({
  name: 'update',
  arguments: '[names...]',
  description: 'fetch installed skills again where they came from',
})
export class SkillsUpdateCommand extends ChangeCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(names: string[], options: ChangeOptions): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    const results = await context.installer().update(names, (staged) => context.review(staged, options));
    if (options.json) printJson({ results });
    else if (results.length === 0) printLine('no skills are installed');
    else for (const { name, state, reason } of results) printLine(`${name}: ${state}${reason ? ` (${reason})` : ''}`);
    if (results.some(({ state }) => state === 'failed')) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({ name: 'remove', arguments: '<name>', description: 'remove an installed skill' })
export class SkillsRemoveCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([name = '']: string[], options: JsonOptions): Promise<void> {
    await new SkillsCommandContext(this.env).installer().remove(name);
    if (options.json) printJson({ removed: name });
    else printLine(`removed ${name}`);
  }
}

abstract class SwitchCommandBase extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async switch(name: string, enabled: boolean, options: JsonOptions): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    const agent = context.agent(undefined);
    await context.localReport(agent);
    const skill = context.library.shelfOf(agent).skills.find(({ manifest }) => manifest.name === name);
    if (!skill) throw new OpenclawError('SKILL_NOT_FOUND', `there is no skill "${name}"`);
    const { skillKey } = skill.manifest;
    await context.config.edit([{ path: ['skills', 'entries', skillKey, 'enabled'], value: enabled }]);
    if (options.json) printJson({ skillKey, enabled });
    else printLine(`${name} is ${enabled ? 'on' : 'off'}`);
  }
}

@SubCommand({ name: 'enable', arguments: '<name>', description: 'switch a skill on' })
export class SkillsEnableCommand extends SwitchCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run([name = '']: string[], options: JsonOptions): Promise<void> {
    return this.switch(name, true, options);
  }
}

@SubCommand({ name: 'disable', arguments: '<name>', description: 'switch a skill off' })
export class SkillsDisableCommand extends SwitchCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run([name = '']: string[], options: JsonOptions): Promise<void> {
    return this.switch(name, false, options);
  }
}

export const SKILL_CHANGE_COMMANDS = [
  SkillsInstallCommand,
  SkillsUpdateCommand,
  SkillsRemoveCommand,
  SkillsEnableCommand,
  SkillsDisableCommand,
];
