import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type TextForm, decodeOwnText, decodeText } from './text/decode-text';
import { encodeText } from './text/encode-text';

/** As many as the system follows. */
const MOST_LINKS = 40;
const UTF8_MARK = Buffer.from('\ufeff');

/**
 * Fully qualified target: a symlinked file is written where it points to, so that the link stays, also where nothing
 * is there yet.
 */
function targetOf(path: string, links = MOST_LINKS): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || links === 0) return path;
    const link = linkAt(path);
    return link === undefined ? path : targetOf(resolve(dirname(path), link), links - 1);
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file so that a crash leaves either the old or the new content:
 * temporary file beside it, fsync, rename, fsync of the folder. The folder is made when missing (0700).
 * A file that is mounted by itself can't be renamed over: it is written where it is, and the temporary file holds the whole
 * new content until that is done.
 */
export function writeFileAtomic(path: string, content: string | Buffer, mode = 0o600): void {
  const target = targetOf(path);
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${basename(target)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    replace(temporary, target, content);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

function replace(temporary: string, target: string, content: string | Buffer): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    const file = openSync(target, 'r+');
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, at);
      ftruncateSync(file, bytes.length);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    rmSync(temporary, { force: true });
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Replaces a text file as {@link writeFileAtomic} does, in the encoding that it has: a file of UTF-16 stays one. A mark of UTF-8
 * is part of the text, as {@link readTextIfExists} gives it.
 */
export function rewriteText(path: string, text: string, mode = 0o600): void {
  const form = formOf(path);
  const encoded = form === undefined ? undefined : encodeText(text, form);
  writeFileAtomic(path, encoded !== undefined && 'bytes' in encoded ? encoded.bytes : text, mode);
}

/** How a file is written down, where that is UTF-16 or UTF-32. */
function formOf(path: string): TextForm | undefined {
  try {
    const found = decodeText(readFileSync(path));
    return found && /^utf-(?:16|32)/.test(found.encoding) ? found : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Content of a text file, or undefined when there is none. A mark of UTF-8 stays; UTF-16 and UTF-32 are read by theirs. */
export function readTextIfExists(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    const text = decodeOwnText(bytes);
    return bytes.subarray(0, 3).equals(UTF8_MARK) ? `\ufeff${text}` : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
