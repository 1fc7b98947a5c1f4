import { Injectable } from '@nestjs/common';
import { findAgent, defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { PolicySubject } from '../agent-tool';
import { type RegisteredTool, ToolRegistry } from '../tool-registry.service';
import type { ToolProfile } from '../tools.config';
import { AssumedSubject } from './assumed-subject.service';
import { ToolsCatalogParams, ToolsEffectiveParams } from './policy.dto';
import { PROFILE_TOOLS, TOOL_GROUPS } from './tool-groups';
import { ToolPolicyService } from './tool-policy.service';

interface ListedTool {
  id: string;
  label: string;
  description: string;
  source: 'core' | 'plugin';
  /** Profiles that allow it. */
  defaultProfiles?: string[];
}

interface ListedGroup {
  id: string;
  label: string;
  source: 'core' | 'plugin';
  tools: ListedTool[];
}

/** A group of its own beside the others, which each tool is shown once in. */
const UMBRELLA = 'group:openclaw';
const REST = 'other';

/** The tools by what they are about, for views. */
@Injectable()
export class ToolsCatalogRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly registry: ToolRegistry,
    private readonly policy: ToolPolicyService,
    private readonly subjects: AssumedSubject,
    private readonly sessions: SessionStore,
  ) {}

  @RpcMethod({
    name: 'tools.catalog',
    scope: 'operator.read',
    params: ToolsCatalogParams,
    summary: 'All tools there are, in groups, with the profiles that allow each.',
  })
  catalog({ agentId: wanted }: ToolsCatalogParams): unknown {
    const { config } = this.config;
    const agentId = wanted ?? defaultAgentId(config);
    if (!findAgent(config, agentId))
      throw invalidRequest(`unknown agent id "${agentId}"`, { details: { code: 'UNKNOWN_AGENT_ID' } });
    const profiles = Object.keys(PROFILE_TOOLS) as ToolProfile[];
    const tools = this.registry.all().filter(({ agents }) => agents?.has(agentId) !== false);
    return {
      agentId,
      profiles: profiles.map((id) => ({ id, label: labelOf(id) })),
      groups: this.grouped(tools, (tool) => ({
        defaultProfiles: profiles.filter((profile) => this.isIn(tool.declaration.name, profile)),
      })),
    };
  }

  @RpcMethod({
    name: 'tools.effective',
    scope: 'operator.read',
    params: ToolsEffectiveParams,
    summary: 'The tools that a turn of a conversation has, and which of the others something keeps from working.',
  })
  async effective({ sessionKey: spelled, agentId }: ToolsEffectiveParams): Promise<unknown> {
    const { config } = this.config;
    const sessionKey = canonicalSessionKey(config, spelled, agentId);
    if (!(await this.sessions.find(sessionKey))) throw invalidRequest(`unknown session key "${spelled}"`);
    const subject: PolicySubject = await this.subjects.of({ sessionKey });
    const allowed = this.policy.allowedTools(subject);
    const works = allowed.filter(({ handler }) => handler.unavailableReason?.() === undefined);
    const notices = allowed.flatMap(({ declaration, handler }) => {
      const reason = handler.unavailableReason?.();
      return reason === undefined
        ? []
        : [{ id: `unavailable:${declaration.name}`, severity: 'info', message: `${declaration.name}: ${reason}` }];
    });
    return {
      agentId: subject.agentId,
      profile: config.tools?.profile ?? 'full',
      groups: this.grouped(works, () => ({})),
      ...(notices.length > 0 ? { notices } : {}),
    };
  }

  private grouped(
    tools: readonly RegisteredTool[],
    more: (tool: RegisteredTool) => Partial<ListedTool>,
  ): ListedGroup[] {
    const groups = new Map<string, ListedGroup>();
    for (const tool of tools) {
      const { id, source } = groupOf(tool);
      const group = groups.get(id) ?? { id, label: labelOf(id), source, tools: [] };
      const { name, description } = tool.declaration;
      group.tools.push({ id: name, label: name, description, source, ...more(tool) });
      groups.set(id, group);
    }
    return [...groups.values()];
  }

  private isIn(name: string, profile: ToolProfile): boolean {
    const names = PROFILE_TOOLS[profile];
    return names === undefined || names.flatMap((entry) => TOOL_GROUPS[entry] ?? [entry]).includes(name);
  }
}

function groupOf({ declaration, groups, foreignSchema }: RegisteredTool): {
  id: string;
  source: ListedGroup['source'];
} {
  if (foreignSchema) return { id: groups?.[0] ?? 'plugins', source: 'plugin' };
  const group = Object.entries(TOOL_GROUPS).find(([id, names]) => id !== UMBRELLA && names.includes(declaration.name));
  return { id: group ? group[0].slice('group:'.length) : REST, source: 'core' };
}

const labelOf = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);
