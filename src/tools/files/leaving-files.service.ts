import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { sniffFile } from '../../common/sniff-file';
import { decodeText } from '../../common/text/decode-text';
import { type ToolContext, ToolError } from '../agent-tool';
import type { ApprovalFact } from '../approvals/approval-request';
import { WorkspaceFiles } from './workspace-files';

/** Of a longer file the beginning is shown; its hash stands for the rest. */
const MAX_SHOWN = 2000;

/**
 * Files that leave by a call. Who is asked sees what is in them, and what was judged is what leaves: a command that goes
 * on in the background may change any file of the workspace while the question is open, and after the answer as well.
 */
@Injectable()
export class LeavingFiles {
  /** Hash by path, of the last time the call was judged. */
  private readonly judged = new WeakMap<ToolContext, Map<string, string>>();

  /**
   * What people have to see of each file; a file that changes is another question.
   * @param maxBytes of larger ones nothing is shown: they do not leave
   */
  async facts(paths: readonly string[], maxBytes: number, context: ToolContext): Promise<ApprovalFact[]> {
    const known = new Map<string, string>();
    this.judged.set(context, known);
    const files = new WorkspaceFiles([context.workspace]);
    return Promise.all(
      paths.map(async (path): Promise<ApprovalFact> => {
        const label = `File ${path}`;
        try {
          const { content } = await files.readBytes(path, maxBytes);
          const hash = hashOf(content);
          known.set(path, hash);
          return { label, text: describe(content, hash) };
        } catch (error) {
          // The call itself fails by this, unless the file is another one by then.
          known.set(path, '');
          return { label, text: `can't be read: ${messageOf(error)}` };
        }
      }),
    );
  }

  /** @throws ToolError approval_denied for a file that is not the one that was judged */
  requireJudged(path: string, content: Buffer, context: ToolContext): void {
    const hash = this.judged.get(context)?.get(path);
    if (hash !== undefined && hash !== hashOf(content))
      throw new ToolError(
        'approval_denied',
        `${path} has changed since it was looked at; call it again, and it is judged again`,
      );
  }
}

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function describe(content: Buffer, hash: string): string {
  const decoded = decodeText(content);
  const head = `${content.length} bytes, SHA-256 ${hash}`;
  if (!decoded) return `${sniffFile(content).mimeType}, ${head}`;
  const { text } = decoded;
  const shown = cutText(text, MAX_SHOWN, { mark: (left) => `\n[${left} more characters]` });
  return `text, ${head}\n${shown}`;
}
