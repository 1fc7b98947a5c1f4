import { parentPort, workerData } from 'node:worker_threads';
import { grepFiles } from './grep-files';
import { findNames } from './find-names';
import type { SearchRequest } from './search-request';
import { isWalked } from './walk-files';

/** What the thread of `searchInThread` runs. */
function answerTo(request: SearchRequest): Promise<unknown> {
  switch (request.kind) {
    case 'grep':
      return grepFiles(request);
    case 'names':
      return findNames(request);
    case 'walked':
      return isWalked(request.root, request.path);
  }
}

void answerTo(workerData as SearchRequest).then((answer) => parentPort?.postMessage(answer));
