import { Injectable } from '@nestjs/common';
import { createTwoFilesPatch } from 'diff';
import { GUEST_FOLDER_BYTES, GUEST_FOLDER_FILES, folderSize } from '../../workspace/guest-folder';
import { type ToolContext, ToolError, isGuest } from '../agent-tool';
import type { ApprovalFact } from '../approvals/approval-request';
import { FileOrigins } from '../provenance/file-origins.store';
import type { SinkUse } from '../provenance/sinks';
import { worstOrigin } from '../provenance/taint';
import { isPromptFile } from './prompt-files';
import { WorkspaceFiles } from './workspace-files';

export interface FileChange {
  path: string;
  /** New content; undefined: the file goes. */
  content: string | undefined;
  /** Content before; undefined: there was none. */
  before: string | undefined;
}

/** Writes files for the assistant and remembers with each whose text may be in it. */
@Injectable()
export class FileWriter {
  constructor(private readonly origins: FileOrigins) {}

  /** @param keeps whether part of the old content stays */
  async write(
    context: ToolContext,
    path: string,
    content: string | Buffer,
    keeps = false,
  ): Promise<{ path: string; created: boolean }> {
    requireWritable(context, path);
    await requireRoom(context, path, content);
    const written = await new WorkspaceFiles([context.workspace]).write(path, content);
    const now = worstOrigin([...context.provenance.origins].filter((origin) => origin !== 'file'));
    const before = keeps ? await this.origins.of(written.path) : undefined;
    await this.origins.set(written.path, worstOrigin([now, before].filter((origin) => origin !== undefined)));
    return written;
  }

  async remove(context: ToolContext, path: string): Promise<string> {
    requireWritable(context, path);
    const removed = await new WorkspaceFiles([context.workspace]).remove(path);
    await this.origins.set(removed, undefined);
    return removed;
  }

  /**
   * Whether writing these files speaks to the assistant in later turns.
   * @param changes what would become of each; looked at only where that is so
   */
  async sinkOf(
    context: ToolContext,
    { tool, paths, shown }: { tool: string; paths: readonly string[]; shown: readonly string[] },
    changes: (files: WorkspaceFiles) => Promise<FileChange[]>,
  ): Promise<SinkUse | 'none'> {
    // No prompt is made of what stands in the folder of a guest.
    if (isGuest(context.subject)) return 'none';
    const files = new WorkspaceFiles([context.workspace]);
    const real = await Promise.all(paths.map((path) => files.resolve(path)));
    if (!real.some((path) => isPromptFile(context.workspace, path))) return 'none';
    const details = (await changes(files)).map((change) => changeFact(files, change));
    return {
      sink: 'later',
      summary: `${tool} ${real.map((path) => files.display(path)).join(', ')}`,
      details,
      shown,
    };
  }
}

/** A change of a file as people read it. */
function changeFact(files: WorkspaceFiles, { path, before, content }: FileChange): ApprovalFact {
  const name = files.display(path);
  return {
    label: content === undefined ? `${name} is deleted` : before === undefined ? `${name} is new` : `${name} changes`,
    text: createTwoFilesPatch(name, name, before ?? '', content ?? '', undefined, undefined, { context: 3 }),
    form: 'diff',
  };
}

/** Guests fill nobody's disk. @throws ToolError too_large */
async function requireRoom(context: ToolContext, path: string, content: string | Buffer): Promise<void> {
  if (!isGuest(context.subject)) return;
  const { bytes, files } = await folderSize(context.workspace);
  if (bytes + Buffer.byteLength(content) > GUEST_FOLDER_BYTES || files >= GUEST_FOLDER_FILES)
    throw new ToolError(
      'too_large',
      `${path} can't be written: the folder of a guest holds at most ${GUEST_FOLDER_BYTES} bytes in ${GUEST_FOLDER_FILES} files`,
    );
}

function requireWritable(context: ToolContext, path: string): void {
  if (context.readOnly)
    throw new ToolError(
      'denied_by_policy',
      `${path} can't be changed: this session is sandboxed with sandbox.workspaceAccess "ro"`,
    );
}
