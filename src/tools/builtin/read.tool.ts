import { Injectable } from '@nestjs/common';
import { Doc, Int, Opt, Text } from '../../common/validation/fields';
import { readBoundedHandle } from '../../common/bounded-file';
import { decodeText, encodingNote } from '../../common/text/decode-text';
import type { ContentOrigin } from '../../common/content-parts';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { type FileKind, sniffFile } from '../../common/sniff-file';
import { DocumentError } from '../documents/read/document-error';
import { documentText } from '../documents/read/document-text';
import { notebookText } from '../documents/read/notebook-text';
import { SCANNED, pdfPictures } from '../documents/read/pdf-text';
import { sniffImage } from '../../common/sniff-image';
import { limitLines, pieceOf } from '../files/output-limits';
import { isOwnDoc, ownDocs } from '../files/own-docs';
import { SkillAccess } from '../exec/skill-access';
import { FileOrigins } from '../provenance/file-origins.store';
import { withOrigin, worstOrigin } from '../provenance/taint';
import { WorkspaceFiles } from '../files/workspace-files';
import { Leaves } from '../provenance/sinks';

/** Larger files are not read into memory. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;
/** Most characters of a document that can be gone through. */
const MAX_DOCUMENT_CHARS = 5_000_000;
/** Pages of a scan that are shown at once. */
const MOST_PAGES = 5;
const DOCUMENTS: ReadonlySet<FileKind> = new Set(['pdf', 'office', 'archive']);

@Leaves<ReadParams>({ path: 'none', offset: 'none', limit: 'none', column: 'none' })
export class ReadParams {
  @Text() @Doc('Path of the file, relative to the workspace or absolute inside it.') path!: string;
  @Opt() @Int({ min: 1 }) @Doc('First line to read, counted from 1.') offset?: number;
  @Opt() @Int({ min: 1 }) @Doc('Most lines to read.') limit?: number;
  @Opt()
  @Int({ min: 2 })
  @Doc('First character to read of the line at offset, for a line that is too long for one answer.')
  column?: number;
}

@Injectable()
@AgentTool({
  name: 'read',
  aliases: ['read_file'],
  description:
    'Read a file: text, PDF, Office, notebook, list of an archive, or look at an image. Long ones come in pieces: go on with offset.',
  params: ReadParams,
  paramAliases: { file_path: 'path' },
  idempotent: true,
  parallel: true,
  core: true,
  origin: 'file',
})
export class ReadTool {
  constructor(
    private readonly origins: FileOrigins,
    private readonly skills: SkillAccess,
  ) {}

  async foresee({ path }: ReadParams, context: ToolContext): Promise<string> {
    return `from ${await this.filesOf(context).resolve(path)}`;
  }

  private filesOf({ workspace, subject }: ToolContext): WorkspaceFiles {
    return new WorkspaceFiles([workspace, ...this.skills.foldersFor(subject), ...ownDocs(subject)]);
  }

