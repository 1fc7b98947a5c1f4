import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { cutText } from '../../common/cut-text';
import { readBoundedHandle } from '../../common/bounded-file';
import { OpenclawError } from '../../common/openclaw-error';
import { type TextForm, decodeText } from '../../common/text/decode-text';
import { encodeText } from '../../common/text/encode-text';
import { innerPath, isWithin, realPlace } from '../../common/paths/path-place';
import { ToolError } from '../agent-tool';

const MAX_PATH = 4096;
/** Larger files are not read whole. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

/**
 * The one resolver of file arguments. A path counts as inside only when its real location is: symbolic links are
 * followed first, and an opened file is checked again by its descriptor, so that a swap in between is noticed.
 */
export class WorkspaceFiles {
  constructor(private readonly roots: readonly string[]) {}

  /** Absolute path of an existing or new entry inside a root. @throws ToolError outside_workspace */
  async resolve(path: string): Promise<string> {
    if (path.includes('\0')) throw new ToolError('invalid_args', 'path holds a NUL character');
    if (path.length > MAX_PATH) throw new ToolError('invalid_args', `${cutText(path, 80)} is too long for a path`);
    const [first = '.'] = this.roots;
    const wanted = isAbsolute(path) ? resolve(path) : resolve(first, path);
    const real = placeOf(wanted);
    if (this.roots.some((root) => isWithin(placeOf(root), real))) return real;
    throw this.outside(path);
  }

