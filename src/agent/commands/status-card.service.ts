import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { ConfigService } from '../../config/config.service';
import { SessionStore } from '../../sessions/session.store';
import { SpeechService } from '../../tools/speech/speech.service';
import { ProviderLimits } from '../../usage/provider-limits.service';
import type { UsagePurpose } from '../../usage/usage-account';
import { type UsageRow, UsageStore } from '../../usage/usage.store';
import { type Compaction, CompactionStore } from '../context/compaction.store';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { LaneService } from '../turns/lane.service';
import { costText } from './cost-text';

/** Calls of one turn that are looked at. */
const MOST_CALLS = 500;
/** Calls that carry nothing of the conversation's own requests. */
const BESIDE: ReadonlySet<string> = new Set<UsagePurpose>(['compaction', 'memory', 'image', 'audio', 'speech']);

const inputOf = ({ input, cache_read, cache_write }: UsageRow): number =>
  Number(input) + Number(cache_read) + Number(cache_write);

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

  /** What the turn that is under way has used so far; the conversation's own sums follow at its end. */
  private async running(sessionKey: string): Promise<{ input: number; output: number; last?: number }> {
    const calls = (
      await Promise.all(
        this.lanes.activeRunIds(sessionKey).map((runId) => this.usageStore.calls({ sessionKey, runId }, MOST_CALLS)),
      )
    ).flat();
    const own = calls.filter(({ purpose }) => !BESIDE.has(purpose));
    const [newest] = own;
    return {
      input: own.reduce((sum, call) => sum + inputOf(call), 0),
      output: own.reduce((sum, call) => sum + Number(call.output), 0),
      ...(newest ? { last: inputOf(newest) + Number(newest.output) } : {}),
    };
  }

  /** Tokens of the conversation as it goes to the model next: what was summed up since its last call is gone. */
  private async contextOf(sessionKey: string, tokens: number, summary: Compaction | undefined): Promise<number> {
    if (!summary) return tokens;
    const calls = await this.usageStore.calls({ sessionKey }, MOST_CALLS);
    const last = calls.find(({ purpose }) => !BESIDE.has(purpose));
    if (last && Number(last.at) > summary.at) return tokens;
    return Math.max(summary.tokensAfter, tokens - summary.tokensBefore + summary.tokensAfter);
  }

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
    const running = await this.running(sessionKey);
    const context = await this.contextOf(sessionKey, running.last ?? entry?.totalTokens ?? 0, compactions.at(-1));
    const signIn = info.api === 'offline' ? 'no sign-in needed' : info.apiKey === undefined ? 'no key' : 'API key';
    return [
      `OpenClaw Nest ${appVersion()}`,
      `Model: ${name} (from ${layer}, ${signIn})`,
      `Session: ${sessionKey}${entry?.label ? ` "${entry.label}"` : ''}`,
      `Tokens: ${(entry?.inputTokens ?? 0) + running.input} in, ${(entry?.outputTokens ?? 0) + running.output} out; ${costText(sum)}`,
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
