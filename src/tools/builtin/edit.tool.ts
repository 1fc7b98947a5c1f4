import { Injectable } from '@nestjs/common';
import { createTwoFilesPatch } from 'diff';
import { Doc, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles } from '../files/workspace-files';
import { type CallSinks, Leaves } from '../provenance/sinks';

@Leaves<EditParams>({ path: 'none', oldText: 'none', newText: 'later' })
export class EditParams {
  @Text() @Doc('Path of the file, relative to the workspace or absolute inside it.') path!: string;
  @Text() @Doc('Exact text to replace; must occur once.') oldText!: string;
  @Str() @Doc('Text to put in its place.') newText!: string;
}

@Injectable()
@AgentTool({
  name: 'edit',
  aliases: ['edit_file'],
  description:
    'Replace one exact passage of a text file. The passage must occur exactly once; add surrounding lines to make it unique.',
  params: EditParams,
  paramAliases: {
    file_path: 'path',
    old_string: 'oldText',
    old_text: 'oldText',
    new_string: 'newText',
    new_text: 'newText',
  },
  idempotent: false,
  core: true,
  origin: 'gateway',
})
export class EditTool {
  constructor(private readonly writer: FileWriter) {}

  async sinksOf(params: EditParams, context: ToolContext): Promise<CallSinks> {
    const what = { tool: 'edit', paths: [params.path], shown: ['path', 'oldText', 'newText'] };
    const newText = await this.writer.sinkOf(context, what, async (files) => {
      const { path, original, content } = await edited(params, files);
      return [{ path, before: original, content }];
    });
    return { newText };
  }

  async execute(params: EditParams, context: ToolContext): Promise<ToolResult> {
    const files = new WorkspaceFiles([context.workspace]);
    const { path, content, text, changed, at } = await edited(params, files);
    await this.writer.write(context, path, content, [await this.writer.labelOf(context, path)]);

    const shown = files.display(path);
    const line = text.slice(0, at).split('\n').length;
    const diff = createTwoFilesPatch(shown, shown, text, changed, undefined, undefined, { context: 3 });
    return textResult(`Changed ${shown} at line ${line}`, { path: shown, firstChangedLine: line, diff });
  }
}

interface Edited {
  path: string;
  /** What the file holds, and what it is to hold. */
  original: string;
  content: string;
  /** The same with plain line ends, and where the change begins in it. */
  text: string;
  changed: string;
  at: number;
}

/** Works the change out; nothing is written. @throws ToolError not_found, invalid_args */
async function edited(params: EditParams, files: WorkspaceFiles): Promise<Edited> {
  const { text: original, path } = await files.readText(params.path);
  const bom = original.startsWith('\uFEFF') ? '\uFEFF' : '';
  const usesCrlf = original.includes('\r\n');
  const text = original.slice(bom.length).replaceAll('\r\n', '\n');
  const oldText = params.oldText.replaceAll('\r\n', '\n');
  const newText = params.newText.replaceAll('\r\n', '\n');
  const count = text.split(oldText).length - 1;
  if (count === 0)
    throw new ToolError(
      'not_found',
      `oldText does not occur in ${params.path}; read the file and copy the passage exactly`,
    );
  if (count > 1)
    throw new ToolError(
      'invalid_args',
      `oldText occurs ${count} times in ${params.path}; add surrounding lines so that it occurs once`,
    );
  if (oldText === newText) throw new ToolError('invalid_args', 'newText equals oldText, so there is nothing to change');
  const at = text.indexOf(oldText);
  const changed = text.slice(0, at) + newText + text.slice(at + oldText.length);
  const content = bom + (usesCrlf ? changed.replaceAll('\n', '\r\n') : changed);
  return { path, original, content, text, changed, at };
}
