import { type Block, type Run, readBlocks, textOfRuns } from './document-blocks';
import type { DocumentPictures } from './document-files';
import { drawChart } from './draw-chart';
import { type FontSet, fontsFor } from './pdf-fonts';

type Pdf = PDFKit.PDFDocument;

const MARGIN = 56;
const BODY = 11;
const HEADINGS = [22, 17, 14, 12, 11, 11];
const CHART_HEIGHT = 220;
const CELL_PADDING = 4;

export interface PdfRequest {
  markdown: string;
  title?: string;
  author?: string;
  pageSize: 'A4' | 'Letter';
  pictures: DocumentPictures;
}

/** Sets Markdown as pages. @returns the file and its number of pages */
export async function writePdf(request: PdfRequest): Promise<{ data: Buffer; pages: number }> {
  const blocks = await readBlocks(request.markdown);
  const fonts = fontsFor(`${request.title ?? ''}${request.markdown}•☑☐`.replace(/[•☑☐]+$/, ''));
  const { default: PDFDocument } = await import('pdfkit');
  const pdf = new PDFDocument({
    size: request.pageSize === 'Letter' ? 'LETTER' : 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: {
      ...(request.title ? { Title: request.title } : {}),
      ...(request.author ? { Author: request.author } : {}),
      Creator: 'OpenClaw Nest',
    },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve) => pdf.on('end', resolve));
  const setter = new Setter(pdf, fonts, request.pictures);
  if (request.title) setter.title(request.title);
  for (const block of blocks) await setter.set(block);
  const pages = setter.numberPages();
  pdf.end();
  await done;
  return { data: Buffer.concat(chunks), pages };
}

/** Puts blocks onto pages, one below the other. */
class Setter {
  constructor(
    private readonly pdf: Pdf,
    private readonly fonts: FontSet,
    private readonly pictures: DocumentPictures,
  ) {}

  title(text: string): void {
    this.pdf.font(this.fonts.bold).fontSize(26).fillColor('#111111').text(text);
    this.pdf.moveDown(0.6);
  }

  async set(block: Block): Promise<void> {
    const { pdf } = this;
    switch (block.kind) {
      case 'heading': {
        const size = HEADINGS[block.level - 1] ?? BODY;
        this.room(size * 3);
        pdf.moveDown(0.5).font(this.fonts.bold).fontSize(size).fillColor('#111111').text(textOfRuns(block.runs));
        pdf.moveDown(0.3);
        return;
      }
      case 'paragraph':
        this.runs(block.runs);
        pdf.moveDown(0.6);
        return;
      case 'list':
        for (const item of block.items) this.item(item);
        pdf.moveDown(0.4);
        return;
      case 'quote':
        pdf
          .font(this.fonts.italic)
          .fontSize(BODY)
          .fillColor('#555555')
          .text(textOfRuns(block.runs), MARGIN + 18, pdf.y, { width: this.width - 18 });
        pdf.x = MARGIN;
        pdf.moveDown(0.6);
        return;
      case 'code':
        this.code(block.text);
        return;
      case 'rule':
        this.room(12);
        pdf
          .moveTo(MARGIN, pdf.y + 4)
          .lineTo(MARGIN + this.width, pdf.y + 4)
          .lineWidth(0.5)
          .stroke('#bbbbbb');
        pdf.moveDown(0.8);
        return;
      case 'table':
        this.table(block.header, block.rows);
        return;
      case 'image':
        await this.picture(block.path);
        return;
      case 'chart': {
        this.room(CHART_HEIGHT + 10);
        const top = pdf.y;
        pdf.font(this.fonts.normal);
        drawChart(pdf as never, block.chart, { x: MARGIN, y: top, width: this.width, height: CHART_HEIGHT });
        pdf.x = MARGIN;
        pdf.y = top + CHART_HEIGHT + 10;
        return;
      }
    }
  }

  /** Writes "n / m" at the foot of each page. */
  numberPages(): number {
    const { start, count } = this.pdf.bufferedPageRange();
    for (let page = start; page < start + count && count > 1; page++) {
      this.pdf.switchToPage(page);
      const { margins, height } = this.pdf.page;
      margins.bottom = 0;
      this.pdf.font(this.fonts.normal).fontSize(9).fillColor('#888888');
      this.pdf.text(`${page - start + 1} / ${count}`, MARGIN, height - 36, {
        width: this.width,
        align: 'center',
        lineBreak: false,
      });
    }
    return count;
  }

