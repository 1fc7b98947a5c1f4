import { Injectable } from '@nestjs/common';
import { localTimeZone } from '../../common/clock';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { findAgent } from '../../config/agent-entries';
import { TranscriptStore } from '../../sessions/transcript.store';
import type { PolicySubject } from '../../tools/agent-tool';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { type RegisteredTool, ToolRegistry } from '../../tools/tool-registry.service';
import { type SessionFolder, SessionFolders } from '../../workspace/session-folder.service';
import { WorkspaceService } from '../../workspace/workspace.service';
import type { PromptMessage } from '../prompt/derive-prompt';
import { estimateTokens, fitHistory } from '../prompt/fit-history';
import { type OfferableTool, OfferedTools } from '../prompt/offered-tools';
import { type BuiltSection, buildSections, joinSections } from '../prompt/system-prompt';
import { type Audience, WorkspaceTexts } from '../prompt/workspace-texts';
import { type ModelInfo, ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import type { StartedTurn } from './turn-starter.service';
import { turnSubject } from './turn-subject';

export interface TurnPlan {
  candidates: ModelInfo[];
  system: string;
  sections: readonly BuiltSection[];
  tools: readonly OfferableTool[];
  history: readonly PromptMessage[];
  folder: SessionFolder;
  subject: PolicySubject;
  thinking?: string;
  verbose: boolean;
}

/** Works out with what a turn goes to its model: candidates, prompt, tools, history. */
@Injectable()
export class TurnPlanner {
  private readonly texts = new WorkspaceTexts();

  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly policy: ToolPolicyService,
    private readonly registry: ToolRegistry,
    private readonly workspaces: WorkspaceService,
    private readonly folders: SessionFolders,
    private readonly transcripts: TranscriptStore,
    private readonly redactor: Redactor,
  ) {}

  /** Model references of a turn, first choice first. @throws ModelError when one is unknown */
  candidates(agentId: string, requested: string | undefined, sessionModel: string | undefined): ModelInfo[] {
    const primary = this.models.resolve(agentId, requested ?? sessionModel).info;
    const rest = this.models.fallbacks(agentId).filter((info) => nameOf(info) !== nameOf(primary));
    return [primary, ...rest];
  }

  async plan(started: StartedTurn): Promise<TurnPlan> {
    const { turn, session } = started;
    const { config } = this.config;
    const defaults = config.agents?.defaults;
    const candidates = this.candidates(turn.agentId, turn.request.model, session.modelOverride);
    const [primary] = candidates;
    const subject = {
      ...turnSubject(config, turn),
      provider: primary?.provider ?? '',
      model: primary?.id ?? '',
    };
    const tools = this.policy
      .allowedTools(subject)
      .filter((tool) => tool.handler.unavailableReason?.() === undefined)
      .map((tool): OfferableTool => ({
        spec: { type: 'function', ...this.registry.specOf(tool) },
        ...rarityOf(tool),
        companions: tool.declaration.companions ?? [],
      }));
    const workspace = this.workspaces.pathOf(turn.agentId);
    const folder = this.folders.of(turn.agentId, turn.sessionKey);
    const sections = buildSections({
      agentName: findAgent(config, turn.agentId)?.identity?.name ?? config.ui?.assistant?.name ?? 'Assistant',
      workspace: folder.path,
      sessionKey: turn.sessionKey,
      channel: turn.request.channel,
      model: primary ? nameOf(primary) : 'none',
      timezone: defaults?.userTimezone ?? localTimeZone(),
      now: new Date(turn.startedAt),
      toolNames: tools.map(({ spec }) => spec.name),
      rareTools: OfferedTools.rareOf(tools),
      workspaceTexts: await this.texts.read(workspace, audienceOf(subject), defaults?.bootstrapMaxChars),
      ...(turn.request.extraSystemPrompt ? { extra: turn.request.extraSystemPrompt } : {}),
    });
    const system = this.redactor.redactKnown(joinSections(sections));
    const thinking =
      turn.request.thinking ??
      session.thinkingLevel ??
      defaults?.thinkingDefault ??
      (primary?.reasoning ? 'low' : undefined);
    return {
      candidates,
      system,
      sections,
      tools,
      history: await this.history(session.sessionId, primary, system),
      folder,
      subject,
      ...(thinking ? { thinking } : {}),
      verbose: (session.verboseLevel ?? defaults?.verboseDefault ?? 'off') === 'on',
    };
  }

  private async history(
    sessionId: string,
    primary: ModelInfo | undefined,
    system: string,
  ): Promise<readonly PromptMessage[]> {
    const events = await this.transcripts.read(sessionId);
    const messages = events.filter((event) => !event.excludeFromContext);
    return fitHistory(messages, primary?.contextWindow ?? 200_000, estimateTokens(system) + (primary?.maxTokens ?? 0));
  }
}

const audienceOf = (subject: PolicySubject): Audience =>
  subject.isSubagent ? 'subagent' : subject.groupId === undefined ? 'person' : 'group';

const RARE_WORDS = 60;

/** Tools of others are offered on demand: how many there are is not ours to decide. */
function rarityOf({ declaration, foreignSchema }: RegisteredTool): { rare?: string } {
  if (declaration.rare !== undefined) return { rare: declaration.rare };
  return foreignSchema ? { rare: declaration.description.replace(/\s+/g, ' ').slice(0, RARE_WORDS) } : {};
}
