import { dayIn } from '../common/zoned-time';
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
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const KEEP_DAYS = 7;
const DAY_MS = 86_400_000;
/** A file that has grown so large is put aside under a number. */
const MAX_BYTES = 50 * 1024 * 1024;
const LOG_FILE = /^openclaw-(\d{4}-\d{2}-\d{2})(?:\.\d+)?\.log$/;

/** Appends JSON lines to `openclaw-<date>.log` in a folder of the state directory (0600), one file a day. */
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
      if (this.bytes > MAX_BYTES && !this.fixedPath) this.putAside(path);
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
    if (!this.fixedPath) this.removeOld();
  }

  private putAside(path: string): void {
    this.close();
    for (let number = 1; ; number++) {
      const aside = path.replace(/\.log$/, `.${number}.log`);
      if (existsSync(aside)) continue;
      renameSync(path, aside);
      return;
    }
  }

  private removeOld(): void {
    const oldest = dayIn(Date.now() - KEEP_DAYS * DAY_MS, 'UTC');
    for (const name of existsSync(this.folder) ? readdirSync(this.folder) : []) {
      const day = LOG_FILE.exec(name)?.[1];
      if (day !== undefined && day < oldest) rmSync(join(this.folder, name), { force: true });
    }
  }
}

const today = (): string => dayIn(Date.now(), 'UTC');
