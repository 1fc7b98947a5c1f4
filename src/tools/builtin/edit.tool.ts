import { Injectable } from '@nestjs/common';
import { shownDiff } from '../../common/unified-diff';
import { Bool, Doc, NestedList, Opt, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles, textInForm } from '../files/workspace-files';
import { type CallSinks, Leaves } from '../provenance/sinks';
import { type ReplacedText, type Replacement, replacePassages } from './replace-passages';

const MAX_EDITS = 100;

@Leaves<EditPassage>({ oldText: 'none', newText: 'later', replaceAll: 'none' })
export class EditPassage {
  @Text() @Doc('What to replace.') oldText!: string;
  @Str() @Doc('Its replacement.') newText!: string;
  @Opt() @Bool() @Doc('Wherever it occurs.') replaceAll?: boolean;
}

@Leaves<EditParams>({ path: 'none', oldText: 'none', newText: 'later', replaceAll: 'none', edits: 'parts' })
export class EditParams {
  @Text() @Doc('Path of the file, relative to the workspace or absolute inside it.') path!: string;
  @Opt() @Text() @Doc('Exact text to replace; must occur once unless replaceAll is set.') oldText?: string;
  @Opt() @Str() @Doc('Text to put in its place.') newText?: string;
  @Opt() @Bool() @Doc('Replace oldText everywhere in the file.') replaceAll?: boolean;
  @Opt()
  @NestedList(() => EditPassage, { min: 1, max: MAX_EDITS })
  @Doc('Several at once, instead of oldText and newText; all are made or none.')
  edits?: EditPassage[];
}

@Injectable()
@AgentTool({
  name: 'edit',
  aliases: ['edit_file', 'multi_edit'],
  description:
    'Replace exact passages of a text file: one with oldText and newText, or several with edits. A passage must occur exactly once; add surrounding lines to make it unique, or set replaceAll.',
  params: EditParams,
  paramAliases: {
    file_path: 'path',
    old_string: 'oldText',
    old_text: 'oldText',
    new_string: 'newText',
    new_text: 'newText',
    replace_all: 'replaceAll',
  },
  idempotent: false,
  core: true,
  origin: 'gateway',
})
export class EditTool {
  constructor(private readonly writer: FileWriter) {}

  async sinksOf(params: EditParams, context: ToolContext): Promise<CallSinks> {
    const what = { tool: 'edit', paths: [params.path], shown: ['path', 'oldText', 'newText', 'replaceAll', 'edits'] };
    const sink = await this.writer.sinkOf(context, what, async (files) => {
      const { path, original, content } = await edited(params, files);
      return [{ path, before: original, content }];
    });
    return { newText: sink, 'edits.newText': 'none' };
  }

  async foresee({ path }: EditParams, context: ToolContext): Promise<string> {
    return `to ${await this.writer.placeFor(context, path)}`;
  }

  async execute(params: EditParams, context: ToolContext): Promise<ToolResult> {
    const files = new WorkspaceFiles([context.workspace]);
    const { path, bytes, before, after, line, count } = await edited(params, files);
    await this.writer.write(context, path, bytes, [await this.writer.labelOf(context, path)]);
    const shown = files.display(path);
    const diff = shownDiff(shown, before, after);
    const text =
      count === 1
        ? `Changed ${shown} at line ${line}`
        : `Changed ${shown} in ${count} places, the first at line ${line}`;
    return textResult(text, { path: shown, firstChangedLine: line, replacements: count, diff });
  }
}

interface Edited extends ReplacedText {
  path: string;
  original: string;
  bytes: Buffer;
}

/** Works the change out; nothing is written. @throws ToolError not_found, invalid_args */
async function edited(params: EditParams, files: WorkspaceFiles): Promise<Edited> {
  const wanted = replacementsOf(params);
  const { text: original, path, form } = await files.readText(params.path);
  const replaced = replacePassages(original, wanted, params.path);
  return { ...replaced, path, original, bytes: textInForm(replaced.content, form, params.path) };
}

function replacementsOf({ oldText, newText, replaceAll, edits }: EditParams): readonly Replacement[] {
  if (edits) {
    if (oldText !== undefined || newText !== undefined)
      throw new ToolError('invalid_args', 'give either edits, or oldText and newText, not both');
    return edits;
  }
  if (oldText === undefined || newText === undefined)
    throw new ToolError(
      'invalid_args',
      `${oldText === undefined ? 'oldText' : 'newText'} is missing; give oldText and newText, or edits`,
    );
  return [{ oldText, newText, ...(replaceAll ? { replaceAll } : {}) }];
}
