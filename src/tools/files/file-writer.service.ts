import { Injectable } from '@nestjs/common';
import { type ToolContext, ToolError } from '../agent-tool';
import { FileOrigins } from '../provenance/file-origins.store';
import type { SinkUse } from '../provenance/sinks';
import { worstOrigin } from '../provenance/taint';
import { isPromptFile } from './prompt-files';
import { WorkspaceFiles } from './workspace-files';

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

  /** Whether writing these files speaks to the assistant in later turns. */
  async sinkOf(context: ToolContext, tool: string, paths: readonly string[]): Promise<SinkUse | 'none'> {
    const files = new WorkspaceFiles([context.workspace]);
    for (const path of paths) {
      const real = await files.resolve(path);
      if (isPromptFile(context.workspace, real)) return { sink: 'later', summary: `${tool} ${files.display(real)}` };
    }
    return 'none';
  }
}

function requireWritable(context: ToolContext, path: string): void {
  if (context.readOnly)
    throw new ToolError(
      'denied_by_policy',
      `${path} can't be changed: this session is sandboxed with sandbox.workspaceAccess "ro"`,
    );
}
