import type { LanguageModelV3FunctionTool } from '@ai-sdk/provider';
import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { isPlainObject } from '../../common/plain-object';
import { Redactor } from '../../common/redactor';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { userTimeZone } from '../../config/user-zone';
import { BootstrapFilesPort } from '../../events/bootstrap-files-port';
import { SkillCatalog } from '../../skills/catalog/skill-catalog.service';
import { type PolicySubject, isGuest } from '../../tools/agent-tool';
import { makerOf } from '../../tools/foreign-words';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { type RegisteredTool, ToolRegistry, type ToolSpec, speakerOf } from '../../tools/tool-registry.service';
import { type SessionFolder, SessionFolders } from '../../workspace/session-folder.service';
import { WorkspaceService } from '../../workspace/workspace.service';
import { CredentialProfiles } from '../providers/credential-profiles.service';
import { ModelFactsService } from '../providers/facts/model-facts.service';
import { ModelError } from '../providers/model-error';
import type { ModelInfo } from '../providers/model-info';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { type EnvelopeStyle, envelopeStyle } from './envelope';
import { type OfferableTool, OfferedTools } from './offered-tools';
import { type BuiltSection, type SystemPrompt, buildSections, joinSections } from './system-prompt';
import { ToldTimes } from './told-times';
import { type Audience, type WorkspaceText, WorkspaceTexts } from './workspace-texts';

export interface FrameFacts {
  /** Without the model, which is chosen here. */
  subject: PolicySubject;
  sessionKey: string;
  channel: string;
  now: Date;
  /** Model asked for by the message, before that of the session. */
  requestedModel?: string;
  sessionModel?: string;
  extra?: string;
}

/** Everything of a request but the conversation. */
export interface PromptFrame {
  /** First choice first. */
  candidates: ModelInfo[];
  subject: PolicySubject;
  sections: readonly BuiltSection[];
  system: SystemPrompt;
  tools: readonly OfferableTool[];
  files: readonly WorkspaceText[];
  folder: SessionFolder;
  envelope: EnvelopeStyle;
}

/** Works out model, system prompt and tools of a session. */
@Injectable()
export class PromptFrameService {
  private readonly times = new ToldTimes();

  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly facts: ModelFactsService,
    private readonly credentials: CredentialProfiles,
    private readonly policy: ToolPolicyService,
    private readonly registry: ToolRegistry,
    private readonly workspaces: WorkspaceService,
    private readonly folders: SessionFolders,
    private readonly redactor: Redactor,
    private readonly catalog: SkillCatalog,
    private readonly bootstrap: BootstrapFilesPort,
    private readonly texts: WorkspaceTexts,
  ) {}

  /** @throws ModelError when a model is unknown */
  async build(facts: FrameFacts): Promise<PromptFrame> {
    const { config } = this.config;
    const { agentId } = facts.subject;
    const timezone = userTimeZone(config);
    const envelope = envelopeStyle(config);
    const candidates = await this.facts.learned(() =>
      this.candidates(agentId, facts.requestedModel, facts.sessionModel),
    );
    const [primary] = candidates;
    const subject = { ...facts.subject, provider: primary?.provider ?? '', model: primary?.id ?? '' };
    const tools = this.policy
      .allowedTools(subject)
      .filter((tool) => tool.handler.unavailableReason?.() === undefined)
      .map((tool): OfferableTool => ({
        spec: offeredSpec(this.registry.specOf(tool)),
        // What others call their tools and what they say of them is their text.
        origin: speakerOf(tool),
        ...rarityOf(tool),
        companions: tool.declaration.companions ?? [],
      }));
    const forGuest = isGuest(subject);
    const folder = this.folders.of(agentId, facts.sessionKey, forGuest);
    const files = await this.filesFor(subject, facts.sessionKey);
    const toolNames = new Set(tools.map(({ spec }) => spec.name));
    const skills = await this.catalog.listFor(subject, toolNames);
    const identity = findAgent(config, agentId)?.identity;
    const sections = buildSections({
      agentName: identity?.name ?? config.ui?.assistant?.name ?? 'Assistant',
      ...(identity?.theme ? { manner: cutText(identity.theme, MOST_OF_A_MANNER) } : {}),
      workspace: folder.path,
      sessionKey: facts.sessionKey,
      channel: facts.channel,
      model: primary ? nameOf(primary) : 'none',
      timezone,
      now: new Date(this.times.of(facts.sessionKey, facts.now.getTime(), timezone)),
      hourStyle: envelope.hourStyle,
      toolNames: tools.map(({ spec }) => spec.name),
      rareTools: OfferedTools.rareOf(tools),
      workspaceTexts: files,
      isGuest: forGuest,
      isGroup: subject.groupId !== undefined,
      skills: skills.prompt,
      skillsOrigin: skills.origin,
      ...(facts.extra ? { extra: facts.extra } : {}),
    });
    const whole = joinSections(sections);
    const system: SystemPrompt = { ...whole, text: this.redactor.redactKnown(whole.text) };
    return { candidates, subject, sections, system, tools, files, folder, envelope };
  }

  /** Hooks choose what the owner's own turns begin with, and have no say in what guests are shown. */
  private async filesFor(subject: PolicySubject, sessionKey: string): Promise<readonly WorkspaceText[]> {
    const { config } = this.config;
    const { agentId } = subject;
    const texts = await this.texts.read(
      this.workspaces.pathOf(agentId),
      audienceOf(subject),
      config.agents?.defaults?.bootstrapMaxChars,
      extraFiles(config),
    );
    return isGuest(subject) ? texts : this.bootstrap.shown({ agentId, sessionKey }, texts);
  }

  private candidates(agentId: string, requested: string | undefined, sessionModel: string | undefined): ModelInfo[] {
    const primary = this.models.resolve(agentId, requested ?? sessionModel).info;
    const rest = this.models.fallbacks(agentId).filter((info) => nameOf(info) !== nameOf(primary));
    return [primary, ...rest].flatMap((info) => {
      const expanded = this.credentials.expand(info, agentId, info.pinnedProfile);
      if (expanded.length > 0) return expanded;
      const known = this.credentials.of(agentId, info.provider).map((profile) => profile.id);
      throw new ModelError(
        'auth',
        `there is no credential "${info.pinnedProfile ?? ''}" of ${info.provider}; known: ${known.join(', ') || 'none'}`,
      );
    });
  }
}

