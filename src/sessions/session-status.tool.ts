import { Injectable } from '@nestjs/common';
import { Doc, Opt, Text } from '../common/validation/fields';
import { localTimeZone } from '../common/clock';
import { ConfigService } from '../config/config.service';
import { agentOfSession, canonicalSessionKey } from './session-key';
import { SessionStore } from './session.store';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';

export class SessionStatusParams {
  @Opt() @Text() @Doc('Session to look at; this one by default.') sessionKey?: string;
  @Opt() @Text() @Doc('Sets the model of the session, as provider/model; "default" clears it.') model?: string;
}

@Injectable()
@AgentTool({
  name: 'session_status',
  description: 'Date and time, and the state of a session: model, tokens, levels. Can also set its model.',
  params: SessionStatusParams,
  idempotent: true,
  core: true,
})
export class SessionStatusTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
  ) {}

  async execute(params: SessionStatusParams, context: ToolContext): Promise<ToolResult> {
    const { config } = this.config;
    const key = params.sessionKey
      ? canonicalSessionKey(config, params.sessionKey, context.agentId)
      : context.sessionKey;
    if (agentOfSession(config, key) !== context.agentId && !config.tools?.agentToAgent?.enabled) {
      throw new ToolError(
        'denied_by_policy',
        `session ${key} belongs to another agent; tools.agentToAgent.enabled would allow that`,
      );
    }
    if (params.model !== undefined) await this.setModel(key, params.model, context);
    const entry = await this.sessions.find(key);
    if (!entry && key !== context.sessionKey) throw new ToolError('not_found', `there is no session ${key}`);
    const timezone = config.agents?.defaults?.userTimezone ?? localTimeZone();
    const time = new Date().toLocaleString('en-GB', { timeZone: timezone, dateStyle: 'full', timeStyle: 'short' });
    const last = entry?.modelProvider ? `${entry.modelProvider}/${entry.model}` : 'default';
    const model = entry?.modelOverride ?? (key === context.sessionKey ? context.model : last);
    const lines = [
      `Time: ${time} (${timezone})`,
      `Session: ${key}`,
      `Model: ${model}`,
      `Tokens: ${entry?.inputTokens ?? 0} in, ${entry?.outputTokens ?? 0} out`,
      `Thinking: ${entry?.thinkingLevel ?? 'default'}`,
    ];
    return textResult(lines.join('\n'), { sessionKey: key, model });
  }

  private async setModel(key: string, model: string, context: ToolContext): Promise<void> {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only an owner may change the model of a session');
    const clears = model.toLowerCase() === 'default';
    if (!clears && !/^[^/\s]+\/\S+$/.test(model))
      throw new ToolError('invalid_args', `model must be provider/model or "default", got ${model}`);
    await this.sessions.upsert(key, context.agentId, ({ modelOverride: _, ...entry }) =>
      clears ? entry : { ...entry, modelOverride: model },
    );
  }
}
