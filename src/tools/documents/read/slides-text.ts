import { FormulaWriter, chartText, drawingText, pictureMark } from './drawing-words';
import { FlowText } from './flow-text';
import { attribute, decode, elements, named } from './office-xml';
import { type ReadPart, relationsOf } from './package-parts';
import { scanXml } from './xml-scan';

const SILENT: ReadonlySet<string> = new Set(['a:tblPr', 'a:tcPr', 'm:ctrlPr']);

/**
 * Words of a pptx file: its slides in their order, with tables, charts, notes and comments.
 * @param usual its slides by their names, for a file that does not say their order
 */
export async function slidesText(part: string, read: ReadPart, usual: readonly string[]): Promise<string> {
  const relations = new Map((await relationsOf(part, read)).map((each) => [each.id, each]));
  const order = named(await read(part), 'sldId').flatMap(({ attributes }) => {
    const found = relations.get(attribute(attributes, 'r:id') ?? '');
    return found ? [found.target] : [];
  });
  const texts: string[] = [];
  for (const [index, name] of (order.length > 0 ? order : usual).entries())
    texts.push(await slideText(index + 1, name, read));
  return texts.join('\n\n');
}

async function slideText(number: number, part: string, read: ReadPart): Promise<string> {
  const xml = await read(part);
  const relations = await relationsOf(part, read);
  const drawn = new Map<string, string>();
  const behind: string[] = [];
  for (const { id, type, target } of relations) {
    if (type === 'chart') drawn.set(id, chartText(await read(target)));
    else if (type === 'diagramData') drawn.set(id, `[diagram]\n${drawingText(await read(target))}`);
    else if (type === 'notesSlide') {
      const notes = wordsOf(await read(target), new Map(), true);
      if (notes !== '') behind.push(`[notes] ${notes}`);
    } else if (type === 'comments' || type === 'comment') behind.push(...commentsIn(await read(target)));
  }
  const [slide] = named(xml, 'sld');
  const isHidden = /^(?:0|false)$/.test(attribute(slide?.attributes ?? '', 'show') ?? '');
  const words = wordsOf(xml, drawn, false);
  return [`[slide ${number}${isHidden ? ', hidden' : ''}]`, words, ...behind].filter((line) => line !== '').join('\n');
}

/** @param areNotes of a page of notes only what somebody wrote is taken */
function wordsOf(xml: string, drawn: ReadonlyMap<string, string>, areNotes: boolean): string {
  const flow = new FlowText();
  const formulas = new FormulaWriter(flow);
  let silent: { name: string; depth: number } | undefined;
  let isText = false;
  const choices: boolean[] = [];
  scanXml(xml, {
    open: (name, attributes) => {
      if (silent) {
        if (name === silent.name) silent.depth++;
        return;
      }
      if (SILENT.has(name) || (name === 'mc:Fallback' && choices.at(-1) === true)) {
        silent = { name, depth: 1 };
        return;
      }
      if (formulas.open(name, attributes)) isText = name === 'm:t';
      switch (name) {
        case 'a:t':
          isText = true;
          break;
        case 'a:p':
          flow.startParagraph();
          break;
        case 'a:br':
          flow.write('\n');
          break;
        case 'a:fld':
          // Numbers of pages say nothing without the page.
          if (attribute(attributes, 'type') === 'slidenum') silent = { name, depth: 1 };
          break;
        case 'a:tr':
          flow.startRow();
          break;
        case 'a:tc':
          flow.startBlock();
          break;
        case 'mc:AlternateContent':
          choices.push(false);
          break;
        case 'mc:Choice':
          if (choices.length > 0) choices[choices.length - 1] = true;
          break;
        case 'p:pic':
          if (!areNotes) flow.startParagraph();
          break;
        case 'p:cNvPr':
          if (flow.isInParagraph && flow.written === '')
            flow.write(pictureMark(attribute(attributes, 'descr'), attribute(attributes, 'title')));
          break;
        case 'c:chart':
        case 'dgm:relIds': {
          const found = drawn.get(attribute(attributes, name === 'c:chart' ? 'r:id' : 'dm') ?? '');
          if (found !== undefined) flow.line(found);
        }
      }
    },
    close: (name) => {
      if (silent) {
        if (name === silent.name && --silent.depth === 0) silent = undefined;
        return;
      }
      if (formulas.close(name)) isText = false;
      if (name === 'a:t') isText = false;
      else if (name === 'a:p' || (name === 'p:pic' && !areNotes)) flow.endParagraph();
      else if (name === 'a:tc') flow.endCell();
      else if (name === 'a:tr') flow.endRow();
      else if (name === 'mc:AlternateContent') choices.pop();
    },
    text: (text) => isText && !silent && flow.write(text),
  });
  return flow
    .end()
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** Comments of both kinds that PowerPoint has. */
function commentsIn(xml: string): string[] {
  return named(xml, 'cm').flatMap(({ inner }) => {
    const [plain] = elements(inner, 'p:text');
    const words = plain ? decode(plain.inner) : drawingText(inner);
    return words.trim() === '' ? [] : [`[comment] ${words.trim()}`];
  });
}
