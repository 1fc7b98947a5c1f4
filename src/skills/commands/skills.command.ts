import type { Type } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { cutText } from '../../common/cut-text';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { nearestName } from '../../common/nearest-name';
import { OpenclawError } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { type SkillStatus, type SkillsReport, countText, stateOf } from '../catalog/skill-status';
import { SKILL_CHANGE_COMMANDS } from './skills-change.command';
import { skillsCheckView } from './skills-check-view';
import { SkillsCommandContext } from './skills-command-context';
import { SKILL_TRUST_COMMANDS } from './skills-trust.command';
import { commandLine } from '../../common/cli/own-commands';

interface ListOptions extends GatewayOptions {
  agent?: string;
  eligible?: boolean;
}

abstract class SkillsCommandBase extends GatewayCommandBase {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({ flags: '--agent <id>', description: 'agent; the default one otherwise' })
  parseAgent(value: string): string {
    return value;
  }

  protected report(options: ListOptions): Promise<SkillsReport> {
    const context = new SkillsCommandContext(this.env);
    return context.report(context.agent(options.agent), options);
  }
}

const MAX_DESCRIPTION = 60;
const short = (text: string): string => cutText(text, MAX_DESCRIPTION);

@SubCommand({ name: 'list', description: 'skills with source and state' })
export class SkillsListCommand extends SkillsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--eligible', description: 'only those that can be used here' })
  parseEligible(): boolean {
    return true;
  }

  async run(_: string[], options: ListOptions): Promise<void> {
    const report = await this.report(options);
    const skills = options.eligible ? report.skills.filter((skill) => skill.eligible) : report.skills;
    if (options.json) return printJson({ ...report, skills });
    printTable(skills, [
      { title: 'Skill', value: (skill) => skill.name },
      { title: 'State', value: (skill) => stateOf(skill).state },
      { title: 'Source', value: (skill) => skill.source.replace('openclaw-', '') },
      { title: 'What for', value: (skill) => short(skill.description) },
    ]);
    const { eligible, broken } = report.counts;
    printLine();
    printLine(
      `Skills: ${countText(report.counts)}, ${eligible} can be used here${broken > 0 ? `, ${broken} broken` : ''}`,
    );
    for (const skill of report.broken) printLine(`broken: ${skill.filePath}:${skill.line} ${skill.reason}`);
  }
}

@SubCommand({ name: 'info', arguments: '<name>', description: 'everything about one skill' })
export class SkillsInfoCommand extends SkillsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run([name = '']: string[], options: ListOptions): Promise<void> {
    const report = await this.report(options);
    const skill = findSkill(report, name);
    if (options.json) return printJson(skill);
    const { state, detail } = stateOf(skill);
    const line = (title: string, value: string | undefined): void => {
      if (value) printLine(`${title.padEnd(10)} ${value}`);
    };
    printLine(`${skill.emoji ? `${skill.emoji} ` : ''}${skill.name}: ${skill.description}`);
    line('State', `${state}${detail ? `: ${detail}` : ''}`);
    line('Source', skill.source.replace('openclaw-', ''));
    line('File', skill.filePath);
    line('Homepage', skill.homepage);
    line('Key', skill.primaryEnv && `${skill.primaryEnv} (skills.entries.${skill.skillKey}.apiKey)`);
    const { network = [], paths = [], secrets = [] } = skill.capabilities ?? {};
    const asked = [...network, ...paths, ...secrets].join(', ');
    if (asked !== '' && skill.agreement !== 'shipped')
      line(
        'Asks for',
        skill.agreement === 'agreed'
          ? `${asked} (agreed)`
          : `${asked} (${skill.agreement === 'changed' ? 'changed since you agreed' : 'not agreed'}: ${commandLine(`skills agree ${skill.name}`)})`,
      );
    line('Hides', skill.shadows?.join(', '));
    for (const warning of skill.warnings ?? []) line('Note', warning);
    for (const option of skill.install)
      line(
        'Install',
        `${option.label}: ${commandLine(`skills install --requirements ${skill.name} --option ${option.id}`)}`,
      );
  }
}

@SubCommand({ name: 'check', description: 'what can be used here, what is missing, how to get it' })
export class SkillsCheckCommand extends SkillsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: ListOptions): Promise<void> {
    const report = await this.report(options);
    const lacking = report.skills.filter((skill) => !skill.eligible);
    if (options.json) {
      const agentId = new SkillsCommandContext(this.env).agent(options.agent);
      printJson(skillsCheckView(agentId, report));
    } else {
      const { eligible, broken } = report.counts;
      printLine(
        `Loaded: ${countText(report.counts)}   Can be used: ${eligible}   Cannot: ${lacking.length}   Broken: ${broken}`,
      );
      printLine();
      printLine(
        `Ready: ${
          report.skills
            .filter((skill) => skill.eligible)
            .map((skill) => skill.name)
            .join(', ') || 'none'
        }`,
      );
      printLine();
      printTable(lacking, [
        { title: 'Skill', value: (skill) => skill.name },
        { title: 'State', value: (skill) => stateOf(skill).state },
        { title: 'Missing', value: (skill) => stateOf(skill).detail },
        {
          title: 'Can be installed by',
          value: (skill) => skill.install.map(({ id, kind }) => `${kind} (${id})`).join(', '),
        },
      ]);
      for (const skill of report.broken) printLine(`broken: ${skill.filePath}:${skill.line} ${skill.reason}`);
    }
    if (report.broken.length > 0 || report.skills.some((skill) => skill.refused !== undefined))
      process.exitCode = ExitCode.failed;
  }
}

/** @throws OpenclawError SKILL_NOT_FOUND with the name that was probably meant */
function findSkill(report: SkillsReport, name: string): SkillStatus {
  const skill = report.skills.find((entry) => entry.name === name || entry.skillKey === name);
  if (skill) return skill;
  const broken = report.broken.find((entry) => entry.name === name);
  if (broken) throw new OpenclawError('SKILL_BROKEN', `${broken.filePath}:${broken.line} ${broken.reason}`);
  const near = nearestName(
    name,
    report.skills.map((entry) => entry.name),
  );
  throw new OpenclawError('SKILL_NOT_FOUND', `there is no skill "${name}"${near ? `; did you mean "${near}"?` : ''}`);
}

@Command({
  name: 'skills',
  description: 'instructions for certain tasks',
  subCommands: [
    SkillsListCommand,
    SkillsInfoCommand,
    SkillsCheckCommand,
    ...SKILL_CHANGE_COMMANDS,
    ...SKILL_TRUST_COMMANDS,
  ],
})
export class SkillsCommand extends CommandGroup {}

export const SKILLS_COMMANDS: readonly Type[] = [
  SkillsCommand,
  SkillsListCommand,
  SkillsInfoCommand,
  SkillsCheckCommand,
  ...SKILL_CHANGE_COMMANDS,
  ...SKILL_TRUST_COMMANDS,
];
