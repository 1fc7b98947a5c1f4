import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { isSubagentKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { PolicySubject } from '../../tools/agent-tool';
import type { ChatOrigin } from '../../common/chat-origin';
import { isGuestGiver, sendersOf } from '../commands/command-giver';
import { OfferedTools } from '../prompt/offered-tools';
import { PromptFrameService } from '../prompt/prompt-frame.service';
import { TokenGauges, UNKNOWN_MODEL, gaugeOf } from '../prompt/token-gauge.service';
import { nameOf } from '../runtime/model-step.service';
import { ContextHistory } from './context-history.service';

export interface ContextReport {
  model: string;
  contextWindow: number;
  totals: {
    tokens: number;
    systemTokens: number;
    toolTokens: number;
    historyTokens: number;
    messages: number;
    /** The beginning of the conversation stands there as a summary. */
    summed: boolean;
  };
  sections: { id: string; tokens: number; budget: number; cut: boolean }[];
  files: { name: string; chars: number; cut: boolean }[];
  tools: { name: string; tokens: number; offered: boolean }[];
}

/** What the next request of a conversation would hold, by size. */
@Injectable()
export class ContextReportService {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly frames: PromptFrameService,
    private readonly history: ContextHistory,
    private readonly gauges: TokenGauges,
  ) {}

  async of(sessionKey: string, agentId: string, giver: ChatOrigin): Promise<ContextReport> {
    const session = await this.sessions.find(sessionKey);
    const frame = await this.frames.build({
      subject: this.subjectOf(sessionKey, agentId, giver),
      sessionKey,
      channel: giver.channel,
      now: new Date(),
      ...(session?.modelOverride ? { sessionModel: session.modelOverride } : {}),
    });
    const { messages, compaction } = session ? await this.history.of(session.sessionId) : { messages: [] };
    const offered = new Set(new OfferedTools(frame.tools).after(messages).map((tool) => tool.name));
    const [primary] = frame.candidates;
    const gauge = primary ? this.gauges.of(primary) : gaugeOf(UNKNOWN_MODEL);
    const tools = frame.tools.map(({ spec }) => ({
      name: spec.name,
      tokens: gauge.text(JSON.stringify(spec)),
      offered: offered.has(spec.name),
    }));
    const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
    const systemTokens = sum(frame.sections.map((section) => section.tokens));
    const toolTokens = sum(tools.filter((tool) => tool.offered).map((tool) => tool.tokens));
    const historyTokens = gauge.messages(messages);
    return {
      model: primary ? nameOf(primary) : 'none',
      contextWindow: primary?.contextWindow ?? 0,
      totals: {
        tokens: systemTokens + toolTokens + historyTokens,
        systemTokens,
        toolTokens,
        historyTokens,
        messages: messages.length,
        summed: compaction !== undefined,
      },
      sections: frame.sections.map(({ id, tokens, budget, cut }) => ({ id, tokens, budget, cut })),
      files: frame.files.map(({ name, text }) => ({
        name,
        chars: text.length,
        cut: text.includes('characters left out …]'),
      })),
      tools,
    };
  }

  subjectOf(sessionKey: string, agentId: string, giver: ChatOrigin): PolicySubject {
    return {
      agentId,
      channel: giver.channel,
      account: giver.account,
      ...(giver.isGroup && giver.route ? { groupId: giver.route.to } : {}),
      ...sendersOf(giver),
      // Whoever is connected to the gateway is no guest, whatever their scopes.
      isOwner: !isGuestGiver(giver),
      isSubagent: isSubagentKey(sessionKey),
      isSandboxed: isSandboxed(this.config.config, agentId, sessionKey),
    };
  }
}