  private get width(): number {
    return this.pdf.page.width - 2 * MARGIN;
  }

  private get bottom(): number {
    return this.pdf.page.height - MARGIN;
  }

  /** Starts a new page when less than this is left. */
  private room(height: number): void {
    if (this.pdf.y + height > this.bottom) this.pdf.addPage();
  }

  private runs(runs: readonly Run[], x?: number): void {
    const { pdf } = this;
    if (x !== undefined) pdf.x = x;
    const width = this.width - (pdf.x - MARGIN);
    runs.forEach((run, index) => {
      const font = run.code
        ? this.fonts.mono
        : run.bold && run.italic
          ? this.fonts.boldItalic
          : run.bold
            ? this.fonts.bold
            : run.italic
              ? this.fonts.italic
              : this.fonts.normal;
      pdf
        .font(font)
        .fontSize(BODY)
        .fillColor(run.link ? '#1a5fb4' : '#222222');
      pdf.text(run.text, {
        width,
        continued: index < runs.length - 1,
        underline: run.link !== undefined,
        link: run.link ?? null,
      } as never);
    });
    pdf.x = MARGIN;
  }

  private item({ depth, marker, runs }: { depth: number; marker: string; runs: Run[] }): void {
    const { pdf } = this;
    const indent = MARGIN + 8 + depth * 16;
    this.room(BODY * 1.5);
    const top = pdf.y;
    const shown = this.fonts.normal === 'Helvetica' ? marker.replace('☑', '[x]').replace('☐', '[ ]') : marker;
    pdf
      .font(this.fonts.normal)
      .fontSize(BODY)
      .fillColor('#222222')
      .text(shown, indent, top, { width: 24, lineBreak: false });
    pdf.y = top;
    this.runs(runs.length > 0 ? runs : [{ text: ' ' }], indent + (shown.length > 2 ? 24 : 16));
    pdf.moveDown(0.15);
  }

  private code(text: string): void {
    const { pdf } = this;
    pdf.font(this.fonts.mono).fontSize(9);
    for (const line of text.split('\n')) {
      const height = pdf.heightOfString(line || ' ', { width: this.width - 16 });
      this.room(height + 2);
      const top = pdf.y;
      pdf.rect(MARGIN, top - 1, this.width, height + 2).fill('#f3f3f3');
      pdf
        .font(this.fonts.mono)
        .fontSize(9)
        .fillColor('#222222')
        .text(line || ' ', MARGIN + 8, top, { width: this.width - 16 });
    }
    pdf.x = MARGIN;
    pdf.moveDown(0.8);
  }

  private table(header: readonly Run[][], rows: readonly Run[][][]): void {
    const { pdf } = this;
    const columns = Math.max(1, header.length);
    const width = this.width / columns;
    const draw = (cells: readonly Run[][], isHead: boolean): void => {
      pdf.font(isHead ? this.fonts.bold : this.fonts.normal).fontSize(10);
      const texts = Array.from({ length: columns }, (_, index) => textOfRuns(cells[index] ?? []));
      const height =
        Math.max(...texts.map((text) => pdf.heightOfString(text || ' ', { width: width - 2 * CELL_PADDING }))) +
        2 * CELL_PADDING;
      if (pdf.y + height > this.bottom) {
        pdf.addPage();
        if (!isHead) draw(header, true);
        pdf.font(isHead ? this.fonts.bold : this.fonts.normal).fontSize(10);
      }
      const top = pdf.y;
      texts.forEach((text, index) => {
        const x = MARGIN + index * width;
        if (isHead) pdf.rect(x, top, width, height).fill('#eeeeee');
        pdf.lineWidth(0.5).rect(x, top, width, height).stroke('#bbbbbb');
        pdf.fillColor('#222222').text(text, x + CELL_PADDING, top + CELL_PADDING, {
          width: width - 2 * CELL_PADDING,
          height: height - CELL_PADDING,
        });
      });
      pdf.x = MARGIN;
      pdf.y = top + height;
    };
    draw(header, true);
    for (const row of rows) draw(row, false);
    pdf.moveDown(0.8);
  }

  private async picture(path: string): Promise<void> {
    const { pdf } = this;
    const { data, width, height } = await this.pictures.of(path);
    const scale = Math.min(1, this.width / width, (this.bottom - MARGIN) / height);
    this.room(height * scale + 6);
    const top = pdf.y;
    pdf.image(data, MARGIN, top, { width: width * scale, height: height * scale });
    pdf.x = MARGIN;
    pdf.y = top + height * scale + 10;
  }
}
