import { t } from '@lingui/core/macro';
import { userRow } from './chat-rows';
import type { HistoryMessage } from './chat-types';
import { type PickedFile, keptFiles, outgoingFilesOf } from './kept-files';

/** A message that waits until the answer that is being written is done. */
export interface QueuedMessage {
  /** Name of its run. */
  id: string;
  /** What was said, without its files. */
  text: string;
  fileNames: readonly string[];
  /** Those of its files that this page has. */
  files: readonly PickedFile[];
}

export function queuedOf(message: HistoryMessage): QueuedMessage {
  const id = message.__openclaw?.runId ?? '';
  const { text, files, images } = userRow(message, id);
  return {
    id,
    text,
    fileNames: [...images.map((_, index) => t`picture ${index + 1}`), ...files.map(({ name }) => name)],
    files: keptFiles.heldOf(outgoingFilesOf(id)),
  };
}

/** Whether it can be said again as it was: not where it came from elsewhere, or the page was loaded since. */
export const isWhole = ({ files, fileNames }: QueuedMessage): boolean => files.length >= fileNames.length;
