import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { ChannelDirectory } from '../../events/channel-directory';
import { PLAN_NOTE } from '../../tools/plan/plan-mode.service';
import { CompactionService } from '../context/compaction.service';
import { ContextHistory } from '../context/context-history.service';
import { fitAttached } from '../context/fit-attached';
import { lastTurns } from '../context/last-turns';
import { pruneToolResults, pruningRules } from '../context/prune-tool-results';
import { reserveOf } from '../context/reserve';
import type { PromptMessage } from '../prompt/derive-prompt';
import { type TokenGauge, TokenGauges, UNKNOWN_MODEL, gaugeOf } from '../prompt/token-gauge.service';
import { type PromptFrame, PromptFrameService } from '../prompt/prompt-frame.service';
import type { ModelInfo } from '../providers/model-info';
import type { TurnRequest } from './turn-record';
import type { StartedTurn } from './turn-starter.service';
import { messagesOf } from './turn-messages';
import { withFunctions } from './program-functions';
import { turnSubject } from './turn-subject';

export interface TurnPlan extends PromptFrame {
  history: readonly PromptMessage[];
  /** Of everything that goes with the history. */
  otherTokens: number;
  thinking?: string;
  verbose: boolean;
}

/** Works out with what a turn goes to its model: candidates, prompt, tools, history. */
@Injectable()
export class TurnPlanner {
  constructor(
    private readonly config: ConfigService,
    private readonly frames: PromptFrameService,
    private readonly context: ContextHistory,
    private readonly compaction: CompactionService,
    private readonly gauges: TokenGauges,
    private readonly directory: ChannelDirectory,
  ) {}

  /** @throws ModelError when a model is unknown */
  async plan(started: StartedTurn, signal: AbortSignal): Promise<TurnPlan> {
    const { turn, session } = started;
    const { request, sessionKey } = turn;
    const defaults = this.config.config.agents?.defaults;
    const guidance = request.route && this.directory.find(request.channel)?.adapter.guidance?.(request.account);
    const notes = [request.extraSystemPrompt, session.planMode ? PLAN_NOTE : undefined, guidance];
    const extra = notes.filter((note) => note !== undefined).join('\n\n');
    const frame = await this.frames.build({
      subject: turnSubject(this.config.config, turn),
      sessionKey,
      channel: request.channel,
      now: new Date(turn.startedAt),
      ...(request.model ? { requestedModel: request.model } : {}),
      ...(session.modelOverride ? { sessionModel: session.modelOverride } : {}),
      ...(extra === '' ? {} : { extra }),
    });
    const [primary] = frame.candidates;
    frame.tools = withFunctions(frame.tools, request.program);
    const common = frame.tools.filter(({ rare }) => rare === undefined).map(({ spec }) => spec);
    const gauge = primary ? this.gauges.of(primary) : gaugeOf(UNKNOWN_MODEL);
    started.rows = fitAttached(
      started.rows,
      smallest(
        frame.candidates.map((each) => this.gauges.of(each)),
        gauge,
      ),
    );
    const opening = started.rows.flatMap((row) => messagesOf(row, started.summarised.has(row.id)));
    const otherTokens = gauge.text(frame.system.text) + gauge.tools(common) + gauge.messages(opening);
    const thinking =
      request.thinking ??
      session.thinkingLevel ??
      defaults?.thinkingDefault ??
      (primary?.reasoning ? 'low' : undefined);
    return {
      ...frame,
      history: await this.history(started, primary, otherTokens, signal),
      otherTokens,
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
    const { config } = this.config;
    const { sessionId } = session;
    const turns = this.directTurns(turn.request);
    const read = async (): Promise<readonly PromptMessage[]> =>
      lastTurns((await this.context.of(sessionId)).messages, turns);
    let messages = await read();
    if (!primary) return messages;
    const gauge = this.gauges.of(primary);
    const room = gauge.window - reserveOf(config, gauge.window) - otherTokens;
    if (overflow || gauge.messages(messages) > room) {
      const { agentId, runId, sessionKey } = turn;
      const wish = { sessionId, sessionKey, agentId, runId, model: primary, signal, force: overflow };
      if ((await this.compaction.compact(wish)).compacted) messages = await read();
    }
    const rules = pruningRules(config.agents?.defaults?.contextPruning, primary.api === 'anthropic-messages');
    const idleMs = turn.startedAt - (messages.findLast(({ message }) => message.role === 'assistant')?.at ?? 0);
    return pruneToolResults(messages, rules, gauge, idleMs);
  }

  /** Earlier turns that a direct conversation is cut to, as the account says that it came by; undefined: none is cut. */
  private directTurns({ channel, account, route, senders }: TurnRequest): number | undefined {
    if (route?.chatType !== 'direct') return undefined;
    return this.directory.find(channel)?.adapter.directTurns?.(account, senders?.at(-1)?.id ?? route.to);
  }
}

/** Any model of a turn may have to read it. */
const smallest = (gauges: readonly TokenGauge[], otherwise: TokenGauge): TokenGauge =>
  gauges.reduce((least, each) => (each.window < least.window ? each : least), gauges[0] ?? otherwise);
