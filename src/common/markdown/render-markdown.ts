import { withoutEnd } from '../text/edges';
import { alignTable } from './align-table';
import type { SpoilerToken } from './dialect';
import type { MathToken } from './math';
import {
  type Token,
  type Tokens,
  blocksOf,
  childrenOf,
  decodeEntities,
  isBareLink,
  readMarkdown,
} from './markdown-tree';

/** Emphasis that a text stands in. */
export type Emphasis = 'strong' | 'em' | 'del' | 'spoiler';

export interface LinkFacts {
  href: string;
  /** The label without any markup. */
  words: string;
  /** Whether the label is the address itself. */
  isBare: boolean;
}

/** How a platform writes what Markdown says. Each function gets what is inside already written. */
export interface MarkdownForm {
  /** Words without any markup. */
  text(text: string): string;
  emphasis(kind: Emphasis, inner: string, around: { before: string; after: string }): string;
  code(text: string): string;
  /** @returns undefined where the platform can't have the link; it then stays as it was written */
  link(label: string, link: LinkFacts): string | undefined;
  codeBlock(text: string, language: string): string;
  heading(inner: string, depth: number): string;
  quote(inner: string, depth: number): string;
  rule: string;
  bullet: string;
  /** Signs before the text of a list's task. */
  task: { open: string; done: string };
}

/** Writes Markdown in the form of a platform. Nothing that can be seen is lost; what a platform lacks stays readable. */
export function renderMarkdown(markdown: string, form: MarkdownForm): string {
  const tokens = readMarkdown(markdown);
  return new Renderer(form, usedReferences(tokens)).blocks(tokens, 0);
}

/** Words of Markdown without its marks. Addresses behind words are left out. */
export const plainWords = (markdown: string): string => renderMarkdown(markdown, WORDS);

/** Words of a table's cell, with the addresses behind them: code holds no links. */
export const cellWords = (tokens: readonly Token[]): string => new Renderer(CELL, new Set()).inline(tokens);

const WORDS: MarkdownForm = {
  text: (text) => text,
  emphasis: (_, inner) => inner,
  code: (text) => text,
  link: (label) => label,
  codeBlock: (text) => text,
  heading: (inner) => inner,
  quote: (inner) => inner,
  rule: '———',
  bullet: '•',
  task: { open: '☐', done: '☑' },
};

const CELL: MarkdownForm = {
  ...WORDS,
  link: (label, { href, isBare }) => (isBare || label === href ? label : `${label} (${href})`),
};

class Renderer {
  private isInLink = false;
  /** Emphasis that is open where the walk is: none of them is opened twice. */
  private readonly open = new Set<Emphasis>();

  constructor(
    private readonly form: MarkdownForm,
    /** Addresses of definitions that links refer to. */
    private readonly used: ReadonlySet<string>,
  ) {}

  blocks(tokens: readonly Token[], quotes: number): string {
    let text = '';
    for (const { token, gap } of blocksOf(tokens)) {
      const piece = this.block(token, quotes);
      if (piece === undefined) continue;
      text += `${text === '' ? '' : '\n'.repeat(gap)}${piece}`;
    }
    return text;
  }

  private block(token: Token, quotes: number): string | undefined {
    const { form } = this;
    switch (token.type) {
      case 'paragraph':
        return this.inline(childrenOf(token));
      case 'text':
        return childrenOf(token).length > 0 ? this.inline(childrenOf(token)) : form.text(decodeEntities(textOf(token)));
      case 'heading': {
        const heading = token as Tokens.Heading;
        return this.within('strong', () => form.heading(this.inline(heading.tokens), heading.depth));
      }
      case 'code': {
        const code = token as Tokens.Code;
        return form.codeBlock(code.text, decodeEntities(code.lang?.split(/\s/)[0] ?? ''));
      }
      case 'math':
        return form.codeBlock((token as MathToken).text, '');
      case 'blockquote':
        return form.quote(this.blocks(childrenOf(token), quotes + 1), quotes);
      case 'list':
        return this.list(token as Tokens.List, quotes);
      case 'table':
        return form.codeBlock(
          alignTable(token as Tokens.Table, (cell) => cellWords(cell.tokens)),
          '',
        );
      case 'hr':
        return form.rule;
      case 'def':
        return this.used.has((token as Tokens.Def).href) ? undefined : form.text(token.raw.trim());
      default:
        return form.text(withoutEnd(token.raw, '\n'));
    }
  }

