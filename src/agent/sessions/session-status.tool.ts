import { Injectable } from '@nestjs/common';
import { Doc, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { StatusCard } from '../commands/status-card.service';
import { ModelChoice } from '../providers/model-choice.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult, isGuest, textResult } from '../../tools/agent-tool';
import { Leaves } from '../../tools/provenance/sinks';

@Leaves<SessionStatusParams>({ sessionKey: 'none', model: 'standing' })
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
  whilePlanning: true,
  core: true,
  rare: 'model, tokens and levels of a session',
  origin: 'gateway',
})
export class SessionStatusTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly card: StatusCard,
    private readonly choice: ModelChoice,
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
    if (isGuest(context.subject) && key !== context.sessionKey)
      throw new ToolError('denied_by_policy', 'guests see only their own conversation; leave sessionKey out');
    const warning = params.model === undefined ? undefined : await this.setModel(key, params.model, context);
    const entry = await this.sessions.find(key);
    if (!entry && key !== context.sessionKey) throw new ToolError('not_found', `there is no session ${key}`);
    const zone = userTimeZone(config);
    const time = new Date().toLocaleString('en-GB', { timeZone: zone, dateStyle: 'full', timeStyle: 'short' });
    const card = await this.card.text(key, context.agentId);
    return textResult(`${warning === undefined ? '' : `Be warned: ${warning}\n`}Time: ${time} (${zone})\n${card}`, {
      sessionKey: key,
    });
  }

  /** @returns what is not sure about the model */
  private async setModel(key: string, model: string, context: ToolContext): Promise<string | undefined> {
    if (!context.isOwner) throw new ToolError('denied_by_policy', 'only an owner may change the model of a session');
    const clears = model.toLowerCase() === 'default';
    const chosen = clears ? undefined : await this.choice.choose(model);
    if (chosen && 'refusal' in chosen)
      throw new ToolError('invalid_args', `model must be provider/model or "default", got ${model}: ${chosen.refusal}`);
    await this.sessions.upsert(key, context.agentId, ({ modelOverride: _, ...entry }) =>
      chosen ? { ...entry, modelOverride: chosen.name } : entry,
    );
    return chosen?.warning;
  }
}
