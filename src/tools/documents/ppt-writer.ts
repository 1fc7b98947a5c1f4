import type PptxGenJS from 'pptxgenjs';
import { isWebAddress } from '../../common/net/host';
import { type Block, type ChartSpec, type Run, readBlocks, textOfRuns } from './document-blocks';
import type { DocumentPictures } from './document-files';
import { CHART_COLOURS } from './draw-chart';

export interface SlideSpec {
  title: string;
  content?: string;
  layout?: 'title' | 'content' | 'two_column' | 'blank';
}

export interface DeckRequest {
  title: string;
  author?: string;
  slides: readonly SlideSpec[];
  pictures: DocumentPictures;
}

/** Inches of a 16:9 slide. */
const WIDTH = 13.33;
const HEIGHT = 7.5;
const EDGE = 0.6;

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Sets slides. Columns of `two_column` are parted by a line `||`. @returns the file */
export async function writeDeck(request: DeckRequest): Promise<Buffer> {
  const { default: Pptx } = await import('pptxgenjs');
  const deck = new Pptx();
  deck.layout = 'LAYOUT_WIDE';
  deck.title = request.title;
  if (request.author) deck.author = request.author;
  deck.company = '';
  for (const spec of request.slides) await addSlide(deck, spec, request.pictures);
  return (await deck.write({ outputType: 'nodebuffer' })) as Buffer;
}

async function addSlide(deck: PptxGenJS, spec: SlideSpec, pictures: DocumentPictures): Promise<void> {
  const slide = deck.addSlide();
  const layout = spec.layout ?? 'content';
  const content = spec.content ?? '';
  if (layout === 'title') {
    slide.addText(spec.title, {
      x: EDGE,
      y: 2.3,
      w: WIDTH - 2 * EDGE,
      h: 1.6,
      fontSize: 44,
      bold: true,
      align: 'center',
      valign: 'bottom',
      fit: 'shrink',
    });
    if (content !== '')
      slide.addText(content, {
        x: EDGE,
        y: 4.1,
        w: WIDTH - 2 * EDGE,
        h: 1.6,
        fontSize: 22,
        color: '555555',
        align: 'center',
        valign: 'top',
      });
    return;
  }
  let top = EDGE;
  if (layout !== 'blank') {
    slide.addText(spec.title, {
      x: EDGE,
      y: 0.35,
      w: WIDTH - 2 * EDGE,
      h: 0.9,
      fontSize: 30,
      bold: true,
      valign: 'middle',
      fit: 'shrink',
    });
    top = 1.45;
  }
  const height = HEIGHT - top - 0.4;
  const columns =
    layout === 'two_column' || content.split('\n').some((line) => line.trim() === '||') || / \|\| /.test(content)
      ? content.split('||').map((column) => column.trim())
      : [content];
  const width = (WIDTH - 2 * EDGE - 0.4 * (columns.length - 1)) / columns.length;
  for (const [index, column] of columns.entries()) {
    const blocks = await readBlocks(column);
    await addBlocks(deck, slide, blocks, { x: EDGE + index * (width + 0.4), y: top, w: width, h: height }, pictures);
  }
}

/** Shares a box among blocks: texts together, pictures, tables and charts below each other. */
async function addBlocks(
  deck: PptxGenJS,
  slide: PptxGenJS.Slide,
  blocks: readonly Block[],
  box: Box,
  pictures: DocumentPictures,
): Promise<void> {
  const groups: (Block[] | Block)[] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (block.kind === 'image' || block.kind === 'table' || block.kind === 'chart') groups.push(block);
    else if (Array.isArray(last)) last.push(block);
    else groups.push([block]);
  }
  const weight = (group: Block[] | Block): number => (Array.isArray(group) ? Math.max(1, lineCount(group) / 4) : 3);
  const total = groups.reduce((sum, group) => sum + weight(group), 0) || 1;
  let { y } = box;
  for (const group of groups) {
    const part = { ...box, y, h: (box.h * weight(group)) / total };
    if (Array.isArray(group)) addText(slide, group, part);
    else if (group.kind === 'table') addTable(slide, group, part);
    else if (group.kind === 'chart') addChart(deck, slide, group.chart, part);
    else if (group.kind === 'image') await addPicture(slide, group, part, pictures);
    y += part.h;
  }
}

