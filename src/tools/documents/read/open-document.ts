import { pictureMark } from './drawing-words';
import { FlowText } from './flow-text';
import { attribute, decode, elements, named } from './office-xml';
import type { ReadPart } from './package-parts';
import { sheetsText } from './open-sheets';
import { mathText } from './math-text';
import { scanXml } from './xml-scan';

const TEXT = 'application/vnd.oasis.opendocument.text';
const TYPE = /^application\/vnd\.oasis\.opendocument\.[a-z-]{1,40}$/;
const MOST_HEADING = 6;
const MOST_SPACES = 200;
/** What is no text of the document as it is now: what was deleted, what is read aloud beside it, who wrote when. */
const SILENT: ReadonlySet<string> = new Set([
  'text:tracked-changes',
  'text:ruby-text',
  'text:note-citation',
  'dc:date',
  'meta:creator-initials',
  'meta:date-string',
  'draw:page-thumbnail',
  'office:forms',
]);

export interface OfficeText {
  text: string;
  mimeType: string;
}

/** Text of an odt, ods or odp file. @param type as the file names it */
export async function openDocumentText(xml: string, type: string, read: ReadPart): Promise<OfficeText> {
  const mimeType = TYPE.test(type) ? type : TEXT;
  if (mimeType.includes('spreadsheet')) return { text: sheetsText(xml), mimeType };
  const objects = await objectsIn(xml, read);
  const styles = await read('styles.xml');
  if (mimeType.includes('presentation')) {
    const hidden = hiddenStyles(xml);
    const pages = elements(xml, 'draw:page').map(({ attributes, inner }, index) => {
      const isHidden = hidden.has(attribute(attributes, 'style-name') ?? '');
      const words = wordsOf(inner, objects, new Set())
        .replace(/\n{2,}/g, '\n')
        .trim();
      return `[slide ${index + 1}${isHidden ? ', hidden' : ''}]\n${words}`.trimEnd();
    });
    return { text: pages.join('\n\n'), mimeType };
  }
  const body = wordsOf(xml, objects, new Set([...numberedIn(xml), ...numberedIn(styles)]));
  const around = (['header', 'footer'] as const).flatMap((which) =>
    elements(styles, `style:${which}`).map(({ inner }) => {
      const words = wordsOf(inner, new Map(), new Set()).trim().replace(/\n+/g, ' | ');
      return words === '' ? '' : `[${which}] ${words}`;
    }),
  );
  const shown = [...new Set(around)].filter((line) => line !== '');
  return { text: shown.length === 0 ? body : `${body}\n\n${shown.join('\n')}`, mimeType };
}

const hiddenStyles = (xml: string): Set<string> =>
  new Set(
    elements(xml, 'style:style')
      .filter(({ inner }) => /\spresentation:visibility="hidden"/.test(inner))
      .map(({ attributes }) => attribute(attributes, 'name') ?? ''),
  );

/** Levels of styles of lists that are numbered, as `name level`; the others have marks. */
const numberedIn = (xml: string): string[] =>
  elements(xml, 'text:list-style').flatMap(({ attributes, inner }) =>
    elements(inner, 'text:list-level-style-number')
      .filter((level) => (attribute(level.attributes, 'num-format') ?? '1') !== '')
      .map((level) => `${attribute(attributes, 'name') ?? ''} ${attribute(level.attributes, 'level') ?? '1'}`),
  );

/** Formulas and charts, which are documents of their own, by the place that they are named by. */
async function objectsIn(xml: string, read: ReadPart): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  for (const { attributes } of elements(xml, 'draw:object')) {
    const place = decode(attribute(attributes, 'href') ?? '');
    const content = await read(`${place.replace(/^\.\/|\/$/g, '')}/content.xml`);
    const [formula] = named(content, 'annotation');
    if (formula) objects.set(place, `[formula: ${decode(formula.inner).trim().replace(/\s+/g, ' ')}]`);
    else if (/<(?:\w+:)?math[\s>]/.test(content)) objects.set(place, `[formula: ${mathText(content)}]`);
    else if (content.includes('<chart:chart'))
      objects.set(
        place,
        `[chart]\n${wordsOf(content, new Map(), new Set())
          .replace(/\n{2,}/g, '\n')
          .trim()}`,
      );
  }
  return objects;
}

interface ListState {
  style: string;
  count: number;
}

