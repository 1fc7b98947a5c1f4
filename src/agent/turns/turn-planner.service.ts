import { Injectable } from '@nestjs/common';
import { localTimeZone } from '../../common/clock';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { findAgent } from '../../config/agent-entries';
import type { PolicySubject } from '../../tools/agent-tool';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { type RegisteredTool, ToolRegistry } from '../../tools/tool-registry.service';
import { type SessionFolder, SessionFolders } from '../../workspace/session-folder.service';
import { WorkspaceService } from '../../workspace/workspace.service';
import type { PromptMessage } from '../prompt/derive-prompt';
import { CompactionService } from '../context/compaction.service';
import { ContextHistory } from '../context/context-history.service';
import { pruneToolResults, pruningRules, squeezeToolResults } from '../context/prune-tool-results';
import { estimateTokens, fitHistory, tokensOfMessages } from '../prompt/fit-history';
import type { OpenclawConfig } from '../../config/openclaw.config';
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
  /** Of everything that goes with the history. */
  otherTokens: number;
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
    private readonly context: ContextHistory,
    private readonly compaction: CompactionService,
    private readonly redactor: Redactor,
  ) {}

  /** Model references of a turn, first choice first. @throws ModelError when one is unknown */
  candidates(agentId: string, requested: string | undefined, sessionModel: string | undefined): ModelInfo[] {
    const primary = this.models.resolve(agentId, requested ?? sessionModel).info;
    const rest = this.models.fallbacks(agentId).filter((info) => nameOf(info) !== nameOf(primary));
    return [primary, ...rest];
  }

  async plan(started: StartedTurn, signal: AbortSignal): Promise<TurnPlan> {
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
    const offered = JSON.stringify(tools.filter(({ rare }) => rare === undefined).map(({ spec }) => spec));
    const otherTokens = estimateTokens(system) + estimateTokens(offered) + openingTokens(started);
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
      history: await this.history(started, primary, otherTokens, signal),
      otherTokens,
      folder,
      subject,
      ...(thinking ? { thinking } : {}),
      verbose: (session.verboseLevel ?? defaults?.verboseDefault ?? 'off') === 'on',
    };
  }

  /**
   * The conversation before a turn, summed up first where it does not fit any more.
   * @param overflow the provider has refused it as too long: sum up whatever it looks like from here
   */
  async history(
    { turn, session }: StartedTurn,
    primary: ModelInfo | undefined,
    otherTokens: number,
    signal: AbortSignal,
    overflow = false,
  ): Promise<readonly PromptMessage[]> {
    const { sessionId } = session;
    let { messages } = await this.context.of(sessionId);
    if (!primary) return messages;
    const room = primary.contextWindow - reserveOf(this.config.config, primary) - otherTokens;
    if (overflow || tokensOfMessages(messages) > room) {
      const { agentId, runId, sessionKey } = turn;
      const wish = { sessionId, sessionKey, agentId, runId, model: primary, signal, force: overflow };
      const result = await this.compaction.compact(wish);
      if (result.compacted) ({ messages } = await this.context.of(sessionId));
    }
    const defaults = this.config.config.agents?.defaults;
    const rules = pruningRules(defaults?.contextPruning, primary.api === 'anthropic-messages');
    const pruned = pruneToolResults(messages, rules, primary.contextWindow, turn.startedAt - lastModelCall(messages));
    return fitHistory(squeezeToolResults(pruned, room), primary.contextWindow, otherTokens + reserveOf(this.config.config, primary));
  }
}

/** Room for the answer and the tools' results of the turn: at least the configured floor, at most a third of the window. */
export function reserveOf(config: OpenclawConfig, model: ModelInfo): number {
  const floor = config.agents?.defaults?.compaction?.reserveTokensFloor ?? DEFAULT_RESERVE;
  return Math.min(Math.max(floor, Math.min(model.maxTokens, floor)), Math.floor(model.contextWindow / 3));
}

const DEFAULT_RESERVE = 20_000;

function lastModelCall(messages: readonly PromptMessage[]): number {
  return messages.findLast(({ message }) => message.role === 'assistant')?.at ?? 0;
}

const audienceOf = (subject: PolicySubject): Audience =>
  subject.isSubagent ? 'subagent' : subject.groupId === undefined ? 'person' : 'group';

const RARE_WORDS = 60;

/** Tools of others are offered on demand: how many there are is not ours to decide. */
function rarityOf({ declaration, foreignSchema }: RegisteredTool): { rare?: string } {
  if (declaration.rare !== undefined) return { rare: declaration.rare };
  return foreignSchema ? { rare: declaration.description.replace(/\s+/g, ' ').slice(0, RARE_WORDS) } : {};
}

const openingTokens = ({ rows }: StartedTurn): number =>
  rows.reduce((sum, { message }) => sum + estimateTokens(message.text), 0);
