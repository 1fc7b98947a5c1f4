import { type Token, type Tokens, childrenOf, readMarkdown } from './markdown-tree';

/** Signs that a code block begins with, of one without an end; undefined where it has one. A block of indented lines has none. */
export function openFence(raw: string): string | undefined {
  const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(raw) ?? [];
  if (mark === undefined) return undefined;
  const [, ...lines] = raw.trimEnd().split('\n');
  const closing = lines.at(-1)?.trim() ?? '';
  return closing.startsWith(mark) && [...closing].every((sign) => sign === mark[0]) ? undefined : mark;
}

/** A text that may have been cut off anywhere, so that what follows stands in no code block of it. */
export function withClosedFence(text: string): string {
  const mark = lastFence(readMarkdown(text));
  return mark === undefined ? text : `${text.trimEnd()}\n${mark}`;
}

function lastFence(tokens: readonly Token[]): string | undefined {
  const last = tokens.filter(({ type }) => type !== 'space').at(-1);
  if (last?.type === 'code') return openFence(last.raw);
  if (last?.type === 'list') return lastFence((last as Tokens.List).items.at(-1)?.tokens ?? []);
  return last?.type === 'blockquote' ? lastFence(childrenOf(last)) : undefined;
}
