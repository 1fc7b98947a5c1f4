import type { IncomingMessage } from 'node:http';

export interface FormFile {
  name: string;
  content: Buffer;
}

/** Fields of a request: JSON, a form, or a form with files. */
export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const boundary = /multipart\/form-data; *boundary="?([^";]+)/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary) return formOf(body, boundary);
  const text = body.toString('utf8');
  if (text === '') return {};
  if ((request.headers['content-type'] ?? '').includes('json')) return JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(new URLSearchParams(text));
}

/** Fields of a form; files with their names and bytes, by the field that names them (`attach://…`) where one does. */
function formOf(body: Buffer, boundary: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  for (const part of parts) {
    const split = part.indexOf('\r\n\r\n');
    const head = part.slice(0, split);
    const content = Buffer.from(part.slice(split + 4, -2), 'latin1');
    const [, name = ''] = / name="([^"]*)"/.exec(head) ?? [];
    const [, filename] = /filename="([^"]*)"/.exec(head) ?? [];
    fields[name] = filename === undefined ? content.toString('utf8') : ({ name: filename, content } satisfies FormFile);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string') continue;
    if (value.startsWith('attach://')) fields[name] = fields[value.slice(9)];
    else if (/^[[{]/.test(value)) fields[name] = JSON.parse(value);
  }
  return fields;
}
