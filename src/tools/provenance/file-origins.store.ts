import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { Insertable, Selectable, Transaction } from 'kysely';
import { type ContentOrigin, storedOrigin } from '../../common/content-parts';
import { innerParts, isBelow } from '../../common/paths/path-place';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';
import { isPromptName } from '../files/prompt-files';
import { isTrusted, worstOrigin } from './taint';

/** What is known of a file's content. */
export interface FileRecord {
  origin: ContentOrigin;
  inode: string | null;
  stamp: string | null;
  /** When it was noted, in milliseconds since 1970. */
  notedAt: number;
}

/** A file whose origin is to be noted. */
export interface FileNote {
  path: string;
  origin: ContentOrigin;
  /** Facts at that moment; looked up where they are not given. */
  facts?: FileFacts;
}

export interface FileFacts {
  inode: string;
  /** Nobody can set the time of change: a file with the same one has not been touched. */
  stamp: string;
}

/** A command that may be changing files right now. */
export interface RunningWrites {
  folder: string;
  sinceMs: number;
  origin: ContentOrigin;
}

const BATCH = 200;

/** Remembers whose text is in which file, so that reading it later does not wash it clean. */
@Injectable()
export class FileOrigins {
  /** Commands at work, whose files are noted when they end. */
  readonly running = new Set<RunningWrites>();

  constructor(private readonly database: DatabaseService) {}

  /**
   * The least trusted that is known of a file, by its path or by the file itself under another one; a good name only as
   * long as nobody has touched it.
   * @param path real absolute path
   */
  async of(path: string): Promise<ContentOrigin | undefined> {
    return (await this.ofAll([path]))[0];
  }

  /** The same of several files, in their order, with one question to the database; a turn asks for a handful. */
  async ofAll(paths: readonly string[]): Promise<(ContentOrigin | undefined)[]> {
    if (paths.length === 0) return [];
    const found = paths.map(statsOf);
    const facts = found.map((info) => info && factsOf(info));
    const inodes = facts.flatMap((each) => (each ? [each.inode] : []));
    const rows = await this.database.read
      .selectFrom('file_origins')
      .selectAll()
      .where((eb) =>
        inodes.length > 0 ? eb.or([eb('path', 'in', paths), eb('inode', 'in', inodes)]) : eb('path', 'in', paths),
      )
      .execute();
    return paths.map((path, index) => {
      const own = rows.filter((row) => row.path === path || row.inode === facts[index]?.inode);
      const known = originOf(
        own.find((row) => row.path === path),
        own,
        facts[index],
      );
      const atWork = [...this.running].filter(
        ({ folder, sinceMs }) => isBelow(folder, path) && (found[index]?.ctimeMs ?? -1) >= sinceMs,
      );
      return atWork.length === 0
        ? known
        : worstOrigin(
            atWork.map(({ origin }) => origin),
            known ?? 'file',
          );
    });
  }

  /** The same where something must be said: files nobody knows are data, those that the owner writes by hand are not. */
  async labelOf(path: string, workspace: string): Promise<ContentOrigin> {
    return (await this.of(path)) ?? unknownLabel(path, await realpath(workspace).catch(() => workspace));
  }

  /** The same of several files of a workspace, in their order. @param workspace its real path */
  async labelsOf(paths: readonly string[], workspace: string): Promise<ContentOrigin[]> {
    const known = await this.ofAll(paths);
    return paths.map((path, index) => known[index] ?? unknownLabel(path, workspace));
  }

  /** Whose words are in the names of files and folders: those of whoever made them. */
  async labelOfNames(paths: readonly string[], workspace: string): Promise<ContentOrigin> {
    const labels = await Promise.all(
      paths.map(async (path) => {
        const info = await lstat(path).catch(() => undefined);
        return info?.isDirectory() ? ((await this.of(path)) ?? 'workspace') : this.labelOf(path, workspace);
      }),
    );
    return worstOrigin(labels, 'workspace');
  }

