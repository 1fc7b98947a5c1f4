import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { writeFileAtomic } from '../../common/atomic-file';
import { readBoundedFile } from '../../common/bounded-file';
import { isReallyWithin, realPlace } from '../../common/paths/path-place';
import type { DirListParams, FileFetchParams, FileWriteParams } from '../../gateway/protocol/node-command-params.dto';
import { HostError } from './host-error';

const MAX_BYTES = 16 * 1024 * 1024;
const MOST_ENTRIES = 200;

interface ListedEntry {
  name: string;
  path: string;
  isDir: boolean;
  size: number;
  mtimeMs: number;
}

/** Files of this machine in the folders that its owner has opened to the gateway. */
export class HostFiles {
  /** @param folders absolute; the first is meant by relative paths */
  constructor(private readonly folders: readonly string[]) {}

  list({ path, maxEntries = MOST_ENTRIES }: DirListParams): unknown {
    const folder = this.place(path);
    if (!statSync(folder).isDirectory()) throw new HostError('NOT_A_DIRECTORY', `${path} is not a folder`);
    const names = readdirSync(folder).sort();
    const entries = names.slice(0, maxEntries).flatMap((name): ListedEntry[] => {
      const at = join(folder, name);
      const facts = this.folders.some((open) => isReallyWithin(open, at))
        ? statSync(at, { throwIfNoEntry: false })
        : undefined;
      return facts ? [{ name, path: at, isDir: facts.isDirectory(), size: facts.size, mtimeMs: facts.mtimeMs }] : [];
    });
    return { ok: true, path: folder, entries, truncated: names.length > maxEntries };
  }

  read({ path, maxBytes = MAX_BYTES }: FileFetchParams): unknown {
    const file = this.place(path);
    const limit = Math.min(maxBytes, MAX_BYTES);
    const bytes = readBoundedFile(file, limit);
    if (bytes === undefined)
      throw new HostError('FILE_UNREADABLE', `${path} is no ordinary file of at most ${limit} bytes that can be read`);
    return {
      ok: true,
      path: file,
      name: basename(file),
      size: bytes.length,
      sha256: sha256(bytes),
      base64: bytes.toString('base64'),
    };
  }

  write({ path, contentBase64, overwrite, createParents, expectedSha256 }: FileWriteParams): unknown {
    const file = this.place(path);
    const bytes = Buffer.from(contentBase64, 'base64');
    if (bytes.length > MAX_BYTES)
      throw new HostError('FILE_TOO_LARGE', `at most ${MAX_BYTES} bytes, got ${bytes.length}`);
    if (expectedSha256 !== undefined && expectedSha256.toLowerCase() !== sha256(bytes))
      throw new HostError('HASH_MISMATCH', 'expectedSha256 is not the hash of what was sent');
    if (existsSync(file) && overwrite !== true)
      throw new HostError('FILE_EXISTS', `${path} is there already; send overwrite: true to replace it`);
    if (!existsSync(dirname(file)) && createParents !== true)
      throw new HostError('NO_FOLDER', `there is no folder ${dirname(file)}; send createParents: true to make it`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic(file, bytes, 0o600);
    return { ok: true, path: file, size: bytes.length, sha256: sha256(bytes) };
  }

  /** Where a path really leads. @throws HostError PATH_DENIED outside the opened folders */
  private place(path: string): string {
    const [first = '/'] = this.folders;
    const wanted = isAbsolute(path) ? path : join(first, path);
    if (!this.folders.some((folder) => isReallyWithin(folder, wanted)))
      throw new HostError(
        'PATH_DENIED',
        `${path} is in none of the folders that are open to the gateway (${this.folders.join(', ')}); openclaw node run --files <folder> opens one`,
      );
    return realPlace(wanted);
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
