import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ToolError } from '../agent-tool';

/**
 * The one resolver of file arguments. A path counts as inside only when its real location is: symbolic links are
 * followed first, and an opened file is checked again by its descriptor, so that a swap in between is noticed.
 */
export class WorkspaceFiles {
  constructor(private readonly roots: readonly string[]) {}

  /** Absolute path of an existing or new entry inside a root. @throws ToolError outside_workspace */
  async resolve(path: string): Promise<string> {
    if (path.includes('\0')) throw new ToolError('invalid_args', 'path holds a NUL character');
    const [first = '.'] = this.roots;
    const wanted = isAbsolute(path) ? resolve(path) : resolve(first, path);
    const real = await realLocation(wanted);
    for (const root of this.roots) if (isInside(await realLocation(root), real)) return real;
    throw this.outside(path);
  }

  /** Opens an existing file for reading. @throws ToolError not_found, outside_workspace */
  async openForRead(path: string): Promise<{ file: FileHandle; path: string }> {
    const real = await this.resolve(path);
    let file: FileHandle;
    try {
      file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
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

  /** Makes the folder of a new file, inside a root. */
  async prepareFolder(path: string): Promise<string> {
    const real = await this.resolve(path);
    await mkdir(dirname(real), { recursive: true });
    return this.resolve(path);
  }

  /** Path as people see it: relative to the workspace where it is inside. */
  display(path: string): string {
    const [first = '/'] = this.roots;
    return isInside(first, path) ? relative(first, path) || '.' : path;
  }

  private async verifyDescriptor(file: FileHandle, path: string): Promise<void> {
    if (process.platform !== 'linux') return;
    const actual = await realpath(`/proc/self/fd/${file.fd}`);
    for (const root of this.roots) if (isInside(await realLocation(root), actual)) return;
    throw this.outside(path);
  }

  private outside(path: string): ToolError {
    return new ToolError(
      'outside_workspace',
      `${path} is outside the workspace ${this.roots[0] ?? ''}; use a path inside it`,
    );
  }
}

/** Real path of an entry; for one that does not exist yet, the real path of its nearest existing ancestor plus the rest. */
async function realLocation(path: string): Promise<string> {
  const missing: string[] = [];
  let current = path;
  for (;;) {
    try {
      return join(await realpath(current), ...missing);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw describeOpenError(error, path);
      const parent = dirname(current);
      if (parent === current) return path;
      missing.unshift(relative(parent, current));
      current = parent;
    }
  }
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

export function describeOpenError(error: unknown, path: string): ToolError {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return new ToolError('not_found', `${path} does not exist`);
    case 'EISDIR':
      return new ToolError('invalid_args', `${path} is a directory`);
    case 'ENOTDIR':
      return new ToolError('not_found', `${path}: a part of the path is not a directory`);
    case 'EACCES':
    case 'EPERM':
      return new ToolError('failed', `${path}: permission denied`);
    case 'ELOOP':
      return new ToolError('outside_workspace', `${path} is a symbolic link that changed while it was opened`);
    case 'ENAMETOOLONG':
      return new ToolError('invalid_args', `${path.slice(0, 80)}… is too long for a path`);
    default:
      return error instanceof ToolError ? error : new ToolError('failed', `${path}: ${(error as Error).message}`);
  }
}
