export interface Element {
  start: number;
  end: number;
  attributes: string;
  inner: string;
}

/**
 * Elements of a kind, up to the next end of that kind. Goes over the text once, whatever it is: where an end is missing,
 * nothing more is looked for.
 */
export function elements(xml: string, tag: string): Element[] {
  const found: Element[] = [];
  const open = new RegExp(`<(${tag})((?:\\s(?:[^<>"']|"[^<"]*"|'[^<']*')*?)?)\\s*(/?)>`, 'g');
  for (let match = open.exec(xml); match; match = open.exec(xml)) {
    const [, name = '', attributes = '', isEmpty = ''] = match;
    const start = match.index;
    const from = open.lastIndex;
    if (isEmpty) {
      found.push({ start, end: from, attributes, inner: '' });
      continue;
    }
    const close = xml.indexOf(`</${name}>`, from);
    if (close < 0) break;
    const end = close + name.length + 3;
    found.push({ start, end, attributes, inner: xml.slice(from, close) });
    open.lastIndex = end;
  }
  return found;
}

/** The same, whatever prefix a program puts before the name. */
export const named = (xml: string, name: string): Element[] => elements(xml, `(?:[\\w.-]+:)?${name}`);

export function replaceElements(xml: string, tag: string, by: (inner: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, inner } of elements(xml, tag)) {
    parts.push(xml.slice(at, start), by(inner));
    at = end;
  }
  return parts.join('') + xml.slice(at);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

export const decode = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
      if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
      return ENTITIES[name ?? ''] ?? whole;
    },
  );

const PATTERNS = new Map<string, RegExp>();

/**
 * Value of an attribute of an element, as it is written.
 * @param name whatever prefix it has; `r:id` for one that has to have a prefix, beside an `id` without
 */
export function attribute(attributes: string, name: string): string | undefined {
  let pattern = PATTERNS.get(name);
  if (!pattern) {
    const plain = name.slice(name.indexOf(':') + 1);
    const prefix = plain === name ? '(?:[\\w.-]+:)?' : '[\\w.-]+:';
    pattern = new RegExp(`(?:^|\\s)${prefix}${plain}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
    PATTERNS.set(name, pattern);
  }
  const found = pattern.exec(attributes);
  return found ? (found[1] ?? found[2]) : undefined;
}
