import type { ConfigPath } from './config-path';
import { Json5Document } from './json5-document';

export type ConfigEdit = { path: ConfigPath; value: unknown } | { path: ConfigPath; unset: true };

/** A configuration text with edits applied; the rest of the text stays as it is. */
export function applyEdits(text: string, edits: readonly ConfigEdit[]): string {
  const document = new Json5Document(text);
  for (const edit of edits) {
    if ('unset' in edit) document.delete(edit.path);
    else document.set(edit.path, edit.value);
  }
  return document.toString();
}
