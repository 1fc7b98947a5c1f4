import { createHash } from 'node:crypto';
import type { ToolResult } from '../../tools/agent-tool';

const WARN_AT = 3;
const STOP_AT = 5;
const UNKNOWN_STOP_AT = 3;
export const MAX_TOOL_CALLS = 500;

export type LoopVerdict = { action: 'go' } | { action: 'warn'; note: string } | { action: 'stop'; reason: string };

const STILL_RUNNING =
  'It is still running. Wait for it with action poll and timeoutMs, or answer: you are told when it has ended.';

const GO: LoopVerdict = { action: 'go' };

/**
 * Notices a model that runs in circles: the same call with the same result, two calls in turn, a tool that does not
 * exist, or simply too many calls. Keyed on arguments and result, so that polling something that changes is no loop.
 */
export class LoopGuard {
  private readonly seen: string[] = [];
  private readonly unknown = new Map<string, number>();
  private calls = 0;

  /** Judges a finished call. */
  record(name: string, args: unknown, result: ToolResult): LoopVerdict {
    this.calls++;
    if (this.calls >= MAX_TOOL_CALLS) return { action: 'stop', reason: `the turn made ${MAX_TOOL_CALLS} tool calls` };
    if (result.details?.['code'] === 'unknown_tool') {
      const count = (this.unknown.get(name) ?? 0) + 1;
      this.unknown.set(name, count);
      if (count >= UNKNOWN_STOP_AT)
        return {
          action: 'stop',
          reason: `the model asked ${count} times for the tool "${name}", which does not exist`,
        };
    }
    this.seen.push(fingerprint(name, args, result));
    const repeats = Math.max(this.tailRepeats(1), this.tailRepeats(2));
    // Whoever waits for a command that is still at work does not run in circles.
    if (name === 'process' && result.details?.['status'] === 'running')
      return repeats >= WARN_AT ? { action: 'warn', note: STILL_RUNNING } : GO;
    if (repeats >= STOP_AT)
      return { action: 'stop', reason: `the model repeated ${name} ${repeats} times with the same result` };
    if (repeats >= WARN_AT)
      return {
        action: 'warn',
        note: `You have made this call ${repeats} times with the same result. Do something else or answer.`,
      };
    return GO;
  }

  /** How often the last `period` calls repeat at the end of the list. */
  private tailRepeats(period: number): number {
    const { seen } = this;
    if (seen.length < period) return 0;
    let repeats = 1;
    for (let end = seen.length - period; end - period >= 0; end -= period) {
      for (let offset = 1; offset <= period; offset++) {
        if (seen[end - offset] !== seen[seen.length - offset]) return repeats;
      }
      repeats++;
    }
    return repeats;
  }
}

/** Times and durations differ from call to call without meaning anything. */
const VOLATILE = new Set(['durationMs', 'ts', 'timestamp', 'startedAt', 'finishedAt', 'runId', 'time']);

function fingerprint(name: string, args: unknown, result: ToolResult): string {
  const text = JSON.stringify([name, args, result.content, result.isError ?? false], (key, value: unknown) =>
    VOLATILE.has(key) ? undefined : value,
  );
  return createHash('sha1').update(text).digest('base64');
}
