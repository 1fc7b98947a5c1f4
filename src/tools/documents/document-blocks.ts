import type { Token, Tokens } from 'marked';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { ToolError } from '../agent-tool';

/** A piece of text with its marks. */
export interface Run {
  text: string;
  bold?: boolean;
  italic?: boolean;
  code?: boolean;
  link?: string;
}

export interface ChartSpec {
  type: 'bar' | 'line' | 'pie';
  title?: string;
  labels: string[];
  series: { name: string; values: number[] }[];
}

/** A document in the words that slides and pages share. */
export type Block =
  | { kind: 'heading'; level: number; runs: Run[] }
  | { kind: 'paragraph'; runs: Run[] }
  | { kind: 'list'; items: { depth: number; marker: string; runs: Run[] }[] }
  | { kind: 'table'; header: Run[][]; rows: Run[][][] }
  | { kind: 'code'; text: string }
  | { kind: 'image'; path: string; alt: string }
  | { kind: 'chart'; chart: ChartSpec }
  | { kind: 'quote'; runs: Run[] }
  | { kind: 'rule' };

const MAX_CHART_VALUES = 500;

/**
 * Reads Markdown. A fenced block of language `chart` holds JSON: `{type: bar|line|pie, title?, labels: [],
 * series: [{name, values: []}]}`.
 * @throws ToolError invalid_args for a chart that is none
 */
export async function readBlocks(markdown: string): Promise<Block[]> {
  const { lexer } = await import('marked');
  return lexer(markdown).flatMap(blocksOf);
}

function blocksOf(token: Token): Block[] {
  switch (token.type) {
    case 'heading': {
      const { depth, tokens } = token as Tokens.Heading;
      return [{ kind: 'heading', level: depth, runs: runsOf(tokens) }];
    }
    case 'paragraph':
    case 'text':
      return paragraphs((token as Tokens.Paragraph).tokens ?? [token]);
    case 'list':
      return [{ kind: 'list', items: itemsOf(token as Tokens.List, 0) }];
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      return [
        {
          kind: 'table',
          header: header.map((cell) => runsOf(cell.tokens)),
          rows: rows.map((row) => row.map((cell) => runsOf(cell.tokens))),
        },
      ];
    }
    case 'code': {
      const { lang, text } = token as Tokens.Code;
      return lang?.trim() === 'chart' ? [{ kind: 'chart', chart: chartOf(text) }] : [{ kind: 'code', text }];
    }
    case 'blockquote':
      return [{ kind: 'quote', runs: runsOf((token as Tokens.Blockquote).tokens) }];
    case 'hr':
      return [{ kind: 'rule' }];
    default:
      return [];
  }
}

/** Pictures stand on their own between the text around them. */
function paragraphs(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = [];
  let text: Token[] = [];
  const flush = (): void => {
    const runs = runsOf(text);
    if (runs.some((run) => run.text.trim() !== '')) blocks.push({ kind: 'paragraph', runs });
    text = [];
  };
  for (const token of tokens) {
    if (token.type !== 'image') text.push(token);
    else {
      flush();
      blocks.push({ kind: 'image', path: (token as Tokens.Image).href, alt: (token as Tokens.Image).text });
    }
  }
  flush();
  return blocks;
}

function itemsOf(list: Tokens.List, depth: number): { depth: number; marker: string; runs: Run[] }[] {
  return list.items.flatMap((item, index) => {
    const own = item.tokens.filter((token) => token.type !== 'list');
    const below = item.tokens.filter((token) => token.type === 'list') as Tokens.List[];
    const box = item.task ? (item.checked ? '☑' : '☐') : undefined;
    const marker = list.ordered ? `${Number(list.start || 1) + index}.` : (box ?? '•');
    return [{ depth, marker, runs: runsOf(own) }, ...below.flatMap((nested) => itemsOf(nested, depth + 1))];
  });
}

function runsOf(tokens: readonly Token[], marks: Omit<Run, 'text'> = {}): Run[] {
  return tokens.flatMap((token): Run[] => {
    switch (token.type) {
      case 'strong':
        return runsOf((token as Tokens.Strong).tokens, { ...marks, bold: true });
      case 'em':
        return runsOf((token as Tokens.Em).tokens, { ...marks, italic: true });
      case 'codespan':
        return [{ ...marks, code: true, text: plain((token as Tokens.Codespan).text) }];
      case 'link':
        return runsOf((token as Tokens.Link).tokens, { ...marks, link: (token as Tokens.Link).href });
      case 'br':
        return [{ ...marks, text: '\n' }];
      case 'image':
        return [{ ...marks, text: (token as Tokens.Image).text }];
      case 'checkbox':
      case 'space':
        return [];
      default: {
        const { tokens: below, text } = token as { tokens?: Token[]; text?: string };
        return below ? runsOf(below, marks) : [{ ...marks, text: plain(text ?? '') }];
      }
    }
  });
}

const plain = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

export const textOfRuns = (runs: readonly Run[]): string => runs.map((run) => run.text).join('');

function chartOf(text: string): ChartSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(messageOf(error));
  }
  if (!isPlainObject(value)) throw bad('it must be an object');
  const { type, title, labels, series } = value;
  if (type !== 'bar' && type !== 'line' && type !== 'pie') throw bad('type must be bar, line or pie');
  if (!Array.isArray(labels) || labels.length === 0 || labels.length > MAX_CHART_VALUES)
    throw bad(`labels must be a list of 1 to ${MAX_CHART_VALUES} texts`);
  if (!Array.isArray(series) || series.length === 0) throw bad('series must be a list of {name, values}');
  return {
    type,
    ...(typeof title === 'string' ? { title } : {}),
    labels: labels.map(String),
    series: series.map((entry: unknown, index) => {
      const values = isPlainObject(entry) ? entry['values'] : undefined;
      if (
        !Array.isArray(values) ||
        values.length !== labels.length ||
        !values.every((number) => Number.isFinite(number))
      )
        throw bad(`series[${index}].values must be ${labels.length} numbers, one for each label`);
      const name = isPlainObject(entry) && typeof entry['name'] === 'string' ? entry['name'] : `Series ${index + 1}`;
      return { name, values: values as number[] };
    }),
  };
}

const bad = (what: string): ToolError => new ToolError('invalid_args', `chart: ${what}`);
