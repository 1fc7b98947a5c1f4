import { posix } from 'node:path';
import { extractPage } from '../../web/extract-page';
import { DocumentError } from './document-error';
import { attribute, decode, elements } from './office-xml';
import type { OfficeText } from './open-document';

const MIME_TYPE = 'application/epub+zip';

/**
 * Words of a book, chapter by chapter in the order of reading.
 * @param read a part of the file; empty where it is not there
 * @throws DocumentError
 */
export async function epubText(read: (name: string) => Promise<string>, signal: AbortSignal): Promise<OfficeText> {
  const [root] = elements(await read('META-INF/container.xml'), 'rootfile');
  const place = decode(attribute(root?.attributes ?? '', 'full-path') ?? '');
  const book = await read(place);
  if (book === '') throw new DocumentError('the book does not say what is in it');
  const items = new Map(
    elements(book, '(?:opf:)?item').map(({ attributes }) => [attribute(attributes, 'id'), attributes]),
  );
  const chapters: string[] = [];
  for (const { attributes } of elements(book, '(?:opf:)?itemref')) {
    const href = attribute(items.get(attribute(attributes, 'idref')) ?? '', 'href');
    if (href === undefined) continue;
    const page = await read(posix.join(posix.dirname(place), decodeURIComponent(decode(href))));
    if (page.includes('<EncryptedData')) throw new DocumentError('the book is locked by its seller');
    const [body] = elements(page, 'body');
    if (body) chapters.push(body.inner.replace(/<(?:script|style|title|textarea)\b[^<>]*\/>/gi, ''));
  }
  if (chapters.length === 0) throw new DocumentError('the book has no chapters that can be read');
  const html = `<html><body>${chapters.map((inner) => `<div>${inner}</div>`).join('<hr>')}</body></html>`;
  const { text } = await extractPage({ html, url: 'about:blank', mode: 'markdown', isWhole: true }, signal);
  const title = elements(book, 'dc:title')[0]?.inner ?? '';
  const by = elements(book, 'dc:creator').map(({ inner }) => decode(inner.trim()));
  const head = `[book: ${decode(title.trim()) || 'without a title'}${by.length > 0 ? `, by ${by.join(', ')}` : ''}]`;
  return { text: `${head}\n\n${text}`, mimeType: MIME_TYPE };
}
