import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { dayIn } from '../common/zoned-time';

const KEEP_DAYS = 7;
const DAY_MS = 86_400_000;
/** A file that has grown so large is put aside under a number. */
const MAX_BYTES = 50 * 1024 * 1024;
/** Files that are kept, the one that is written to among them. */
const MOST_FILES = 10;
const LOG_FILE = /^openclaw-(\d{4}-\d{2}-\d{2})(?:\.(\d+))?\.log$/;

interface KnownFile {
  name: string;
  day: string;
  /** What it was put aside under; infinite for one that was not. */
  number: number;
}

/**
 * Appends JSON lines to `openclaw-<date>.log` in a folder of the state directory (0600), one file a day, or to a file of
 * a fixed path. Neither the size of a file nor their number grows without a bound.
 */
export class LogFile {
  private handle: number | undefined;
  private openedFor = '';
  private bytes = 0;
  /** Only a part of the last line had room. */
  private isTorn = false;

  constructor(
    private readonly folder: string,
    private readonly fixedPath?: string,
  ) {}

  get path(): string {
    return this.fixedPath ?? join(this.folder, `openclaw-${today()}.log`);
  }

  write(line: string): void {
    const path = this.path;
    try {
      if (this.handle === undefined || this.openedFor !== path) this.open(path);
      if (this.handle === undefined) return;
      const whole = Buffer.from(this.isTorn ? `\n${line}` : line);
      const written = writeSync(this.handle, whole);
      this.bytes += written;
      this.isTorn = written < whole.length && (this.isTorn || written > 0);
      if (this.bytes > MAX_BYTES) this.putAside(path);
    } catch {
      // A full disk must not end the gateway because of its log.
    }
  }

  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
  }

  private open(path: string): void {
    this.close();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.handle = openSync(path, 'a', 0o600);
    chmodSync(path, 0o600);
    this.openedFor = path;
    this.isTorn = false;
    this.bytes = fstatSync(this.handle).size;
    this.removeOld();
  }

  /** Size of all its files together. */
  totalBytes(): number {
    return this.files().reduce((sum, { name }) => {
      return sum + (statSync(join(this.home, name), { throwIfNoEntry: false })?.size ?? 0);
    }, 0);
  }

  private get home(): string {
    return this.fixedPath === undefined ? this.folder : dirname(this.fixedPath);
  }

  private putAside(path: string): void {
    this.close();
    const { name, day } = this.knownFile(basename(path)) ?? { name: basename(path), day: '' };
    const numbers = this.files().map((file) => (file.day === day && file.number !== Infinity ? file.number : 0));
    const extension = extname(name);
    const stem = basename(name, extension);
    renameSync(path, join(this.home, `${stem}.${Math.max(0, ...numbers) + 1}${extension}`));
  }

  /** Files of this log, the oldest first. */
  private files(): KnownFile[] {
    const names = existsSync(this.home) ? readdirSync(this.home) : [];
    return names
      .map((name) => this.knownFile(name))
      .filter((file) => file !== undefined)
      .sort((a, b) => (a.day === b.day ? (a.number < b.number ? -1 : 1) : a.day < b.day ? -1 : 1));
  }

  private knownFile(name: string): KnownFile | undefined {
    if (this.fixedPath === undefined) {
      const [, day, number] = LOG_FILE.exec(name) ?? [];
      return day === undefined ? undefined : { name, day, number: number === undefined ? Infinity : Number(number) };
    }
    const own = basename(this.fixedPath);
    if (name === own) return { name, day: '', number: Infinity };
    const extension = extname(own);
    const stem = `${basename(own, extension)}.`;
    if (!name.startsWith(stem) || !name.endsWith(extension)) return undefined;
    const between = name.slice(stem.length, name.length - extension.length);
    return /^[1-9]\d*$/.test(between) ? { name, day: '', number: Number(between) } : undefined;
  }

  private removeOld(): void {
    const oldest = dayIn(Date.now() - KEEP_DAYS * DAY_MS, 'UTC');
    const all = this.files();
    for (const [index, { name, day }] of all.entries()) {
      const isTooOld = day !== '' && day < oldest;
      if (isTooOld || index < all.length - MOST_FILES) rmSync(join(this.home, name), { force: true });
    }
  }
}

const today = (): string => dayIn(Date.now(), 'UTC');
