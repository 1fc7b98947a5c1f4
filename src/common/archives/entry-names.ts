import { staysInside } from '../paths/path-place';
import { ArchiveError, type ArchiveLimits } from './archive-limits';

/** Folders within each other. No package is deeper, and each level may be one more folder that no entry stands for. */
const MAX_DEPTH = 64;
/** Bytes of one name, as file systems take them. */
const MAX_NAME_BYTES = 255;

/**
 * The names of an archive, one after the other: each stands in it once, also where upper and lower case or the way in
 * which an accent is written are one to a file system; nothing is a file and a folder; folders that are only implied count.
 */
export class EntryNames {
  private readonly kinds = new Map<string, 'file' | 'folder'>();
  private readonly files = new Set<string>();

  /**
   * @param into folder that the archive is unpacked into
   * @param own it was packed from folders of this machine, which may be deeper, and tell `a` from `A`
   */
  constructor(
    private readonly into: string,
    private readonly limits: ArchiveLimits,
    private readonly own = false,
  ) {}

  /** @throws ArchiveError */
  take(name: string, isFolder: boolean): void {
    if (!staysInside(this.into, name)) throw new ArchiveError(`${name} leads out of it`);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 && isFolder) return;
    if (parts.length === 0 || (!isFolder && /(^|\/)\.?$/.test(name)))
      throw new ArchiveError(`"${name}" is not the name of a file`);
    if (!this.own && parts.length > MAX_DEPTH)
      throw new ArchiveError(`it holds folders within each other, more than ${MAX_DEPTH} deep`);
    if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES))
      throw new ArchiveError(`it holds a name of more than ${MAX_NAME_BYTES} bytes`);
    let path = '';
    for (const [index, part] of parts.entries()) {
      path += `/${this.own ? part : part.normalize('NFC').toLowerCase()}`;
      this.note(path, index < parts.length - 1 || isFolder ? 'folder' : 'file', name);
    }
    if (isFolder) return;
    if (this.files.has(path)) throw new ArchiveError(`"${name}" stands twice in it`);
    this.files.add(path);
  }

  private note(path: string, kind: 'file' | 'folder', name: string): void {
    const known = this.kinds.get(path);
    if (known === kind) return;
    if (known !== undefined) throw new ArchiveError(`"${name}" is a file and a folder in it`);
    this.kinds.set(path, kind);
    if (this.kinds.size > this.limits.entries)
      throw new ArchiveError(`it has more than ${this.limits.entries} entries, folders included`);
  }
}