  private list(list: Tokens.List, quotes: number): string {
    return list.items
      .map((item, index) => {
        const marker = list.ordered ? `${Number(list.start) + index}.` : this.form.bullet;
        const task = item.task ? `${item.checked ? this.form.task.done : this.form.task.open} ` : '';
        const inner = this.item(item, quotes);
        const isLast = index === list.items.length - 1;
        return `${marker} ${task}${inner}${isLast ? '' : list.loose ? '\n\n' : '\n'}`;
      })
      .join('');
  }

  /** A list inside an item is set in; its code blocks are not, their blanks count. */
  private item(item: Tokens.ListItem, quotes: number): string {
    let text = '';
    for (const { token, gap } of blocksOf(item.tokens.filter(({ type }) => type !== 'checkbox'))) {
      const piece = this.block(token, quotes);
      if (piece === undefined) continue;
      const shown = token.type === 'list' ? piece.replace(/^/gm, '  ') : piece;
      text += `${text === '' ? '' : '\n'.repeat(gap)}${shown}`;
    }
    return text;
  }

  inline(tokens: readonly Token[]): string {
    const written: string[] = [];
    let before = '';
    tokens.forEach((token, index) => {
      const piece = this.span(token, { before, after: (tokens[index + 1]?.raw ?? '').slice(0, 1) });
      before = piece.at(-1) ?? before;
      written.push(piece);
    });
    return written.join('');
  }

  private span(token: Token, around: { before: string; after: string }): string {
    const { form } = this;
    switch (token.type) {
      case 'text':
        return childrenOf(token).length > 0 ? this.inline(childrenOf(token)) : form.text(decodeEntities(textOf(token)));
      case 'escape':
        return form.text(textOf(token));
      case 'strong':
      case 'em':
      case 'del':
      case 'spoiler': {
        const inner = (): string => this.inline(childrenOf(token as SpoilerToken));
        if (this.open.has(token.type as Emphasis)) return inner();
        return form.emphasis(token.type as Emphasis, this.within(token.type as Emphasis, inner), around);
      }
      case 'codespan':
        return form.code(textOf(token));
      case 'math':
        return token.raw.includes('\n') ? form.codeBlock(token.raw, '') : form.code(token.raw);
      case 'br':
        return '\n';
      // Said by the list item.
      case 'checkbox':
        return '';
      case 'link': {
        const link = token as Tokens.Link;
        const label = this.insideLink(link.tokens);
        const words = new Renderer(WORDS, this.used).inline(link.tokens);
        return (
          form.link(label, { href: decodeEntities(link.href), words, isBare: isBareLink(link) }) ?? form.text(link.raw)
        );
      }
      case 'image': {
        const image = token as Tokens.Image;
        const words = decodeEntities(image.text || image.href);
        // A link holds no other.
        if (this.isInLink) return form.text(words);
        const facts = { href: decodeEntities(image.href), words, isBare: false };
        return form.link(form.text(words), facts) ?? form.text(image.raw);
      }
      default:
        return /^<br\s*\/?>$/i.test(token.raw) ? '\n' : form.text(token.raw);
    }
  }

  private insideLink(tokens: readonly Token[]): string {
    const before = this.isInLink;
    this.isInLink = true;
    try {
      return this.inline(tokens);
    } finally {
      this.isInLink = before;
    }
  }

  private within(kind: Emphasis, work: () => string): string {
    const isOuter = !this.open.has(kind);
    this.open.add(kind);
    try {
      return work();
    } finally {
      if (isOuter) this.open.delete(kind);
    }
  }
}

const textOf = (token: Token): string => ('text' in token ? String(token.text) : token.raw);

/** Addresses that links name by a definition elsewhere; a definition that nothing refers to is text like any other. */
function usedReferences(tokens: readonly Token[]): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (token: Token): void => {
    if ((token.type === 'link' || token.type === 'image') && token.raw.endsWith(']')) used.add(String(token['href']));
    for (const child of childrenOf(token)) visit(child);
    if (token.type === 'list') (token as Tokens.List).items.forEach(visit);
    if (token.type === 'table')
      for (const row of [(token as Tokens.Table).header, ...(token as Tokens.Table).rows])
        for (const cell of row) cell.tokens.forEach(visit);
  };
  tokens.forEach(visit);
  return used;
}