  /** Opens an existing file for reading. @throws ToolError not_found, outside_workspace */
  async openForRead(path: string): Promise<{ file: FileHandle; path: string }> {
    const real = await this.resolve(path);
    let file: FileHandle;
    try {
      file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      throw describeOpenError(error, path);
    }
    try {
      await this.verifyDescriptor(file, path);
      return { file, path: real };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Content of an existing file. Commands can put anything into the workspace: pipes and what is too large are refused.
   * @throws ToolError not_found, outside_workspace, too_large, invalid_args for what is no ordinary file
   */
  async readBytes(path: string, maxBytes: number): Promise<{ content: Buffer; path: string }> {
    const { file, path: real } = await this.openForRead(path);
    try {
      if (!(await file.stat()).isFile()) throw new ToolError('invalid_args', `${path} is no ordinary file`);
      const content = await readBoundedHandle(file, maxBytes);
      if (content === undefined) throw new ToolError('too_large', `${path} has more than ${maxBytes} bytes`);
      return { content, path: real };
    } finally {
      await file.close();
    }
  }

  /**
   * Text of a file that is changed as a whole, and how it is written down: so it is to be written again.
   * @throws ToolError not_found, outside_workspace, too_large, invalid_args for what is no text
   */
  async readText(path: string): Promise<{ text: string; path: string; form: TextForm }> {
    const { file, path: real } = await this.openForRead(path);
    try {
      if (!(await file.stat()).isFile()) throw new ToolError('invalid_args', `${path} is no ordinary file`);
      const content = await readBoundedHandle(file, MAX_TEXT_BYTES);
      if (content === undefined)
        throw new ToolError(
          'too_large',
          `${path} has more than ${MAX_TEXT_BYTES} bytes, which is the most that is changed in one go; use exec with sed or a script`,
        );
      return { ...textOf(content, path), path: real };
    } finally {
      await file.close();
    }
  }

  /**
   * Creates or replaces a file: a crash leaves the old content or the new. Folders are made. Every step of the way is
   * opened without following links, so that a link that appears in between leads nowhere.
   * @returns the real path and whether the file is new
   */
  async write(path: string, content: string | Buffer, mode?: number): Promise<{ path: string; created: boolean }> {
    const real = await this.resolve(path);
    const known = await lstat(real).catch(() => undefined);
    if (known?.isDirectory()) throw new ToolError('invalid_args', `${path} is a directory`);
    if (known && !known.isFile()) throw new ToolError('invalid_args', `${path} is no ordinary file`);
    try {
      await this.inFolderOf(real, async (folder) => {
        const temporary = `${folder}/.${cutText(basename(real), 200, { mark: '', unit: 'bytes' })}.${randomBytes(4).toString('hex')}.tmp`;
        try {
          const file = await open(temporary, 'wx', mode ?? (known ? known.mode & 0o777 : DEFAULT_MODE));
          try {
            await file.writeFile(content);
            if (known) await file.chmod(mode ?? known.mode & 0o777);
            await file.sync();
          } finally {
            await file.close();
          }
          await rename(temporary, `${folder}/${basename(real)}`);
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
      });
    } catch (error) {
      throw describeOpenError(error, path);
    }
    return { path: real, created: !known };
  }

  /** Removes a file. @throws ToolError not_found, invalid_args */
  async remove(path: string): Promise<string> {
    const real = await this.resolve(path);
    try {
      if ((await lstat(real)).isDirectory()) throw new ToolError('invalid_args', `${path} is a directory`);
      await this.inFolderOf(real, (folder) => rm(`${folder}/${basename(real)}`));
    } catch (error) {
      throw describeOpenError(error, path);
    }
    return real;
  }

  /**
   * Removes whatever has a name, a link itself and not what it leads to.
   * @param path absolute, its folder real
   */
  async removeEntry(path: string): Promise<void> {
    const folder = await this.resolve(dirname(path));
    await this.inFolderOf(join(folder, basename(path)), (inside) =>
      rm(`${inside}/${basename(path)}`, { recursive: true, force: true }),
    );
  }

  /** Calls back with a path of the folder that can't be redirected while it is used. */
  private async inFolderOf(real: string, use: (folder: string) => Promise<void>): Promise<void> {
    if (process.platform !== 'linux') {
      await mkdir(dirname(real), { recursive: true });
      return use(dirname(real));
    }
    let handle = await open('/', FOLDER);
    try {
      for (const name of dirname(real).split(sep).filter(Boolean)) {
        const next = await openFolder(`/proc/self/fd/${handle.fd}/${name}`);
        await handle.close();
        handle = next;
      }
      await use(`/proc/self/fd/${handle.fd}`);
      await handle.sync().catch(() => undefined);
    } finally {
      await handle.close();
    }
  }

  /** Path as people see it: relative to the workspace where it is inside. */
  display(path: string): string {
    const [first = '/'] = this.roots;
    return (innerPath(first, path) ?? path) || '.';
  }

  private async verifyDescriptor(file: FileHandle, path: string): Promise<void> {
    if (process.platform !== 'linux') return;
    const actual = await realpath(`/proc/self/fd/${file.fd}`);
    if (!this.roots.some((root) => isWithin(placeOf(root), actual))) throw this.outside(path);
  }

  private outside(path: string): ToolError {
    return new ToolError('outside_workspace', `${path} is outside the workspace; use a path inside it`);
  }
}

/** What can't be written again byte by byte is not changed. @throws ToolError invalid_args */
function textOf(content: Buffer, path: string): { text: string; form: TextForm } {
  const decoded = decodeText(content);
  const again = decoded && encodeText(decoded.text, decoded);
  if (!decoded || !again || 'missing' in again || !again.bytes.equals(content))
    throw new ToolError(
      'invalid_args',
      `${path} is no text in an encoding that can be changed without loss; use exec with a program that knows its format`,
    );
  return { text: decoded.text, form: { encoding: decoded.encoding, bom: decoded.bom } };
}

/** Text as bytes in the form of the file that it is for. @throws ToolError invalid_args */
export function textInForm(text: string, form: TextForm, path: string): Buffer {
  const encoded = encodeText(text, form);
  if ('bytes' in encoded) return encoded.bytes;
  throw new ToolError(
    'invalid_args',
    `${path} is written in ${form.encoding}, which has no ${JSON.stringify(encoded.missing)}; leave that character out, or write the whole file again with write, in UTF-8`,
  );
}

const DEFAULT_MODE = 0o644;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens one folder below an opened one, made when it is missing; never through a link. */
async function openFolder(path: string): Promise<FileHandle> {
  try {
    return await open(path, FOLDER);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause;
    });
    return open(path, FOLDER);
  }
}

/** Where a path really leads. @throws ToolError */
function placeOf(path: string): string {
  try {
    return realPlace(path);
  } catch (error) {
    if (error instanceof OpenclawError) throw new ToolError('outside_workspace', error.message);
    throw describeOpenError(error, path);
  }
}

export function describeOpenError(error: unknown, path: string): ToolError {
  if (error instanceof ToolError) return error;
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      // Nobody's words but those of who asked.
      return new ToolError('not_found', `${path} does not exist`, undefined, 'gateway');
    case 'EISDIR':
      return new ToolError('invalid_args', `${path} is a directory`);
    case 'ENOTDIR':
      return new ToolError('not_found', `${path}: a part of the path is not a directory`, undefined, 'gateway');
    case 'ENOSPC':
      return new ToolError('failed', `${path}: the disk is full; nothing was changed`);
    case 'EACCES':
    case 'EPERM':
      return new ToolError('failed', `${path}: permission denied`);
    case 'ELOOP':
      return new ToolError('outside_workspace', `${path} is a symbolic link that changed while it was opened`);
    case 'ENAMETOOLONG':
      return new ToolError('invalid_args', `${cutText(path, 80)} is too long for a path`);
    default:
      return new ToolError('failed', `${path}: ${code ?? (error as Error).message}`);
  }
}
