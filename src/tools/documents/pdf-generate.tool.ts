import { Injectable } from '@nestjs/common';
import { Doc, OneOf, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles } from '../files/workspace-files';
import { DocumentPictures, documentPath } from './document-files';
import { writePdf } from './pdf-writer';
import { Leaves } from '../provenance/sinks';

@Leaves<PdfGenerateParams>({ content: 'none', title: 'none', filename: 'none', author: 'none', pageSize: 'none' })
export class PdfGenerateParams {
  @Text({ max: 1_000_000 })
  @Doc(
    'Markdown: headings, lists, tables, code, pictures of the workspace (Markdown images), and ```chart blocks with JSON {type: bar|line|pie, title, labels, series: [{name, values}]}.',
  )
  content!: string;
  @Opt() @Text({ max: 300 }) @Doc('Title in the properties of the file.') title?: string;
  @Opt() @Text({ max: 200 }) @Doc('Name of the file in output/.') filename?: string;
  @Opt() @Text({ max: 200 }) @Doc('Author in the properties of the file.') author?: string;
  @Opt() @OneOf(['A4', 'Letter']) @Doc('A4 by default.') pageSize?: 'A4' | 'Letter';
}

@Injectable()
@AgentTool({
  name: 'pdf_generate',
  description: 'Make a PDF document from Markdown; it goes to output/ in the workspace.',
  params: PdfGenerateParams,
  idempotent: true,
  core: true,
  rare: 'PDF files',
  origin: 'gateway',
})
export class PdfGenerateTool {
  constructor(private readonly writer: FileWriter) {}

  async execute(params: PdfGenerateParams, context: ToolContext): Promise<ToolResult> {
    const path = documentPath(params.filename, params.title ?? 'document', 'pdf');
    const pictures = new DocumentPictures(context.workspace);
    const { data, pages } = await writePdf({
      markdown: params.content,
      ...(params.title ? { title: params.title } : {}),
      ...(params.author ? { author: params.author } : {}),
      pageSize: params.pageSize ?? 'A4',
      pictures,
    });
    const shownIn = await Promise.all(pictures.used.map((picture) => this.writer.labelOf(context, picture)));
    const written = await this.writer.write(context, path, data, shownIn);
    const shown = new WorkspaceFiles([context.workspace]).display(written.path);
    return textResult(`Made ${shown} (${pages} ${pages === 1 ? 'page' : 'pages'})`, {
      path: shown,
      pages,
      bytes: data.length,
    });
  }
}