  async execute(params: ReadParams, context: ToolContext): Promise<ToolResult> {
    const files = this.filesOf(context);
    const { file, path } = await files.openForRead(params.path);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new ToolError('invalid_args', `${params.path} is a directory; use ls`);
      const content = await readBoundedHandle(file, MAX_FILE_BYTES);
      if (content === undefined) {
        throw new ToolError(
          'too_large',
          `${params.path} has more than ${MAX_FILE_BYTES} bytes; use exec with head, tail or sed`,
        );
      }
      const image = sniffImage(content);
      const owner = this.skills.ownerOf(context.subject, path);
      const origin = owner
        ? worstOrigin([(await this.origins.of(path)) ?? 'workspace'], owner.origin)
        : isOwnDoc(path)
          ? 'gateway'
          : await this.origins.labelOf(path, context.workspace);
      if (image) return marked(this.image(content, image, files.display(path)), origin);
      const decoded = decodeText(content);
      if (!decoded || isDocument(content)) return marked(await this.document(content, params, context), origin);
      const note = encodingNote(decoded);
      const text = (path.endsWith('.ipynb') ? notebookText(decoded.text) : undefined) ?? decoded.text;
      if (!owner) return marked(this.text(text, params, context, note), origin);
      const result = this.text(text.replaceAll('{baseDir}', owner.baseDir), params, context, note);
      return marked({ ...result, content: result.content.map((part) => ({ ...part, skill: owner.skill })) }, origin);
    } finally {
      await file.close();
    }
  }

  /** Words of a document line by line; of a scan, pages as pictures. */
  private async document(content: Buffer, params: ReadParams, context: ToolContext): Promise<ToolResult> {
    const found = await documentText(content, context.signal, MAX_DOCUMENT_CHARS).catch((error: unknown) => {
      if (!(error instanceof DocumentError)) throw error;
      throw new ToolError('invalid_args', `${params.path}: ${error.message}; read shows text, documents and images`);
    });
    const { text, scanned, mimeType } = found;
    const isScan = scanned.length > 0 && text.startsWith(SCANNED);
    const result = isScan
      ? textResult(text.split('\n')[0] ?? '', { path: params.path, mimeType, pages: scanned.length })
      : this.text(text, params, context);
    if (scanned.length === 0) return result;
    const from = isScan ? (params.offset ?? 1) : 1;
    const pages = scanned.filter((page) => page >= from).slice(0, MOST_PAGES);
    if (pages.length === 0)
      throw new ToolError(
        'invalid_args',
        `offset ${from} is beyond the end: ${params.path} has ${scanned.length} pages`,
      );
    const pictures = await pdfPictures(content, pages, context.signal);
    const next = isScan ? scanned.find((page) => page > (pages.at(-1) ?? 0)) : undefined;
    const shown = `[page ${pages.join(', ')} as ${pictures.length} pictures${next === undefined ? '' : `; go on with offset=${next}`}]`;
    return {
      ...result,
      content: [...result.content, { type: 'text', text: shown }, ...pictures.map(({ image }) => image)],
    };
  }

  private image(content: Buffer, mimeType: string, path: string): ToolResult {
    return {
      content: [
        { type: 'text', text: `Image ${path} (${mimeType})` },
        { type: 'image', mimeType, data: content.toString('base64') },
      ],
      details: { path, mimeType, bytes: content.length },
    };
  }

  private text(text: string, params: ReadParams, context: ToolContext, note?: string): ToolResult {
    const all = text.split('\n');
    if (all.at(-1) === '') all.pop();
    const start = (params.offset ?? 1) - 1;
    if (start > 0 && start >= all.length) {
      throw new ToolError(
        'invalid_args',
        `offset ${params.offset} is beyond the end: ${params.path} has ${all.length} lines`,
      );
    }
    const wanted = all.slice(start, params.limit === undefined ? undefined : start + params.limit);
    if (params.column !== undefined)
      return insideLine(wanted[0] ?? '', start, params.column, all.length, params, context);
    const { lines, ofFirst } = limitLines(wanted, context);
    if (ofFirst !== undefined) return insideLine(wanted[0] ?? '', start, 1, all.length, params, context);
    const end = start + lines.length;
    const more =
      end < all.length ? `\n\n[lines ${start + 1}-${end} of ${all.length}; go on with offset=${end + 1}]` : '';
    const head = note === undefined ? '' : `[${note}]\n`;
    return textResult(head + lines.join('\n') + more, {
      path: params.path,
      lines: all.length,
      from: start + 1,
      to: end,
    });
  }
}

const isDocument = (content: Buffer): boolean => DOCUMENTS.has(sniffFile(content).kind);

/** A part of one line, for lines that are longer than an answer may be. */
function insideLine(
  line: string,
  index: number,
  column: number,
  lines: number,
  { path }: ReadParams,
  context: ToolContext,
): ToolResult {
  if (column > line.length)
    throw new ToolError(
      'invalid_args',
      `column ${column} is beyond the end: line ${index + 1} has ${line.length} characters`,
    );
  const { piece, end } = pieceOf(line, column - 1, context);
  const from = end - piece.length + 1;
  const next =
    end < line.length
      ? `go on with offset=${index + 1} column=${end + 1}`
      : index + 1 < lines
        ? `go on with offset=${index + 2}`
        : 'this is the end of the file';
  const note = `\n\n[line ${index + 1} of ${lines}, characters ${from}-${end} of ${line.length}; ${next}]`;
  return textResult(piece + note, { path, lines, from: index + 1, to: index + 1, column: from, columnTo: end });
}

const marked = (result: ToolResult, origin: ContentOrigin): ToolResult => ({
  ...result,
  content: withOrigin(result.content, origin),
});
