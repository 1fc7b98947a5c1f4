import { decode } from 'html-entities';

/** Elements without an end. */
const VOID = new Set(['br', 'hr', 'input', 'img']);
const PART = /<(\/?)([a-zA-Z][\w-]*)((?: [^\s=<>"]+="[^"<>]*")*) ?\/?>|([^<]+)/gy;

/** One element of the markup that React makes, which is always well formed. */
export class MarkupElement {
  readonly children: (MarkupElement | string)[] = [];

  constructor(
    readonly tag: string,
    readonly attributes: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** What a reader sees. */
  get text(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.text)).join('');
  }

  /** Elements inside, of one name or all, in the order of the page. */
  all(tag?: string): MarkupElement[] {
    return this.children
      .filter((child) => typeof child !== 'string')
      .flatMap((child) => [...(tag === undefined || child.tag === tag ? [child] : []), ...child.all(tag)]);
  }
}

/** @throws Error where something is no element and no text */
export function readMarkup(markup: string): MarkupElement {
  const open = [new MarkupElement('root')];
  PART.lastIndex = 0;
  while (PART.lastIndex < markup.length) {
    const at = PART.lastIndex;
    const [, end, tag, attributes = '', text] = PART.exec(markup) ?? [];
    const inner = open.at(-1) as MarkupElement;
    if (text !== undefined) inner.children.push(decode(text));
    else if (tag === undefined) throw new Error(`no markup at ${markup.slice(at, at + 80)}`);
    else if (end === '/') open.pop();
    else {
      const found = [...attributes.matchAll(/ ([^=]+)="([^"]*)"/g)];
      const element = new MarkupElement(
        tag.toLowerCase(),
        new Map(found.map(([, name = '', value = '']) => [name.toLowerCase(), decode(value)])),
      );
      inner.children.push(element);
      if (!VOID.has(element.tag)) open.push(element);
    }
  }
  return open[0] as MarkupElement;
}
