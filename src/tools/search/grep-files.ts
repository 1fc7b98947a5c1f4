import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { appRoot } from '../../common/app-root';
import { ToolError } from '../agent-tool';

export interface GrepRequest {
  files: string[];
  source: string;
  flags: string;
  context: number;
  limit: number;
  maxLine: number;
  maxFileBytes: number;
}

export interface GrepLine {
  file: string;
  /** Counted from 1. */
  line: number;
  text: string;
  isMatch: boolean;
}

export interface GrepAnswer {
  lines: GrepLine[];
  matches: number;
  limited: boolean;
  /** Files that were not searched. */
  tooLarge: string[];
}

/**
 * Searches files in a thread of its own: a pattern can take for ever, and then only that thread is stopped.
 * @throws ToolError timeout, aborted
 */
export function grepFiles(request: GrepRequest, timeoutMs: number, signal: AbortSignal): Promise<GrepAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(appRoot(), 'dist', 'tools', 'search', 'grep-thread.js'), {
      workerData: request,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      void worker.terminate();
      settle();
    };
    const abort = (): void => end(() => reject(new ToolError('aborted', 'the search was stopped')));
    const timer = setTimeout(
      () =>
        end(() =>
          reject(
            new ToolError(
              'timeout',
              `the search took more than ${timeoutMs} ms; use a simpler pattern or a smaller path`,
            ),
          ),
        ),
      timeoutMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    worker.once('message', (answer: GrepAnswer) => end(() => resolve(answer)));
    worker.once('error', (error) => end(() => reject(error)));
  });
}
