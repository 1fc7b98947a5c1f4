import { isPlainObject } from '../common/plain-object';
import { badField } from './api-error';
import type { ToldCall, ToldPart } from './told';

const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/html': 'html',
  'text/csv': 'csv',
  'application/json': 'json',
};

/** A `data:` address with Base64. */
export interface DataAddress {
  mimeType: string;
  content: Buffer;
}

/** @throws ApiError where it is no such address */
export function readDataAddress(text: string, param: string): DataAddress {
  const comma = text.indexOf(',');
  const [mimeType = '', ...flags] = text.slice('data:'.length, comma).toLowerCase().split(';');
  if (comma < 0 || flags.at(-1) !== 'base64')
    throw badField(param, `${param} must be data:<kind>;base64,<bytes>`, 'invalid_data_url');
  return { mimeType, content: readBase64(text.slice(comma + 1), param) };
}

/** @throws ApiError where it is none */
export function readBase64(text: string, param: string): Buffer {
  const content = Buffer.from(text, 'base64');
  if (content.length === 0) throw badField(param, `${param} holds no bytes in Base64`, 'invalid_base64');
  return content;
}

/** A file at an address, or in it. */
export function partAt(
  url: string,
  what: 'image' | 'file',
  name: string | undefined,
  param: string,
): Exclude<ToldPart, { kind: 'text' }> {
  if (!url.toLowerCase().startsWith('data:')) return { kind: 'url', what, name: name ?? what, url, param };
  const { mimeType, content } = readDataAddress(url, param);
  return { kind: 'data', what, name: name ?? `${what}.${ENDINGS[mimeType] ?? 'bin'}`, content, param };
}

/** A text, or the field is at fault. */
export function textAt(value: unknown, param: string): string {
  if (typeof value !== 'string') throw badField(param, `${param} must be a string`);
  return value;
}

/** A part of a message as an object, or the field is at fault. */
export function objectAt(value: unknown, param: string): Record<string, unknown> {
  if (!isPlainObject(value)) throw badField(param, `${param} must be an object`);
  return value;
}

/** A call of a function as formats of OpenAI tell it; its arguments are JSON text. */
export function callAt(id: unknown, name: unknown, args: unknown, param: string): ToldCall {
  const text = args === undefined || args === null || args === '' ? '{}' : textAt(args, `${param}.arguments`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw badField(`${param}.arguments`, `${param}.arguments is not valid JSON`);
  }
  return {
    id: textAt(id, `${param}.id`),
    name: textAt(name, `${param}.name`),
    args: isPlainObject(parsed) ? parsed : { value: parsed },
  };
}

/** Content in either form: a text, or a list of parts that are read one by one. */
export function readParts(
  content: unknown,
  at: string,
  readPart: (part: Record<string, unknown>, at: string) => ToldPart,
): ToldPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) throw badField(at, `${at} must be a string or a list of parts`);
  return content.map((value, index) => readPart(objectAt(value, `${at}[${index}]`), `${at}[${index}]`));
}