const lineCount = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, block) => sum + (block.kind === 'list' ? block.items.length : 1), 0);

function addText(slide: PptxGenJS.Slide, blocks: readonly Block[], box: Box): void {
  const texts: PptxGenJS.TextProps[] = [];
  const line = (runs: readonly Run[], options: PptxGenJS.TextPropsOptions): void => {
    const shown = runs.length > 0 ? runs : [{ text: ' ' }];
    shown.forEach((run, index) =>
      texts.push({
        text: run.text,
        options: {
          ...(index === 0 ? options : {}),
          ...(options.fontSize ? { fontSize: options.fontSize } : {}),
          ...(run.bold || options.bold ? { bold: true } : {}),
          ...(run.italic ? { italic: true } : {}),
          ...(run.code ? { fontFace: 'Courier New' } : {}),
          ...(run.link && isWebAddress(run.link) ? { hyperlink: { url: run.link } } : {}),
          breakLine: index === shown.length - 1,
        },
      }),
    );
  };
  for (const block of blocks) {
    if (block.kind === 'heading') line(block.runs, { bold: true, fontSize: 24 });
    else if (block.kind === 'paragraph' || block.kind === 'quote') line(block.runs, { fontSize: 20 });
    else if (block.kind === 'code') line([{ text: block.text, code: true }], { fontSize: 14 });
    else if (block.kind === 'list')
      for (const item of block.items)
        line(item.runs, {
          fontSize: 20,
          bullet: /^\d/.test(item.marker) ? { type: 'number' } : true,
          ...(item.depth > 0 ? { indentLevel: item.depth } : {}),
        });
  }
  if (texts.length > 0) slide.addText(texts, { ...box, valign: 'top', fit: 'shrink', paraSpaceAfter: 6 });
}

function addTable(slide: PptxGenJS.Slide, table: Extract<Block, { kind: 'table' }>, box: Box): void {
  const cell = (runs: readonly Run[], isHead: boolean): PptxGenJS.TableCell => ({
    text: textOfRuns(runs),
    options: isHead ? { bold: true, fill: { color: 'EEEEEE' } } : {},
  });
  const rows = [
    table.header.map((runs) => cell(runs, true)),
    ...table.rows.map((row) => table.header.map((_, index) => cell(row[index] ?? [], false))),
  ];
  slide.addTable(rows, {
    x: box.x,
    y: box.y,
    w: box.w,
    fontSize: 14,
    border: { type: 'solid', pt: 0.5, color: 'BBBBBB' },
    autoPage: false,
  });
}

function addChart(deck: PptxGenJS, slide: PptxGenJS.Slide, chart: ChartSpec, box: Box): void {
  const series = (chart.type === 'pie' ? chart.series.slice(0, 1) : chart.series).map(({ name, values }) => ({
    name,
    labels: chart.labels,
    values,
  }));
  slide.addChart(deck.ChartType[chart.type], series, {
    ...box,
    showLegend: true,
    legendPos: 'b',
    chartColors: CHART_COLOURS.map((colour) => colour.slice(1)),
    ...(chart.title ? { showTitle: true, title: chart.title } : {}),
  });
}

async function addPicture(
  slide: PptxGenJS.Slide,
  { path, alt }: { path: string; alt: string },
  box: Box,
  pictures: DocumentPictures,
): Promise<void> {
  const { data, mimeType, width, height } = await pictures.of(path);
  const scale = Math.min(box.w / width, box.h / height);
  const w = width * scale;
  const h = height * scale;
  slide.addImage({
    data: `${mimeType};base64,${data.toString('base64')}`,
    x: box.x + (box.w - w) / 2,
    y: box.y + (box.h - h) / 2,
    w,
    h,
    ...(alt ? { altText: alt } : {}),
  });
}
