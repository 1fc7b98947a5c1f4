import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { textOf } from '../../common/content-parts';
import { SkillCatalog } from '../../skills/catalog/skill-catalog.service';
import type { JudgedSkill } from '../../skills/catalog/skill-library';
import { ToolExecutor } from '../../tools/tool-executor.service';
import {
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  ProvidesChatCommands,
  answer,
} from '../commands/chat-command';
import { isGuestGiver } from '../commands/command-giver';
import { CommandContexts } from '../commands/command-contexts.service';

const MAX_NAME = 32;
const MAX_SUMMARY = 100;

/** `/skill <name>`, and a command of its own for each skill that may have one. */
@Injectable()
@ProvidesChatCommands()
export class SkillCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'skill',
      usage: '<name> [what to do]',
      summary: 'do something with a skill',
      category: 'tools',
      right: 'sender',
      run: (call) => this.byName(call),
    },
  ];
  private made: { version: number; byAgent: Map<string, ChatCommand[]> } = { version: -1, byAgent: new Map() };

  constructor(
    private readonly catalog: SkillCatalog,
    private readonly contexts: CommandContexts,
    private readonly executor: ToolExecutor,
  ) {}

  furtherCommands(agentId: string): readonly ChatCommand[] {
    if (this.made.version !== this.catalog.version) this.made = { version: this.catalog.version, byAgent: new Map() };
    let commands = this.made.byAgent.get(agentId);
    if (!commands) {
      commands = this.make(agentId);
      this.made.byAgent.set(agentId, commands);
    }
    return commands;
  }

  private make(agentId: string): ChatCommand[] {
    const names = new Set<string>();
    return this.invocable(agentId).map((skill) => {
      const name = freeName(commandName(skill.manifest.name), names);
      names.add(name);
      return {
        name,
        usage: '[what to do]',
        summary: cutText(skill.manifest.description, MAX_SUMMARY),
        category: 'skills',
        source: 'skill',
        // Only those are here that can be used.
        skill: {
          name: skill.manifest.name,
          isModelVisible: skill.refused === undefined && skill.manifest.modelInvocable,
        },
        right: 'sender',
        run: (call) => this.run(skill.manifest.name, call.args, call),
      };
    });
  }

  private byName(call: CommandCall): CommandEffect | Promise<CommandEffect> {
    if (isGuestGiver(call.giver)) return answer('Skills are for owners of this gateway.');
    const [wanted = '', ...rest] = call.args.split(/\s+/);
    const known = this.invocable(call.agentId).map(({ manifest }) => manifest.name);
    if (wanted === '')
      return answer(
        known.length === 0 ? 'No skill can be used here.' : `Which one? /skill <name>: ${known.join(', ')}`,
      );
    const name = known.find((each) => commandName(each) === commandName(wanted));
    if (name === undefined)
      return answer(`There is no skill "${wanted}" to use here. There are: ${known.join(', ') || 'none'}.`);
    return this.run(name, rest.join(' '), call);
  }

  private async run(name: string, input: string, call: CommandCall): Promise<CommandEffect> {
    const context = this.contexts.of(call, name);
    const skill = this.catalog.find(context.subject, name);
    if (!skill) return answer(`The skill "${name}" cannot be used here.`);
    const { dispatchTool } = skill.manifest;
    if (dispatchTool === undefined)
      return {
        kind: 'continue',
        text: `Use the skill "${name}" (read ${skill.filePath} first) for this request.${input === '' ? '' : `\n\n${input}`}`,
      };
    const result = await this.executor.execute(dispatchTool, { command: input }, context);
    return answer(textOf(result.content) || 'Done.');
  }

  private invocable(agentId: string): JudgedSkill[] {
    return this.catalog.judgedOf(agentId).filter(({ verdict, manifest }) => verdict.eligible && manifest.userInvocable);
  }
}

/** Lower-case letters, digits and `_`, as all platforms allow them in menus. */
const commandName = (name: string): string =>
  cutText(
    name
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '_')
      .replace(/^_+|_+$/g, ''),
    MAX_NAME,
    { mark: '' },
  ) || 'skill';

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const ending = `_${number}`;
    const next = name.slice(0, MAX_NAME - ending.length) + ending;
    if (!taken.has(next)) return next;
  }
}