/** @param numbered levels of lists with numbers */
function wordsOf(xml: string, objects: ReadonlyMap<string, string>, numbered: ReadonlySet<string>): string {
  const flow = new FlowText();
  const lists: ListState[] = [];
  const prefixes: string[] = [];
  const notes: { kind: 'footnote' | 'endnote' | 'comment'; by: string }[] = [];
  const links: { target: string; words: string }[] = [];
  const frames: { words: string; shows?: 'picture' | 'object' }[] = [];
  const cells: number[] = [];
  let item = '';
  let silent: { name: string; depth: number } | undefined;
  let said: 'creator' | 'title' | undefined;
  /** Words stand in paragraphs only; blanks between elements are none. */
  const endFrame = (): void => {
    const frame = frames.pop();
    if (frame?.shows !== 'picture') return;
    const mark = pictureMark(frame.words);
    if (flow.isInParagraph) flow.write(mark);
    else flow.line(mark);
  };
  scanXml(xml, {
    open: (name, attributes) => {
      if (silent) {
        if (name === silent.name) silent.depth++;
        return;
      }
      if (SILENT.has(name)) {
        silent = { name, depth: 1 };
        return;
      }
      switch (name) {
        case 'text:p':
        case 'text:h': {
          flow.startParagraph();
          const level = Number(attribute(attributes, 'outline-level') ?? 1);
          prefixes.push(name === 'text:h' ? `${'#'.repeat(Math.min(Math.max(level, 1), MOST_HEADING))} ` : item);
          item = '';
          break;
        }
        case 'text:s':
          flow.write(' '.repeat(Math.min(Number(attribute(attributes, 'c') ?? 1) || 1, MOST_SPACES)));
          break;
        case 'text:tab':
          flow.write('\t');
          break;
        case 'text:line-break':
          flow.write('\n');
          break;
        case 'text:a':
          links.push({ target: decode(attribute(attributes, 'href') ?? ''), words: '' });
          break;
        case 'text:list':
          lists.push({ style: attribute(attributes, 'style-name') ?? lists.at(-1)?.style ?? '', count: 0 });
          break;
        case 'text:list-item': {
          const list = lists.at(-1);
          if (!list) break;
          list.count = Number(attribute(attributes, 'start-value') ?? list.count + 1) || 1;
          const isNumbered = numbered.has(`${list.style} ${lists.length}`);
          item = `${'  '.repeat(lists.length - 1)}${isNumbered ? `${list.count}. ` : '- '}`;
          break;
        }
        case 'text:note':
          notes.push({ kind: attribute(attributes, 'note-class') === 'endnote' ? 'endnote' : 'footnote', by: '' });
          flow.startBlock();
          break;
        case 'office:annotation':
          notes.push({ kind: 'comment', by: '' });
          flow.startBlock();
          break;
        case 'presentation:notes':
          flow.startBlock();
          break;
        case 'dc:creator':
          said = 'creator';
          break;
        case 'table:table': {
          const frame = frames.at(-1);
          if (frame) frame.shows = 'object';
          break;
        }
        case 'table:table-row':
          flow.startRow();
          break;
        case 'table:table-cell':
        case 'table:covered-table-cell':
          flow.startBlock();
          cells.push(Number(attribute(attributes, 'number-columns-repeated') ?? 1) || 1);
          break;
        case 'draw:frame':
          frames.push({ words: '' });
          break;
        case 'draw:image': {
          const frame = frames.at(-1);
          // Beside an object stands a picture of it.
          if (frame) frame.shows ??= 'picture';
          break;
        }
        case 'draw:object': {
          const object = objects.get(decode(attribute(attributes, 'href') ?? ''));
          const frame = frames.at(-1);
          if (object === undefined || !frame) break;
          frame.shows = 'object';
          if (flow.isInParagraph && !object.includes('\n')) flow.write(object);
          else flow.line(object);
          break;
        }
        case 'svg:title':
        case 'svg:desc':
          said = 'title';
      }
    },
    close: (name) => {
      if (silent) {
        if (name === silent.name && --silent.depth === 0) silent = undefined;
        return;
      }
      switch (name) {
        case 'text:p':
        case 'text:h':
          flow.endParagraph(prefixes.pop());
          break;
        case 'text:a': {
          const link = links.pop();
          const isAddress = link !== undefined && /^[a-z][a-z0-9+.-]*:/i.test(link.target);
          if (isAddress && link.words.trim() !== link.target) flow.write(` <${link.target}>`);
          break;
        }
        case 'text:list':
          lists.pop();
          item = '';
          break;
        case 'text:note':
        case 'office:annotation': {
          const words = flow.endBlock();
          const note = notes.pop();
          if (note) flow.note(note.kind, words, note.by);
          break;
        }
        case 'presentation:notes': {
          const words = flow.endBlock().trim();
          if (words !== '') flow.line(`[notes] ${words}`);
          break;
        }
        case 'table:table-row':
          flow.endRow();
          break;
        case 'table:table-cell':
        case 'table:covered-table-cell':
          flow.endCell(cells.pop());
          break;
        case 'draw:frame':
          endFrame();
          break;
        case 'dc:creator':
        case 'svg:title':
        case 'svg:desc':
          said = undefined;
      }
    },
    text: (text) => {
      if (silent) return;
      const note = notes.at(-1);
      const frame = frames.at(-1);
      if (said === 'creator') {
        if (note) note.by += text;
      } else if (said === 'title') {
        if (frame) frame.words ||= text.trim();
      } else {
        const words = text.replace(/[\r\n\t ]+/g, ' ');
        flow.write(words);
        const link = links.at(-1);
        if (link) link.words += words;
      }
    },
  });
  return flow.end();
}
