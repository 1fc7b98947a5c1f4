import { realpath } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import type { TextForm } from '../../common/text/decode-text';
import { unifiedDiff } from '../../common/unified-diff';
import { GUEST_FOLDER_BYTES, GUEST_FOLDER_FILES, folderSize } from '../../workspace/guest-folder';
import { type ToolContext, ToolError, isGuest } from '../agent-tool';
import type { ApprovalFact } from '../approvals/approval-request';
import { gitFolderOf } from '../git/git-folders';
import { FileOrigins } from '../provenance/file-origins.store';
import { ReviewedTexts } from '../provenance/reviewed-texts.service';
import type { SinkUse } from '../provenance/sinks';
import { isTrusted, worstOrigin } from '../provenance/taint';
import { isMemoryFile, isPromptFile, isPromptName } from './prompt-files';
import { WorkspaceFiles } from './workspace-files';

export interface FileChange {
  path: string;
  /** New content; undefined: the file goes. */
  content: string | undefined;
  /** Content before; undefined: there was none. */
  before: string | undefined;
  /** How the text before is written down; UTF-8 where there is none. */
  form?: TextForm;
}

/** Writes files for the assistant and notes with each whose text may be in it. */
@Injectable()
export class FileWriter {
  constructor(
    private readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  /**
   * @param kept whose text is in it besides what the model has read and written: that of files which it is made of or
   * stays in it, of a page, of a device; none where all of it comes from the call
   */
  async write(
    context: ToolContext,
    path: string,
    content: string | Buffer,
    kept: readonly ContentOrigin[],
  ): Promise<{ path: string; created: boolean }> {
    const real = await this.placeFor(context, path);
    await requireRoom(context, path, content);
    const { workspace } = context;
    const files = new WorkspaceFiles([workspace]);
    const origin = worstOrigin([...context.provenance.origins, ...kept], 'workspace');
    const place = await realpath(workspace);
    const isKept = isPromptName(place, real) || isMemoryFile(place, real);
    const before = isKept && !isTrusted(origin) ? await this.reviewed.lookAt(place, real) : undefined;
    if (!isTrusted(origin)) await this.origins.set(real, origin);
    const written = await files.write(path, content);
    await this.origins.set(written.path, origin);
    if (before) await this.reviewed.keep(before, [written.path]);
    else if (isKept) await this.reviewed.drop(written.path);
    return written;
  }

  /** Where a file may be written that is to be. @throws ToolError outside_workspace, denied_by_policy */
  async placeFor(context: ToolContext, path: string): Promise<string> {
    requireWritable(context, path);
    const real = await new WorkspaceFiles([context.workspace]).resolve(path);
    await requireOrdinary(context.workspace, path, real);
    return real;
  }

  /** Whose text is in a file of the workspace. */
  async labelOf(context: ToolContext, path: string): Promise<ContentOrigin> {
    return this.origins.labelOf(await new WorkspaceFiles([context.workspace]).resolve(path), context.workspace);
  }

  async remove(context: ToolContext, path: string): Promise<string> {
    requireWritable(context, path);
    const files = new WorkspaceFiles([context.workspace]);
    await requireOrdinary(context.workspace, path, await files.resolve(path));
    const removed = await files.remove(path);
    await this.origins.forget(removed);
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
    for (const [at, path] of real.entries()) await requireOrdinary(context.workspace, paths[at] ?? path, path);
    if (!real.some((path) => isPromptFile(context.workspace, path))) return 'none';
    const changed = await changes(files);
    const details = changed.map((change) => changeFact(files, change));
    const isNote = ({ path, content }: FileChange): boolean =>
      content !== undefined && (isMemoryFile(context.workspace, path) || !isPromptFile(context.workspace, path));
    return {
      sink: 'later',
      ...(changed.every(isNote) ? { onlyAfterOutside: true } : {}),
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
    text: unifiedDiff({ from: name, to: name }, before ?? '', content ?? ''),
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

/** What stands in a git folder decides what git runs on this machine. @throws ToolError denied_by_policy */
async function requireOrdinary(workspace: string, path: string, real: string): Promise<void> {
  const folder = gitFolderOf(await realpath(workspace), real);
  if (folder !== undefined)
    throw new ToolError(
      'denied_by_policy',
      `${path} is part of a git folder, whose files decide what git runs on this machine; use git itself, with exec`,
    );
}

function requireWritable(context: ToolContext, path: string): void {
  if (context.readOnly)
    throw new ToolError(
      'denied_by_policy',
      `${path} can't be changed: this session is sandboxed with sandbox.workspaceAccess "ro"`,
    );
}
