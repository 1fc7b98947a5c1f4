import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { appRoot } from '../../common/app-root';
import { ToolError } from '../agent-tool';

export interface ExtractRequest {
  html: string;
  url: string;
  mode: 'markdown' | 'text';
  /** All of it is wanted, not only what looks like the article. */
  isWhole?: boolean;
}

export interface Extracted {
  title: string;
  text: string;
  extractor: 'readability' | 'html';
}

const TIMEOUT_MS = 15_000;
const MAX_MEMORY_MB = 384;

/**
 * Main text of a page, found in a thread of its own: a page can be made to take for ever, and the libraries for it are
 * large; both end with the thread.
 * @throws ToolError timeout, aborted, upstream_error
 */
export function extractPage(request: ExtractRequest, signal: AbortSignal): Promise<Extracted> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(appRoot(), 'dist', 'tools', 'web', 'extract-thread.js'), {
      workerData: request,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
      stdout: true,
      stderr: true,
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      void worker.terminate();
      settle();
    };
    const abort = (): void => end(() => reject(new ToolError('aborted', 'reading the page was stopped')));
    const timer = setTimeout(
      () => end(() => reject(new ToolError('timeout', `the page could not be read within ${TIMEOUT_MS} ms`))),
      TIMEOUT_MS,
    );
    signal.addEventListener('abort', abort, { once: true });
    worker.once('message', (extracted: Extracted) => end(() => resolve(extracted)));
    worker.once('error', (error) =>
      end(() => reject(new ToolError('upstream_error', `the page could not be read: ${error.message}`))),
    );
  });
}
