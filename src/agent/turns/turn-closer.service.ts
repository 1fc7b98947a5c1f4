import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import type { TakenHandover } from '../media/handover.service';
import { OutboundPort } from '../../events/outbound-port';
import { TakenRows } from '../../inbox/taken-rows.store';
import type { SessionEntry } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import { NO_USAGE, type ToolCallPart, type TranscriptEvent, type Usage } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import type { PromptMessage } from '../prompt/derive-prompt';
import { OFFLINE_PROVIDER } from '../providers/model-catalog';
import { led } from '../runtime/answer-lead';
import { type ModelStepOutput, type TurnOutcomeKind, type TurnResult, namesOf } from './turn-record';
import type { StartedTurn } from './turn-starter.service';
import { TurnStore } from './turn.store';

export interface TurnEnd {
  outcome: TurnOutcomeKind;
  /** Why, where that is not plain from the outcome. */
  reason: string | null;
  /** What people are told; empty when nothing is. */
  text: string;
  /** Stands before the text in its chat, and nowhere else. */
  lead?: string;
  replyTo?: string;
  /** Files that go with it to the chat, and what was handed over wherever it is read. */
  files?: TakenHandover['files'];
  handed?: TakenHandover['handed'];
  errorKind?: string;
  stopReason?: string;
  /** Messages of the turn for the transcript. */
  messages: readonly PromptMessage[];
  outputs: readonly ModelStepOutput[];
  usage: Usage;
  /** Tokens of the last request with its answer, and of the model's window. */
  size?: { tokens: number; window: number };
  /** Functions that the program is asked to run. */
  calls?: readonly ToolCallPart[];
}

