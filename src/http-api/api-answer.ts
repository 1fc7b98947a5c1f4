import type { RunOutcome } from '../agent/turns/run-outcome.service';
import type { ApiError } from './api-error';
import { runFailed } from './api-error';
import type { ApiAnswer } from './api-turns.service';
import { programCallId } from './program-call-id';

/** Said where the assistant has nothing to say: many programs take an empty answer for a fault. */
const NOTHING = 'No response from OpenClaw.';

/**
 * What a caller is told of an ended run.
 * @param files lines for what it hands over
 */
export function answerOf({ runId, outcome, reason, result }: RunOutcome, files = ''): ApiAnswer | ApiError {
  if (outcome === 'failed') return runFailed(reason ?? 'the run failed', result?.errorKind);
  if (outcome === 'dropped') return runFailed(`the message was not answered: ${reason ?? 'it was dropped'}`, 'dropped');
  const calls = (result?.calls ?? []).map(({ name, arguments: args }, index) => ({
    id: programCallId(runId, index),
    name,
    arguments: JSON.stringify(args),
  }));
  const text = [...(result?.payloads ?? []).map((payload) => payload.text), files]
    .filter((part) => part !== '')
    .join('\n\n');
  const { input = 0, cacheRead = 0, cacheWrite = 0, output = 0 } = result?.usage ?? {};
  return {
    text: text === '' && calls.length === 0 ? NOTHING : text,
    calls,
    finish: calls.length > 0 ? 'tool_calls' : result?.stopReason === 'length' ? 'length' : 'stop',
    usage: { input: input + cacheRead + cacheWrite, cached: cacheRead, output },
  };
}
