import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { shortId } from '../common/short-id';
import { readTextIfExists, writeFileAtomic } from '../common/atomic-file';
import { isPlainObject } from '../common/plain-object';
import { ConfigError } from './config-error';
import { referenceTo } from './secrets/secret-reference';
import { hashOf } from './config-snapshot';

const BACKUPS = 5;
const KEEP = 200;
const ENTRY = /^(\d{6})-([0-9a-f]{8})\.json5$/;

export interface ConfigHistoryEntry {
  number: number;
  /** Time of writing, ISO 8601. */
  savedAt: string;
  bytes: number;
  hash: string;
  file: string;
  /** Who wrote it; missing where another program did, or a version that did not note it. */
  by?: string;
}

/** Numbered copies of every content the configuration file has had, and the rotating `.bak` files beside it. */
export class ConfigHistory {
  constructor(
    private readonly configPath: string,
    private readonly folder = join(dirname(configPath), 'config-history'),
  ) {}

  /** Oldest first. */
  list(): ConfigHistoryEntry[] {
    if (!existsSync(this.folder)) return [];
    const authors = this.authors();
    return readdirSync(this.folder)
      .map((name) => ({ name, match: ENTRY.exec(name) }))
      .filter((entry) => entry.match)
      .map(({ name, match }) => {
        const file = join(this.folder, name);
        const number = Number(match?.[1]);
        const stat = statSync(file);
        return {
          number,
          savedAt: stat.mtime.toISOString(),
          bytes: stat.size,
          hash: hashOf(readFileSync(file, 'utf8')),
          file,
          ...(authors[number] === undefined ? {} : { by: authors[number] }),
        };
      })
      .sort((a, b) => a.number - b.number);
  }

  read(number: number): string {
    const entry = this.list().find((candidate) => candidate.number === number);
    if (!entry) {
      throw new ConfigError(
        'CONFIG_HISTORY_UNKNOWN',
        `there is no history entry ${number}; "openclaw config history" lists them`,
      );
    }
    return readFileSync(entry.file, 'utf8');
  }

  /** Keeps a content unless it equals the newest entry. Returns its number. */
  add(text: string, by?: string): number {
    const entries = this.list();
    const newest = entries.at(-1);
    const hash = hashOf(text);
    if (newest?.hash === hash) return newest.number;
    const number = (newest?.number ?? 0) + 1;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileAtomic(join(this.folder, `${String(number).padStart(6, '0')}-${shortId(hash)}.json5`), text);
    const gone = entries.slice(0, Math.max(0, entries.length + 1 - KEEP));
    for (const old of gone) rmSync(old.file, { force: true });
    if (by !== undefined) this.sign(number, by, entries.length - gone.length);
    return number;
  }

  private authors(): Record<number, string> {
    const text = readTextIfExists(this.authorsPath);
    try {
      const found: unknown = JSON.parse(text ?? '{}');
      return isPlainObject(found) ? (found as Record<number, string>) : {};
    } catch {
      // Who wrote is a note beside the contents; they do not depend on it.
      return {};
    }
  }

  /** Notes who wrote an entry, and forgets it of those that are kept no more. */
  private sign(number: number, by: string, before: number): void {
    const kept = Object.entries(this.authors()).filter(([at]) => Number(at) >= number - before);
    writeFileAtomic(this.authorsPath, JSON.stringify({ ...Object.fromEntries(kept), [number]: by }));
  }

  private get authorsPath(): string {
    return join(this.folder, 'authors.json');
  }

  /** Replaces secrets in all kept contents by references to the store. */
  scrub(secrets: readonly { name: string; value: string }[]): void {
    const backups = Array.from({ length: BACKUPS }, (_, index) => this.backup(index)).filter(existsSync);
    for (const file of [...this.list().map((entry) => entry.file), ...backups]) {
      const text = readFileSync(file, 'utf8');
      const clean = secrets.reduce((kept, { name, value }) => kept.replaceAll(value, referenceTo(name)), text);
      if (clean === text) continue;
      if (!ENTRY.test(basename(file))) writeFileAtomic(file, clean);
      else {
        rmSync(file);
        writeFileAtomic(join(this.folder, `${shortId(basename(file), 6)}-${shortId(hashOf(clean))}.json5`), clean);
      }
    }
  }

  private backup(index: number): string {
    return `${this.configPath}.bak${index === 0 ? '' : `.${index}`}`;
  }

  /** Shifts `.bak` → `.bak.1` → … and keeps the bytes that are about to be replaced as `.bak`. */
  rotateBackups(text: string): void {
    const name = (index: number): string => this.backup(index);
    for (let index = BACKUPS - 2; index >= 0; index--) {
      if (existsSync(name(index))) renameSync(name(index), name(index + 1));
    }
    writeFileAtomic(name(0), text);
  }
}
