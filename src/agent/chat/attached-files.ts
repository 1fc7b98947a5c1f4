import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { UsageError } from '../../common/cli/cli-error';
import { ATTACHMENT_LIMITS } from '../../gateway/protocol/limits';

/** Files of this machine as attachments of a message. @throws UsageError naming the file that can't be sent */
export function attachmentsOf(paths: readonly string[] = []): {
  attachments?: { fileName: string; content: string }[];
} {
  if (paths.length === 0) return {};
  return {
    attachments: paths.map((path) => {
      const content = readBoundedFile(path, ATTACHMENT_LIMITS.maxBytes);
      if (content === undefined || content.length === 0) throw new UsageError(`--file ${path}: ${faultOf(path)}`);
      return { fileName: basename(path), content: content.toString('base64') };
    }),
  };
}

function faultOf(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 'there is no such file';
  if (!info.isFile()) return 'it is no ordinary file';
  if (info.size === 0) return 'it is empty';
  if (info.size > ATTACHMENT_LIMITS.maxBytes)
    return `it has ${info.size} bytes; at most ${ATTACHMENT_LIMITS.maxBytes} can be attached: put it into the workspace and name it instead`;
  return 'it may not be read';
}