  /** Records at or below a folder, by path. */
  async below(folder: string): Promise<Map<string, FileRecord>> {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`;
    const rows = await this.database.read
      .selectFrom('file_origins')
      .selectAll()
      .where((eb) =>
        eb.or([eb('path', '=', folder), eb.and([eb('path', '>=', prefix), eb('path', '<', `${prefix}\uffff`)])]),
      )
      .execute();
    return new Map(rows.map((row) => [row.path, recordOf(row)]));
  }

  /** Notes whose text a file holds now. */
  set(path: string, origin: ContentOrigin): Promise<void> {
    return this.setAll([{ path, origin }]);
  }

  async setAll(notes: readonly FileNote[]): Promise<void> {
    if (notes.length === 0) return;
    const rows = await Promise.all(
      notes.map(async ({ path, origin, facts }) => {
        const now =
          facts ??
          (await lstat(path, { bigint: true }).then(
            (info) => factsOf(info),
            () => undefined,
          ));
        return rowOf({ path, origin, ...(now ? { facts: now } : {}) });
      }),
    );
    await this.database.write('file-origin.set', (transaction) =>
      replace(
        transaction,
        rows.map(({ path }) => path),
        rows,
      ),
    );
  }

  /**
   * Notes what was found in a folder after a look at its records. What others have noted since that look stays: their
   * files keep the less trusted of both origins, and are not gone.
   * @param seen the records as they were before the look
   * @returns the notes as they are kept
   */
  settle(
    notes: readonly (FileNote & { facts: FileFacts })[],
    gone: readonly string[],
    seen: ReadonlyMap<string, FileRecord>,
  ): Promise<FileNote[]> {
    if (notes.length === 0 && gone.length === 0) return Promise.resolve([]);
    return this.database.write('file-origin.settle', async (transaction) => {
      const paths = [...gone, ...notes.map(({ path }) => path)];
      const now = new Map<string, FileRecord>();
      for (let at = 0; at < paths.length; at += BATCH)
        for (const row of await transaction
          .selectFrom('file_origins')
          .selectAll()
          .where('path', 'in', paths.slice(at, at + BATCH))
          .execute())
          now.set(row.path, recordOf(row));
      const isSame = (path: string): boolean => sameRecord(seen.get(path), now.get(path));
      const kept = notes.map((note) => {
        const since = isSame(note.path) ? undefined : now.get(note.path);
        return since ? { ...note, origin: worstOrigin([since.origin], note.origin) } : note;
      });
      // A record without a stamp is that of a file which is being written.
      const over = gone.filter((path) => isSame(path) && now.get(path)?.stamp !== null);
      await replace(transaction, [...over, ...kept.map(({ path }) => path)], kept.map(rowOf));
      return kept;
    });
  }

  /**
   * The owner has looked at a file and trusts it.
   * @param facts of the file that was read
   * @param seen its record before that
   * @returns false where somebody has noted something else since, or the file is another one
   */
  async trust(path: string, facts: FileFacts, seen: FileRecord): Promise<boolean> {
    return this.database.write('file-origin.trust', async (transaction) => {
      const row = await transaction.selectFrom('file_origins').selectAll().where('path', '=', path).executeTakeFirst();
      const info = statsOf(path);
      const isSame = info !== undefined && sameFacts(factsOf(info), facts) && sameRecord(seen, row && recordOf(row));
      if (isSame) await replace(transaction, [path], [rowOf({ path, origin: 'workspace', facts })]);
      return isSame;
    });
  }

  /** Forgets files that are gone and whose records are older than that; returns how many. */
  async forgetGone(before: number): Promise<number> {
    let removed = 0;
    for (let after = ''; ;) {
      const rows = await this.database.read
        .selectFrom('file_origins')
        .select('path')
        .where('path', '>', after)
        .where('updated_at', '<', before)
        .orderBy('path')
        .limit(BATCH)
        .execute();
      const last = rows.at(-1);
      if (!last) return removed;
      after = last.path;
      const gone = (await Promise.all(rows.map(async ({ path }) => ((await isThere(path)) ? [] : [path])))).flat();
      if (gone.length === 0) continue;
      await this.database.write('file-origin.set', (transaction) =>
        transaction.deleteFrom('file_origins').where('path', 'in', gone).where('updated_at', '<', before).execute(),
      );
      removed += gone.length;
    }
  }

  /** Forgets a file that is gone. */
  async forget(path: string): Promise<void> {
    await this.database.write('file-origin.set', (transaction) => replace(transaction, [path], []));
  }
}

const recordOf = ({ origin, inode, stamp, updated_at }: Selectable<Schema['file_origins']>): FileRecord => ({
  origin: known(origin),
  inode,
  stamp,
  notedAt: Number(updated_at),
});

export const sameFacts = (a: FileFacts, b: FileFacts): boolean => a.inode === b.inode && a.stamp === b.stamp;

const sameRecord = (a: FileRecord | undefined, b: FileRecord | undefined): boolean =>
  a?.origin === b?.origin && a?.inode === b?.inode && a?.stamp === b?.stamp && a?.notedAt === b?.notedAt;

const rowOf = ({ path, origin, facts }: FileNote): Insertable<Schema['file_origins']> => ({
  path,
  origin,
  inode: facts?.inode ?? null,
  stamp: facts?.stamp ?? null,
  updated_at: Date.now(),
});

/** @param paths whose records go; those of the new rows are to be among them */
async function replace(
  transaction: Transaction<Schema>,
  paths: readonly string[],
  rows: readonly Insertable<Schema['file_origins']>[],
): Promise<void> {
  for (let at = 0; at < paths.length; at += BATCH)
    await transaction
      .deleteFrom('file_origins')
      .where('path', 'in', paths.slice(at, at + BATCH))
      .execute();
  for (let at = 0; at < rows.length; at += BATCH)
    await transaction
      .insertInto('file_origins')
      .values(rows.slice(at, at + BATCH))
      .execute();
}

/** A path that can't be looked at may be there. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

export const factsOf = (info: BigIntStats): FileFacts => ({
  inode: `${info.dev}:${info.ino}`,
  stamp: `${info.size}:${info.ctimeNs}`,
});

/**
 * @param own what was noted under its path
 * @param same what was noted for the same file under any path
 */
export function originOf(
  own: (Pick<FileRecord, 'stamp'> & { origin: string }) | undefined,
  same: readonly { origin: string }[],
  facts: FileFacts | undefined,
): ContentOrigin | undefined {
  const foreign = [...(own ? [own] : []), ...same]
    .map(({ origin }) => known(origin))
    .filter((origin) => !isTrusted(origin));
  if (foreign.length > 0) return worstOrigin(foreign);
  return own && facts !== undefined && own.stamp === facts.stamp ? known(own.origin) : undefined;
}

/**
 * What a file is taken for that nobody has noted: files of the prompt and the history of the workspace itself are kept by
 * the owner's own hand.
 */
export const unknownLabel = (path: string, workspace: string): ContentOrigin =>
  isPromptName(workspace, path) || innerParts(workspace, path)?.[0] === '.git' ? 'workspace' : 'file';

/** Undefined where the file can't be looked at. */
export function statsOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const known = (origin: string): ContentOrigin => storedOrigin(origin, 'file');
