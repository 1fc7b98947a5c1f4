import { Injectable } from '@nestjs/common';
import { Doc, Text } from '__src__/common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '__src__/tools/agent-tool';
import { Leaves } from '__src__/tools/provenance/sinks';

/** What leaves by a parameter stands beside it: nothing, as long as the tool only looks at it. */
@Leaves<__Name__Params>({ text: 'none' })
export class __Name__Params {
  @Text({ max: 10_000 }) @Doc('The text.') text!: string;
}

@Injectable()
@AgentTool({
  name: '__declared__',
  description: 'Count the words of a text.',
  params: __Name__Params,
  idempotent: true,
  parallel: true,
  core: false,
  rare: 'words of a text',
  origin: 'tool',
})
export class __Name__Tool {
  async execute({ text }: __Name__Params, { signal }: ToolContext): Promise<ToolResult> {
    signal.throwIfAborted();
    const words = text.split(/\s+/).filter(Boolean).length;
    if (words === 0) throw new ToolError('invalid_args', 'text has no words: give at least one');
    return textResult(`${words} words`, { words });
  }
}
