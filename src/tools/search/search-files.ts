import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { appRoot } from '../../common/app-root';
import { ToolError } from '../agent-tool';
import type { SearchAnswer, SearchRequest } from './search-request';

/** For what is asked by the way; a search that somebody waits for names its own. */
const USUAL_MS = 6000;

export interface SearchLimits {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Searches files in a thread of its own: a pattern can take for ever, and then only that thread is stopped.
 * @throws ToolError timeout, aborted
 */
export function searchInThread<R extends SearchRequest>(
  request: R,
  { timeoutMs = USUAL_MS, signal }: SearchLimits = {},
): Promise<SearchAnswer<R>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(appRoot(), 'dist', 'tools', 'search', 'search-thread.js'), {
      workerData: request,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
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
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', (answer: SearchAnswer<R>) => end(() => resolve(answer)));
    worker.once('error', (error) => end(() => reject(error)));
  });
}
