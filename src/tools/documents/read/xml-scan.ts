import { decode } from './office-xml';

export interface XmlReader {
  /** @param name with the prefix that its namespace usually has, whatever the file calls it */
  open(name: string, attributes: string): void;
  close(name: string): void;
  text(text: string): void;
}

/** Prefixes under which readers know the namespaces; programs that write files may choose others. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/\/wordprocessingml\/(?:2006\/)?main$/, 'w:'],
  [/\/drawingml\/(?:2006\/)?main$/, 'a:'],
  [/\/presentationml\/(?:2006\/)?main$/, 'p:'],
  [/\/spreadsheetml\/(?:2006\/)?main$/, ''],
  [/\/officeDocument\/(?:2006\/)?math$/, 'm:'],
  [/\/drawingml\/(?:2006\/)?picture$/, 'pic:'],
  [/\/drawingml\/(?:2006\/)?wordprocessingDrawing$/, 'wp:'],
  [/\/markup-compatibility\/2006$/, 'mc:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:drawing:/, 'draw:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:svg-compatible:/, 'svg:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:office:/, 'office:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:text:/, 'text:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:table:/, 'table:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:style:/, 'style:'],
  [/^urn:oasis:names:tc:opendocument:xmlns:presentation:/, 'presentation:'],
];
const DECLARED = /\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Elements inside of each other; a file with more is not one that a program for people wrote, and is read up to there. */
const MOST_DEPTH = 256;

/** Tells what is in a text of XML from its beginning to its end, once, whatever it is; what is broken is passed over. */
export function scanXml(xml: string, reader: XmlReader): void {
  const prefixes = new Map<string, string>();
  const nameOf = (raw: string): string => {
    const colon = raw.indexOf(':');
    const prefix = prefixes.get(colon < 0 ? '' : raw.slice(0, colon));
    return prefix === undefined ? raw : prefix + raw.slice(colon + 1);
  };
  let at = 0;
  let depth = 0;
  while (at < xml.length) {
    const start = xml.indexOf('<', at);
    const stop = start < 0 ? xml.length : start;
    if (stop > at) reader.text(decode(xml.slice(at, stop)));
    if (start < 0) return;
    if (xml.startsWith('<![CDATA[', start)) {
      const end = after(xml, ']]>', start);
      const [from, to] = [start + 9, end - 3];
      // eslint-disable-next-line openclaw/cut-text -- between two marks that were found
      reader.text(xml.slice(from, to));
      at = end;
    } else if (xml.startsWith('<!--', start)) at = after(xml, '-->', start);
    else {
      const end = endOfTag(xml, start);
      at = end;
      const first = xml[start + 1];
      if (first === '?' || first === '!') continue;
      const [from, to] = [start + (first === '/' ? 2 : 1), end - 1];
      // eslint-disable-next-line openclaw/cut-text -- between the signs around a tag
      const inside = xml.slice(from, to);
      if (first === '/') {
        reader.close(nameOf(inside.trim()));
        depth = Math.max(0, depth - 1);
        continue;
      }
      const isEmpty = inside.endsWith('/');
      const last = isEmpty ? inside.length - 1 : inside.length;
      const space = inside.search(/[\s/]/);
      const attributes = space < 0 ? '' : inside.slice(space, last);
      if (attributes.includes('xmlns')) declare(attributes, prefixes);
      const name = nameOf(space < 0 ? inside : inside.slice(0, space));
      reader.open(name, attributes);
      if (isEmpty) reader.close(name);
      else if (++depth > MOST_DEPTH) return;
    }
  }
}

function declare(attributes: string, prefixes: Map<string, string>): void {
  for (const [, prefix = '', double, single] of attributes.matchAll(DECLARED)) {
    const known = PREFIXES.find(([pattern]) => pattern.test(double ?? single ?? ''));
    if (known) prefixes.set(prefix, known[1]);
  }
}

const after = (xml: string, mark: string, from: number): number => {
  const found = xml.indexOf(mark, from);
  return found < 0 ? xml.length : found + mark.length;
};

/** Values of attributes may hold the sign that ends a tag. */
function endOfTag(xml: string, start: number): number {
  const end = xml.indexOf('>', start);
  if (end < 0) return xml.length;
  const isWithinQuotes = (sign: string): boolean => {
    let count = 0;
    for (let at = xml.indexOf(sign, start); at >= 0 && at < end; at = xml.indexOf(sign, at + 1)) count++;
    return count % 2 === 1;
  };
  if (!isWithinQuotes('"') && !isWithinQuotes("'")) return end + 1;
  let quote = '';
  for (let at = start; at < xml.length; at++) {
    const sign = xml[at] ?? '';
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '>') return at + 1;
  }
  return xml.length;
}
