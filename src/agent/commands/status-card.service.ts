import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { ConfigService } from '../../config/config.service';
import { SessionStore } from '../../sessions/session.store';
import { SpeechService } from '../../tools/speech/speech.service';
import { ProviderLimits } from '../../usage/provider-limits.service';
import { UsageStore } from '../../usage/usage.store';
import { CompactionStore } from '../context/compaction.store';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { LaneService } from '../turns/lane.service';
import { costText } from './cost-text';

/** How a conversation stands: what `/status` answers, and the assistant's own `session_status`. */
@Injectable()
export class StatusCard {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly lanes: LaneService,
    private readonly models: ModelRegistry,
    private readonly speech: SpeechService,
    private readonly limits: ProviderLimits,
    private readonly usageStore: UsageStore,
    private readonly compactions: CompactionStore,
  ) {}

  /** Model, tokens, cost, context, levels and what is going on, a line each. */
  async text(sessionKey: string, agentId: string): Promise<string> {
    const entry = await this.sessions.find(sessionKey);
    const { info, layer } = this.models.resolve(agentId, entry?.modelOverride);
    const name = nameOf(info);
    const [sum, compactions, children] = await Promise.all([
      this.usageStore.sum({ sessionKey }),
      entry ? this.compactions.all(entry.sessionId) : [],
      this.sessions.page({ agentId, spawnedBy: sessionKey }),
    ]);
    const busy = children.entries.filter((child) => this.lanes.activeRunIds(child.key).length > 0);
    const limit = this.limits.all().find(({ provider }) => provider === info.provider);
    const context = entry?.totalTokens ?? 0;
    const signIn = info.api === 'offline' ? 'no sign-in needed' : info.apiKey === undefined ? 'no key' : 'API key';
    return [
      `OpenClaw Nest ${appVersion()}`,
      `Model: ${name} (from ${layer}, ${signIn})`,
      `Session: ${sessionKey}${entry?.label ? ` "${entry.label}"` : ''}`,
      `Tokens: ${entry?.inputTokens ?? 0} in, ${entry?.outputTokens ?? 0} out; ${costText(sum)}`,
      `Context: ${context} of ${info.contextWindow} (${Math.round((context / info.contextWindow) * 100)} %), summed up ${compactions.length} times`,
      `Thinking: ${entry?.thinkingLevel ?? 'default'} · verbose: ${entry?.verboseLevel ?? 'off'} · reasoning: ${entry?.reasoningLevel ?? 'off'} · elevated: ${entry?.elevatedLevel ?? 'off'}`,
      `Queue: ${entry?.queueMode ?? this.config.config.messages?.queue?.mode ?? 'collect'}${entry?.groupActivation ? ` · activation: ${entry.groupActivation}` : ''} · voice: ${this.speech.providers()[0] ?? 'none'}`,
      ...(busy.length > 0 ? [`Sub-agents at work: ${busy.length}`] : []),
      ...(limit
        ? [
            `Limits of ${limit.provider}: ${limit.windows.map(({ label, usedPercent }) => `${label} ${usedPercent} %`).join(', ')} used`,
          ]
        : []),
      this.lanes.activeRunIds(sessionKey).length > 0 ? 'A turn is running.' : 'Idle.',
    ].join('\n');
  }
}
