import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { NextFunction, RequestHandler, Response } from 'express';
import { isWithin } from '../common/paths/path-place';
import { guardedHeaders } from './ui-headers';

const INDEX = 'index.html';

/** A page that somebody else has built, such as the Control UI of an OpenClaw release (`gateway.controlUi.root`). */
export class OtherPage {
  private readonly files: ReadonlyMap<string, string>;
  private readonly policy: string;
  /** The page itself, with the address that its relative ones belong to: it is also at those of its views. */
  private readonly page: string;

  private constructor(
    folder: string,
    private readonly prefix: string,
  ) {
    this.files = filesIn(folder);
    const html = readFileSync(join(folder, INDEX), 'utf8');
    this.policy = policyFor(html);
    this.page = html.replace(/<head[^>]*>/i, (head) => `${head}<base href="${prefix}/">`);
  }

  /** @returns what is wrong with the folder, in words, where it holds no page */
  static in(folder: string, prefix: string): OtherPage | string {
    if (existsSync(join(folder, INDEX))) return new OtherPage(folder, prefix);
    return `gateway.controlUi.root: ${folder} holds no ${INDEX}; name the folder of a built page, or remove the key`;
  }

  /**
   * Answers with the files, and with the page itself where a browser opens an address that has no file: the page knows its
   * views. What is asked for in another way is somebody else's.
   */
  readonly serve: RequestHandler = (request, response, next) => {
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD') return next();
    // Its relative addresses need the slash.
    if (path === this.prefix && this.prefix !== '') return response.redirect(302, `${basename(this.prefix)}/`);
    if (!path.startsWith(`${this.prefix}/`)) return next();
    const name = path.slice(this.prefix.length + 1);
    const isView = !basename(name).includes('.') && request.headers.accept?.includes('text/html') === true;
    const file = this.files.get(name);
    if (name === '' || name === INDEX || (file === undefined && isView))
      this.headed(response).type('html').send(this.page);
    else if (file === undefined) next();
    else this.send(file, response, next);
  };

  private headed(response: Response): Response {
    return response.set(guardedHeaders(this.policy, 'no-cache'));
  }

  private send(path: string, response: Response, next: NextFunction): void {
    this.headed(response).sendFile(path, { cacheControl: false, dotfiles: 'allow' }, (error) => {
      // A browser that went away needs no answer.
      if (error && !response.headersSent) next(error);
    });
  }
}

/** Files by their address; hidden ones and links that lead out of the folder are left out. */
function filesIn(folder: string): Map<string, string> {
  const root = realpathSync(folder);
  const files = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = fileOf(entry, root);
    if (path === undefined) continue;
    const name = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!name.split('/').some((part) => part.startsWith('.'))) files.set(name, path);
  }
  return files;
}

function fileOf(entry: Dirent, root: string): string | undefined {
  if (entry.isFile()) return join(entry.parentPath, entry.name);
  if (!entry.isSymbolicLink()) return undefined;
  try {
    const target = realpathSync(join(entry.parentPath, entry.name));
    return isWithin(root, target) && existsSync(target) ? target : undefined;
  } catch {
    return undefined;
  }
}

/** Scripts are the page's own files, and those that stand in it, by their hash; nothing is loaded from elsewhere. */
function policyFor(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(inline)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    // Pictures that stand in the page's own files as data are read by it.
    "connect-src 'self' data:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
