import { Injectable } from '@nestjs/common';
import { createTwoFilesPatch } from 'diff';
import { Doc, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles, textInForm } from '../files/workspace-files';
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
    const { path, bytes, text, changed, at } = await edited(params, files);
    await this.writer.write(context, path, bytes, [await this.writer.labelOf(context, path)]);

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
  bytes: Buffer;
  /** The same with plain line ends, and where the change begins in it. */
  text: string;
  changed: string;
  at: number;
}

/** Works the change out; nothing is written. @throws ToolError not_found, invalid_args */
async function edited(params: EditParams, files: WorkspaceFiles): Promise<Edited> {
  const { text: original, path, form } = await files.readText(params.path);
  const text = original.replaceAll('\r\n', '\n');
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
  const [start, end] = [placeIn(original, at), placeIn(original, at + oldText.length)];
  const content = original.slice(0, start) + withLineEnds(newText, original, start, end) + original.slice(end);
  return { path, original, content, bytes: textInForm(content, form, params.path), text, changed, at };
}

/** Where in a text a place is that was counted with each line end as one character. */
function placeIn(original: string, place: number): number {
  let at = 0;
  for (let count = 0; count < place; count++) at += original.startsWith('\r\n', at) ? 2 : 1;
  return at;
}

/** What is put in has the line ends of what it replaces, else those of the line it stands in. */
function withLineEnds(text: string, original: string, start: number, end: number): string {
  const next = original.indexOf('\n', start);
  const near = next === -1 ? original.lastIndexOf('\n') : next;
  const usesCrlf = original.slice(start, end).includes('\r\n') || original[near - 1] === '\r';
  return usesCrlf ? text.replaceAll('\n', '\r\n') : text;
}
