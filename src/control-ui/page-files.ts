import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { OpenclawError, messageOf } from '../common/openclaw-error';

/** How a file may be packed, best first; files that are packed so stand beside it. */
const PACKED = [
  { coding: 'br', ending: '.br' },
  { coding: 'gzip', ending: '.gz' },
] as const;

const INDEX = 'index.html';
/** Names at which the page is, beside the root; the build writes it. */
const ADDRESSES = 'addresses.json';

interface PageFile {
  path: string;
  /** Endings of the packed forms there are. */
  packed: readonly (typeof PACKED)[number][];
}

/**
 * Answers with the files of a built page: packed as the browser takes them, and with the page itself at the address of
 * each of its views. What is not a file and no view is somebody else's.
 * @param prefix path that the page is below, without a slash at its end
 * @throws OpenclawError PAGE_BROKEN where the list of addresses can't be read
 */
export function pageFiles(
  folder: string,
  prefix: string,
  headersOf: (path: string) => Record<string, string>,
): RequestHandler {
  const files = filesIn(folder);
  const index = files.get(INDEX);
  if (index) for (const name of namesIn(folder)) files.set(name, index);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const { path } = request;
    // Its relative addresses need the slash.
    if (prefix !== '' && path === prefix) return response.redirect(302, `${basename(prefix)}/`);
    if (!path.startsWith(`${prefix}/`)) return next();
    const name = path.slice(prefix.length + 1);
    const file = files.get(name === '' ? INDEX : name);
    if (!file) return next();
    send(file, request, response, headersOf, next);
  };
}

function send(
  file: PageFile,
  request: Request,
  response: Response,
  headersOf: (path: string) => Record<string, string>,
  next: NextFunction,
): void {
  const packed = file.packed.find(({ coding }) => request.acceptsEncodings(coding) === coding);
  response.type(basename(file.path));
  for (const [name, value] of Object.entries(headersOf(file.path))) response.setHeader(name, value);
  if (file.packed.length > 0) response.vary('Accept-Encoding');
  if (packed) response.setHeader('Content-Encoding', packed.coding);
  response.sendFile(`${file.path}${packed?.ending ?? ''}`, { cacheControl: false, dotfiles: 'allow' }, (error) => {
    // A browser that went away needs no answer.
    if (error && !response.headersSent) next(error);
  });
}

function filesIn(folder: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (name === ADDRESSES || PACKED.some(({ ending }) => name.endsWith(ending)) || !statSync(path).isFile()) continue;
    files.set(name.split(sep).join('/'), {
      path,
      packed: PACKED.filter(({ ending }) => existsSync(`${path}${ending}`)),
    });
  }
  return files;
}

function namesIn(folder: string): string[] {
  try {
    return JSON.parse(readFileSync(join(folder, ADDRESSES), 'utf8')) as string[];
  } catch (error) {
    throw new OpenclawError(
      'PAGE_BROKEN',
      `${ADDRESSES} of the page can't be read (${messageOf(error)}); run: npm run build`,
    );
  }
}
