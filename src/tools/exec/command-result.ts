import type { ContentOrigin } from '../../common/content-parts';
import type { ToolResult } from '../agent-tool';
import type { CommandEnd, RunningCommand } from '../processes/running-command';
import type { RemoteEnd } from './remote-exec';

/** How a command ended, in words. */
export function endText(end: CommandEnd | undefined, timeoutSeconds: number): string {
  if (!end) return 'it could not be started';
  if (end.stopped === 'timeout')
    return timeoutSeconds > 0 ? `stopped after ${timeoutSeconds} s` : 'stopped, its time was up';
  if (end.stopped === 'limits') return `stopped: ${end.limit ?? 'it used too much'}`;
  return end.exitCode === null ? `ended by ${end.signal ?? 'a signal'}` : `exit code ${end.exitCode}`;
}

/** A command that has ended, as its model is told of it. */
export function describeEnd(
  running: RunningCommand,
  origin: ContentOrigin,
  { end, host, cwd, timeoutSeconds }: { end: CommandEnd; host: string; cwd: string; timeoutSeconds: number },
): ToolResult {
  const failed = end.stopped !== undefined || end.exitCode !== 0;
  const text = running.output.text().trimEnd();
  return {
    content: [
      {
        type: 'text',
        text: failed ? `${text}${text ? '\n' : ''}(${endText(end, timeoutSeconds)})` : text || '(no output)',
        origin: text ? origin : 'gateway',
      },
    ],
    details: {
      status: failed ? 'failed' : 'completed',
      exitCode: end.exitCode,
      durationMs: end.durationMs,
      aggregated: text,
      cwd,
      host,
      ...(running.output.truncated ? { truncated: true } : {}),
    },
    ...(failed ? { isError: true } : {}),
  };
}

/** The same for one that ran on a node. */
export function describeRemoteEnd(end: RemoteEnd, timeoutSeconds: number, durationMs: number): ToolResult {
  const failed = end.timedOut || end.exitCode !== 0;
  const how = end.timedOut ? `stopped after ${timeoutSeconds} s` : `exit code ${end.exitCode ?? 'unknown'}`;
  const text = end.output.trimEnd();
  return {
    content: [
      { type: 'text', text: failed ? `${text}${text ? '\n' : ''}(${how})` : text || '(no output)', origin: 'tool' },
    ],
    details: {
      status: failed ? 'failed' : 'completed',
      exitCode: end.exitCode,
      durationMs,
      aggregated: text,
      host: 'node',
      node: end.node,
    },
    ...(failed ? { isError: true } : {}),
  };
}
