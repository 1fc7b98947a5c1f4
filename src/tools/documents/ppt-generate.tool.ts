import { Injectable } from '@nestjs/common';
import { Doc, NestedList, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles } from '../files/workspace-files';
import { DocumentPictures, documentPath } from './document-files';
import { writeDeck } from './ppt-writer';
import { Leaves } from '../provenance/sinks';

@Leaves<PptSlide>({ title: 'none', content: 'none', layout: 'none' })
export class PptSlide {
  @Text({ max: 300 }) @Doc('Heading of the slide.') title!: string;
  @Opt()
  @Str({ max: 20_000 })
  @Doc(
    'Markdown: text, lines starting with -, tables, pictures of the workspace (Markdown images), ```chart blocks; || parts two columns.',
  )
  content?: string;
  @Opt()
  @OneOf(['title', 'content', 'two_column', 'blank'])
  @Doc('content by default.')
  layout?: 'title' | 'content' | 'two_column' | 'blank';
}

@Leaves<PptGenerateParams>({ title: 'none', slides: 'parts', author: 'none', filename: 'none' })
export class PptGenerateParams {
  @Text({ max: 300 }) @Doc('Title of the whole.') title!: string;
  @NestedList(() => PptSlide, { min: 1, max: 200 }) @Doc('Slides in order.') slides!: PptSlide[];
  @Opt() @Text({ max: 200 }) @Doc('Author in the properties of the file.') author?: string;
  @Opt() @Text({ max: 200 }) @Doc('Name of the file in output/.') filename?: string;
}

@Injectable()
@AgentTool({
  name: 'ppt_generate',
  description: 'Make a PowerPoint deck (.pptx); it goes to output/ in the workspace.',
  params: PptGenerateParams,
  idempotent: true,
  core: true,
  rare: 'slides',
  origin: 'gateway',
})
export class PptGenerateTool {
  constructor(private readonly writer: FileWriter) {}

  async execute(params: PptGenerateParams, context: ToolContext): Promise<ToolResult> {
    const path = documentPath(params.filename, params.title, 'pptx');
    const pictures = new DocumentPictures(context.workspace);
    const data = await writeDeck({
      title: params.title,
      ...(params.author ? { author: params.author } : {}),
      slides: params.slides,
      pictures,
    });
    const shownIn = await Promise.all(pictures.used.map((picture) => this.writer.labelOf(context, picture)));
    const written = await this.writer.write(context, path, data, shownIn);
    const shown = new WorkspaceFiles([context.workspace]).display(written.path);
    return textResult(`Made ${shown} (${params.slides.length} slides)`, {
      path: shown,
      slides: params.slides.length,
      bytes: data.length,
    });
  }
}
