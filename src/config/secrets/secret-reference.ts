import { shortId } from '../../common/short-id';
import type { ConfigPath } from '../config-path';

/** `${secret:name}` stands for a value of the secret store. */
export const SECRET_REFERENCE = /\$\{secret:([A-Za-z0-9][A-Za-z0-9_.-]*)\}/g;

export const referenceTo = (name: string): string => `\${secret:${name}}`;

/** Names that a text refers to. */
export const secretNamesIn = (text: string): string[] =>
  [...text.matchAll(SECRET_REFERENCE)].map((match) => match[1] ?? '');

/** Name under which the secret of a configuration path is kept. */
export const secretNameOf = (path: ConfigPath): string =>
  shortId(
    path
      .map(String)
      .join('.')
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, ''),
    200,
  );
