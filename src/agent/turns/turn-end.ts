import { withClosedFence } from '../../common/markdown/open-fence';
import type { HeartbeatRules } from '../../inbox/inbound-message';
import { NO_USAGE } from '../../sessions/transcript-event';
import { readReply } from '../runtime/reply-outcome';
import type { TurnEnd } from './turn-closer.service';
import type { ExecutionEnd, TurnExecution } from './turn-execution';
import { visibleText } from './turn-messages';

/** What an execution came to, as the turn is closed with it. */
export function describeEnd(
  end: ExecutionEnd,
  execution: TurnExecution,
  signal: AbortSignal,
  heartbeat: HeartbeatRules | undefined,
): TurnEnd {
  const { messages, outputs, usage, size, lead } = execution;
  const facts = {
    messages,
    outputs,
    usage,
    ...(size ? { size } : {}),
    ...(lead === undefined ? {} : { lead }),
  };
  const text = visibleText(outputs);
  switch (end.kind) {
    case 'answered': {
      const reply = readReply(text, heartbeat);
      if (reply.kind === 'silent')
        return { ...facts, outcome: 'silent', reason: reply.reason, text: '', stopReason: end.stopReason };
      return {
        ...facts,
        outcome: 'reply',
        reason: null,
        text: reply.text,
        ...(reply.replyTo ? { replyTo: reply.replyTo } : {}),
        stopReason: end.stopReason,
      };
    }
    case 'handed-over':
      return { ...facts, outcome: 'handoff', reason: null, text, stopReason: 'toolUse', calls: end.calls };
    case 'aborted':
      return abortedEnd(facts, text, signal);
    case 'failed':
      if (end.saidNothing && heartbeat?.isLook) return { ...facts, outcome: 'silent', reason: 'empty', text: '' };
      return {
        ...facts,
        outcome: 'failed',
        reason: end.message,
        text: told(text, end.message),
        errorKind: end.errorKind,
      };
  }
}

/** What was said before an end in the middle, and why it ended: people have read the one while it was written. */
function told(said: string, why: string): string {
  const reply = readReply(said);
  return reply.kind === 'silent' ? why : `${withClosedFence(reply.text)}\n\n(${why})`;
}

/** Why a turn ended that had run out of time. */
export const TOOK_TOO_LONG = 'the turn took too long and was stopped';

/** The end of a turn that was stopped; @param text what it had said */
export function abortedEnd(
  facts: Pick<TurnEnd, 'messages' | 'outputs' | 'usage' | 'size' | 'lead'>,
  text: string,
  signal: AbortSignal,
): TurnEnd {
  const reason = String(signal.reason ?? 'rpc');
  const timedOut = reason === 'timeout';
  return {
    ...facts,
    outcome: 'aborted',
    reason: timedOut ? TOOK_TOO_LONG : `stopped (${reason})`,
    text: timedOut ? told(text, 'stopped: this took too long') : text,
    stopReason: reason,
  };
}

/** The end of a turn that could not be begun. */
export function failure(message: string, errorKind: string, messages: TurnEnd['messages']): TurnEnd {
  return { outcome: 'failed', reason: message, text: message, errorKind, messages, outputs: [], usage: NO_USAGE };
}