/** Ends a turn in ONE transaction: transcript, deliveries, inbox rows, turn. */
@Injectable()
export class TurnCloser {
  constructor(
    private readonly turns: TurnStore,
    private readonly taken: TakenRows,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly outbound: OutboundPort,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  async close(started: StartedTurn, end: TurnEnd): Promise<TurnResult> {
    const { turn, journal } = started;
    const [runName = turn.runId] = namesOf(turn.request);
    const result = this.resultOf(started, end);
    let appended: TranscriptEvent[] = [];
    let delivered: (() => void) | undefined;
    if (turn.request.route) await this.outbound.settle(turn.runId);
    await journal.close(async (transaction) => {
      appended = await this.transcripts.appendIn(
        transaction,
        turn.sessionId,
        (isForgotten(turn, end) ? [] : end.messages).map(({ message, at }) => ({ message, at, runId: runName })),
      );
      const { route } = turn.request;
      if (route) {
        delivered = await this.outbound.enqueueIn(transaction, {
          runId: turn.runId,
          route,
          texts: end.text !== '' && isTold(turn, end) ? [led(end.text, end.lead)] : [],
          ...(end.files && isTold(turn, end) ? { files: end.files } : {}),
          ...(end.replyTo ? { replyTo: end.replyTo } : {}),
        });
      }
      const session = await this.sessions.ensureIn(transaction, turn.sessionKey, turn.agentId);
      await this.sessions.saveLastIn(transaction, this.afterTurn(session, started, end));
      await this.taken.closeTurnIn(
        transaction,
        turn.runId,
        end.outcome === 'failed' ? 'failed' : end.outcome === 'aborted' ? 'dropped' : 'answered',
        end.reason,
      );
      await this.turns.closeIn(transaction, turn.runId, end.outcome, end.reason, result, appended.at(-1));
    });
    this.transcripts.committed(turn.sessionId, appended);
    delivered?.();
    return result;
  }

  private resultOf({ turn }: StartedTurn, end: TurnEnd): TurnResult {
    const last = end.outputs.at(-1);
    return {
      payloads: payloadsOf(end),
      provider: last?.provider ?? '',
      model: last?.model ?? '',
      usage: end.usage,
      durationMs: this.clock.now() - turn.startedAt,
      ...(end.stopReason ? { stopReason: end.stopReason } : {}),
      ...(end.outcome === 'failed' && end.reason ? { error: end.reason } : {}),
      ...(end.errorKind ? { errorKind: end.errorKind } : {}),
      ...(last?.provider === OFFLINE_PROVIDER ? { offline: true } : {}),
      ...(end.calls ? { calls: [...end.calls] } : {}),
    };
  }

  private afterTurn(session: SessionEntry, { turn }: StartedTurn, end: TurnEnd): SessionEntry {
    const last = end.outputs.at(-1);
    const usage = last?.usage ?? NO_USAGE;
    const { route } = turn.request;
    return {
      ...session,
      // A heartbeat does not keep a conversation fresh.
      updatedAt: turn.request.heartbeat ? session.updatedAt : this.clock.now(),
      inputTokens: (session.inputTokens ?? 0) + end.usage.input + end.usage.cacheRead + end.usage.cacheWrite,
      outputTokens: (session.outputTokens ?? 0) + end.usage.output,
      totalTokens: usage.totalTokens > 0 ? usage.totalTokens : (session.totalTokens ?? 0),
      ...(last ? { modelProvider: last.provider, model: last.model } : {}),
      abortedLastRun: end.outcome === 'aborted',
      ...(isSaidByPerson(turn) ? { lastInteractionAt: turn.startedAt } : {}),
      lastRun: {
        runId: namesOf(turn.request)[0] ?? turn.runId,
        startedAt: turn.startedAt,
        endedAt: this.clock.now(),
        outcome: end.outcome === 'failed' ? 'failed' : end.outcome === 'aborted' ? 'killed' : 'done',
      },
      ...(route && !turn.request.heartbeat
        ? {
            channel: route.channel,
            ...(route.chatType ? { chatType: route.chatType } : {}),
            lastChannel: route.channel,
            lastTo: route.to,
            lastAccountId: route.account,
            ...(route.threadId ? { lastThreadId: route.threadId } : {}),
            deliveryContext: {
              channel: route.channel,
              to: route.to,
              accountId: route.account,
              ...(route.threadId ? { threadId: route.threadId } : {}),
            },
          }
        : {}),
    };
  }
}

/** Whether a person has begun it, and not a job, another agent or the gateway. */
const isSaidByPerson = ({ request }: StartedTurn['turn']): boolean =>
  !request.heartbeat && !OF_NOBODY.has(request.channel);

/** Channels of messages that no person has written. */
const OF_NOBODY: ReadonlySet<string> = new Set(['cron', 'internal', 'subagent']);

/** A heartbeat that had nothing to say leaves nothing in the conversation, nor does one that failed before it did anything. */
function isForgotten({ request }: StartedTurn['turn'], { outcome, messages }: TurnEnd): boolean {
  if (outcome === 'silent') return request.heartbeat !== undefined;
  const didNothing = messages.every(({ message }) => message.role !== 'toolResult');
  return outcome === 'failed' && request.heartbeat?.isLook === true && didNothing;
}

/**
 * Who stops a turn needs no half answer in the chat; who waits in vain is told why. What was begun by the clock has nobody
 * who waits: a job tells of its failures itself, and a mere look around is no news.
 */
function isTold({ request }: StartedTurn['turn'], end: TurnEnd): boolean {
  if (end.text === '' && !end.files?.length) return false;
  if (end.outcome === 'failed') return request.jobId === undefined && request.heartbeat?.isLook !== true;
  return end.outcome !== 'aborted' || end.stopReason === 'timeout';
}

function payloadsOf({ text, outcome, handed = [] }: TurnEnd): TurnResult['payloads'] {
  const mediaUrls = handed.map(({ path }) => path);
  const [mediaUrl = null] = mediaUrls;
  if ((text === '' && mediaUrl === null) || outcome === 'failed') return [];
  return [{ text, mediaUrl, ...(mediaUrls.length > 0 ? { mediaUrls } : {}) }];
}
