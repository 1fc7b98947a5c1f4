import { ToolError } from '../agent-tool';
import type { FileChange } from './file-writer.service';
import type { WorkspaceFiles } from './workspace-files';

/** A file as it is on disk, from which a change begins. */
export async function changeOf(files: WorkspaceFiles, path: string): Promise<FileChange> {
  try {
    const { text: content, path: real, form } = await files.readText(path);
    return { path: real, content, before: content, form };
  } catch (error) {
    if (error instanceof ToolError && error.code === 'not_found')
      return { path: await files.resolve(path), content: undefined, before: undefined };
    throw error;
  }
}
