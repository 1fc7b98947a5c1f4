import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { Doc, NestedList, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { SkillCatalog } from '../catalog/skill-catalog.service';
import { SkillProposals } from './skill-proposals';
import { Leaves } from '../../tools/provenance/sinks';

@Leaves<ProposedFile>({ path: 'own', content: 'own' })
class ProposedFile {
  @Text({ max: 200 }) @Doc('Path inside the skill, e.g. SKILL.md or scripts/run.sh.') path!: string;
  @Text({ max: 64_000 }) @Doc('Its whole text.') content!: string;
}

@Leaves<SkillProposeParams>({ reason: 'own', files: 'parts' })
export class SkillProposeParams {
  @Text({ max: 500 }) @Doc('What it would have made easier, in one or two sentences.') reason!: string;
  @NestedList(() => ProposedFile)
  @Doc('All files; SKILL.md with a frontmatter of name and description first.')
  files!: ProposedFile[];
}

/** The assistant writes down how a long task was done; the owner decides whether it becomes a skill. */
@Injectable()
@AgentTool({
  name: 'skill_propose',
  description:
    'Propose a new skill, or a better version of one, after a long task that worked: exact commands, pitfalls, no secrets. It is scanned and waits for the owner; nothing changes until they accept it.',
  params: SkillProposeParams,
  idempotent: false,
  core: false,
  rare: 'keep how a long task was done',
  origin: 'gateway',
})
export class SkillProposeTool {
  private readonly proposals: SkillProposals;

  constructor(
    config: ConfigService,
    private readonly catalog: SkillCatalog,
    private readonly events: EventBus,
  ) {
    this.proposals = new SkillProposals(config.stateDir);
  }

  execute({ reason, files }: SkillProposeParams, context: ToolContext): Promise<ToolResult> {
    if (!context.isOwner)
      throw new ToolError('denied_by_policy', 'skills are proposed in conversations with the owner');
    try {
      const proposal = this.proposals.add(files, { reason, sessionKey: context.sessionKey }, (name) => {
        const present = this.catalog.shelfOf(context.agentId).skills.find((skill) => skill.manifest.name === name);
        return present?.baseDir;
      });
      const dangers = proposal.findings.filter(({ severity }) => severity === 'danger');
      this.events.emit('wire.event', {
        event: 'skills.changed',
        payload: { version: this.catalog.version, reason: 'proposal', proposal: proposal.id },
      });
      return Promise.resolve(
        textResult(
          [
            `Proposed as ${proposal.id}; it waits for the owner: openclaw skills proposals show ${proposal.id}.`,
            ...dangers.map(({ file, line, says }) => `The scan will warn them: ${file}:${line} ${says}.`),
          ].join('\n'),
          { proposal: proposal.id, verdict: proposal.verdict },
        ),
      );
    } catch (error) {
      if (error instanceof OpenclawError && !(error instanceof ToolError))
        throw new ToolError('invalid_args', error.message);
      throw error;
    }
  }
}
