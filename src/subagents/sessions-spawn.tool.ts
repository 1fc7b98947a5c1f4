import { noThinkingLevel, thinkingLevelOf } from '../agent/thinking-level';
import { Injectable } from '@nestjs/common';
import { Doc, Int, OneOf, Opt, Text } from '../common/validation/fields';
import { findAgent, normaliseAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { messageOf } from '../common/openclaw-error';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import { modelChoiceOf } from '../agent/model-choice.config';
import { isSandboxed } from '../sessions/sandbox-mode';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import { SubagentService } from './subagent.service';
import { spawnableAgents } from './spawnable-agents';
import { Leaves } from '../tools/provenance/sinks';

@Leaves<SessionsSpawnParams>({
  task: 'none',
  label: 'none',
  agentId: 'none',
  model: 'none',
  thinking: 'none',
  runTimeoutSeconds: 'none',
  cleanup: 'none',
})
export class SessionsSpawnParams {
  @Text({ max: 50_000 }) @Doc('The whole task; the sub-agent knows nothing else.') task!: string;
  @Opt() @Text({ max: 80 }) @Doc('Short name of the task for people.') label?: string;
  @Opt() @Text() @Doc('Agent that does it; this one by default.') agentId?: string;
  @Opt() @Text() @Doc('Model as provider/model.') model?: string;
  @Opt() @Text() @Doc('How hard it thinks, such as low or high.') thinking?: string;
  @Opt()
  @Int({ min: 0, max: 86_400 })
  @Doc('Seconds until it is stopped; 0 means no limit.')
  runTimeoutSeconds?: number;
  @Opt() @OneOf(['delete', 'keep']) @Doc('What becomes of its conversation; keep by default.') cleanup?:
    'delete' | 'keep';
}

@Injectable()
@AgentTool({
  name: 'sessions_spawn',
  description:
    'Give a task to a sub-agent that works in the background. Its result reaches you as a message; go on meanwhile.',
  params: SessionsSpawnParams,
  idempotent: true,
  core: true,
  companions: ['sessions_history', 'sessions_send'],
  rare: 'sub-agents for long tasks',
  origin: 'gateway',
})
export class SessionsSpawnTool {
  constructor(
    private readonly subagents: SubagentService,
    private readonly models: ModelRegistry,
    private readonly config: ConfigService,
  ) {}

  async execute(params: SessionsSpawnParams, context: ToolContext): Promise<ToolResult> {
    const { config } = this.config;
    if (context.subject.isSubagent)
      throw new ToolError('denied_by_policy', 'a sub-agent may not start sub-agents', { status: 'forbidden' });
    const agentId = params.agentId ? normaliseAgentId(params.agentId) : context.agentId;
    const { allowAny, agents } = spawnableAgents(config, context.agentId);
    const isKnown = findAgent(config, agentId) !== undefined || agentId === context.agentId;
    if (!isKnown || !(allowAny || agents.includes(agentId)))
      throw new ToolError(
        'denied_by_policy',
        `agent "${agentId}" may not be used here; agents_list shows those that may (subagents.allowAgents)`,
        { status: 'forbidden' },
      );
    if (context.subject.isSandboxed && !isSandboxed(config, agentId, `agent:${agentId}:subagent:x`))
      throw new ToolError('denied_by_policy', `this session is sandboxed, agent "${agentId}" would not be`, {
        status: 'forbidden',
      });
    const wanted =
      params.model ??
      modelChoiceOf(findAgent(config, agentId)?.subagents?.model ?? config.agents?.defaults?.subagents?.model).primary;
    let model: string | undefined;
    let warning: string | undefined;
    if (wanted !== undefined) {
      try {
        this.models.lookup(wanted);
        model = wanted;
      } catch (error) {
        warning = messageOf(error);
      }
    }
    const thinking = params.thinking ? thinkingLevelOf(params.thinking) : undefined;
    if (params.thinking && thinking === undefined)
      throw new ToolError('invalid_args', `thinking: ${noThinkingLevel(params.thinking)}`);
    const run = await this.subagents.spawn(
      {
        task: params.task,
        agentId,
        ...(params.label ? { label: params.label } : {}),
        ...(model ? { model } : {}),
        ...(thinking ? { thinking } : {}),
        timeoutSeconds: params.runTimeoutSeconds ?? 0,
        cleanup: params.cleanup ?? 'keep',
      },
      context,
    );
    return textResult(
      `Started (${run.childKey}). Its result reaches you as a message.${warning ? ` Note: ${warning}` : ''}`,
      {
        status: 'accepted',
        childSessionKey: run.childKey,
        runId: run.runId,
        ...(wanted === undefined ? {} : { modelApplied: model !== undefined }),
        ...(warning ? { warning } : {}),
      },
    );
  }
}