const MOST_OF_A_MANNER = 200;

/** The same object each time, so that what is worked out about it need not be worked out again. */
const offeredSpecs = new WeakMap<ToolSpec, LanguageModelV3FunctionTool>();

function offeredSpec(spec: ToolSpec): LanguageModelV3FunctionTool {
  let offered = offeredSpecs.get(spec);
  if (!offered)
    offeredSpecs.set(spec, (offered = { type: 'function', ...spec, inputSchema: withoutLengths(spec.inputSchema) }));
  return offered;
}

/** What only the check of a call needs: it says nothing to a model, and costs tokens in every request. */
const LENGTHS = new Set(['minLength', 'maxLength', 'minItems', 'maxItems', 'additionalProperties']);

/** A schema without lengths, and without the word that there are no further properties. */
function withoutLengths(
  schema: LanguageModelV3FunctionTool['inputSchema'],
): LanguageModelV3FunctionTool['inputSchema'] {
  if (schema === null || typeof schema !== 'object') return schema;
  const shortened = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (LENGTHS.has(key) && (typeof value === 'number' || value === false)) return [];
    if (key === 'properties' && isPlainObject(value))
      return [
        [
          key,
          Object.fromEntries(
            Object.entries(value).map(([name, part]) => [name, withoutLengths(part as typeof schema)]),
          ),
        ],
      ];
    if (Array.isArray(value))
      return [[key, value.map((part: unknown) => (isPlainObject(part) ? withoutLengths(part) : part))]];
    return [[key, isPlainObject(value) && key !== 'default' ? withoutLengths(value) : value]];
  });
  return Object.fromEntries(shortened);
}

/** Further files of the workspace, where the hook that shows them is on. */
function extraFiles({ hooks }: OpenclawConfig): readonly string[] {
  const entry = hooks?.internal?.entries?.['bootstrap-extra-files'];
  return hooks?.internal?.enabled === true && entry?.enabled === true ? (entry.paths ?? []) : [];
}

function audienceOf(subject: PolicySubject): Audience {
  if (isGuest(subject)) return 'guest';
  if (subject.isSubagent) return 'subagent';
  return subject.groupId === undefined ? 'person' : 'group';
}

/**
 * Tools of others are offered on demand: how many there are is not ours to decide, and what they say of themselves is read
 * only by who asks for it.
 */
function rarityOf({ declaration, foreignSchema, owner }: RegisteredTool): { rare?: string; maker?: string } {
  if (declaration.rare !== undefined) return { rare: declaration.rare };
  return foreignSchema ? { rare: '', maker: makerOf(owner) } : {};
}
