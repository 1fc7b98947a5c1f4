import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, cp, lstat, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { appVersion } from '../../common/app-root';
import { ArchiveError, type ArchiveLimits } from '../../common/archives/archive-limits';
import { unpackTar } from '../../common/archives/unpack';
import { readBoundedFile } from '../../common/bounded-file';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { innerPath, isWithin, staysInside } from '../../common/paths/path-place';
import { PRIVATE_FILE, PRIVATE_FOLDER, writePrivateFile } from '../../common/private-files';
import { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { SqliteFile } from '../../storage/sqlite-file';

const DATABASE = 'openclaw-nest.sqlite';
const MANIFEST = 'manifest.json';
const OUTSIDE = 'outside';
const GIB = 1024 ** 3;
/** An archive that unfolds to more than this was not made by {@link createBackup} of anything that fits here. */
const LIMITS: ArchiveLimits = { entries: 2_000_000, entryBytes: 64 * GIB, totalBytes: 256 * GIB, ratio: 400 };
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;
const MODES = { file: PRIVATE_FILE, program: PRIVATE_FOLDER, folder: PRIVATE_FOLDER };
/** The gateway's own, made anew or of no use elsewhere: folders and files by their exact places in the state folder. */
const OWN_FOLDERS = ['logs', 'backups', 'browser', 'cache', 'media/outbound'];
const OWN_FILES =
  /^(openclaw-nest\.sqlite(-wal|-shm|-journal|\.owner|\.guard|\.guard-journal)?|gateway\.[0-9a-f]+\.lock|openclaw\.json\.lock|skills\/lock\.json\.lock)$/;

export interface BackupFile {
  /** Relative to the state folder. */
  path: string;
  bytes: number;
  sha256: string;
}

export interface BackupManifest {
  format: 1;
  version: string;
  createdAt: string;
  /** Where the configuration stands in the archive. */
  config: string;
  database: 'sqlite' | 'none';
  files: BackupFile[];
  /** Workspaces that were not in the state folder: where they stand in the archive, and where they stood. */
  outside?: { path: string; at: string }[];
}

export interface BackupWish {
  stateDir: string;
  configPath: string;
  /** File of the archive; one with the time in `<state>/backups` by default. */
  output?: string;
  onlyConfig?: boolean;
  noWorkspace?: boolean;
  /** Absolute paths of all workspaces; those outside the state folder come along as well. */
  workspaces?: readonly string[];
  /** Writes a consistent copy of the database; left out where there is none in a file. */
  snapshot?: (to: string) => Promise<void>;
}

/** What {@link createBackup} would do. */
export interface PlannedBackup {
  path: string;
  files: number;
  bytes: number;
  database: BackupManifest['database'];
  /** Workspaces outside the state folder. */
  outside: string[];
}

/** Writes nothing. Without the database, whose copy is as large as it is when it is made. @throws OpenclawError BACKUP_FAILED */
export async function planBackup(wish: BackupWish): Promise<PlannedBackup> {
  const path = outputOf(wish);
  const sources = await allSources(wish);
  let bytes = 0;
  for (const source of sources.values()) bytes += (await stat(source)).size;
  const hasDatabase = wish.snapshot !== undefined && wish.onlyConfig !== true;
  return {
    path,
    files: sources.size + (hasDatabase ? 1 : 0),
    bytes,
    database: hasDatabase ? 'sqlite' : 'none',
    outside: outsideOf(wish).map(({ at }) => at),
  };
}

/** @throws OpenclawError BACKUP_FAILED where a file is there already */
function outputOf({ stateDir, output }: BackupWish): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const path = resolve(output ?? join(stateDir, 'backups', `openclaw-${stamp}.tar.gz`));
  if (existsSync(path)) throw new OpenclawError('BACKUP_FAILED', `${path} is there already; choose another name`);
  return path;
}

/** Archive path → file, those of workspaces elsewhere included. */
async function allSources(wish: BackupWish): Promise<Map<string, string>> {
  const sources = await sourcesOf(wish);
  for (const { path, at } of outsideOf(wish))
    for (const inner of await filesBelow(at)) sources.set(`${path}/${inner}`, join(at, inner));
  return sources;
}

/** Puts a state folder into one archive that its owner alone can read. @throws OpenclawError BACKUP_FAILED */
export async function createBackup(wish: BackupWish): Promise<{ path: string; manifest: BackupManifest }> {
  const { stateDir, configPath } = wish;
  const output = outputOf(wish);
  const stage = await mkdtemp(join(tmpdir(), 'openclaw-backup-'));
  try {
    const outside = outsideOf(wish);
    const sources = await allSources(wish);
    const files: BackupFile[] = [];
    for (const [path, source] of sources) {
      await mkdir(dirname(join(stage, path)), { recursive: true, mode: 0o700 });
      await copyFile(source, join(stage, path));
    }
    const hasDatabase = wish.snapshot !== undefined && wish.onlyConfig !== true;
    if (hasDatabase) await wish.snapshot?.(join(stage, DATABASE));
    for (const path of [...sources.keys(), ...(hasDatabase ? [DATABASE] : [])]) files.push(await describe(stage, path));
    const manifest: BackupManifest = {
      format: 1,
      version: appVersion(),
      createdAt: new Date().toISOString(),
      config: placeOf(configPath, stateDir),
      database: hasDatabase ? 'sqlite' : 'none',
      files,
      ...(outside.length > 0 ? { outside } : {}),
    };
    writePrivateFile(join(stage, MANIFEST), JSON.stringify(manifest, null, 2));
    await mkdir(dirname(output), { recursive: true, mode: PRIVATE_FOLDER });
    await pack(stage, [MANIFEST, ...files.map(({ path }) => path)], output);
    return { path: output, manifest };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The archive is its owner's alone from the first byte on, and nothing of it stays when it can't be finished. */
async function pack(folder: string, paths: readonly string[], output: string): Promise<void> {
  const tar = await import('tar');
  const half = `${output}.half`;
  await rm(half, { force: true });
  try {
    const packed = tar.create({ gzip: true, cwd: folder, portable: true }, [...paths]);
    await pipeline(
      packed as unknown as NodeJS.ReadableStream,
      createWriteStream(half, { flags: 'wx', mode: PRIVATE_FILE }),
    );
    await rename(half, output);
  } catch (error) {
    await rm(half, { force: true });
    throw new OpenclawError('BACKUP_FAILED', `${output} could not be written: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Restores an archive into an empty folder, to see whether that works: hashes, database, configuration.
 * @throws OpenclawError BACKUP_BROKEN naming what is wrong
 */
export async function verifyBackup(archive: string, into?: string): Promise<BackupManifest> {
  if (!existsSync(archive)) throw new OpenclawError('BACKUP_BROKEN', `${archive} is not there`);
  const folder = into ?? (await mkdtemp(join(tmpdir(), 'openclaw-verify-')));
  try {
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    try {
      const { size } = await stat(archive);
      await unpackTar(createReadStream(archive), size, folder, { limits: LIMITS, modes: MODES, own: true });
    } catch (error) {
      const what = error instanceof ArchiveError ? error.message : messageOf(error);
      throw new OpenclawError('BACKUP_BROKEN', `${archive} is damaged or incomplete: ${what}`);
    }
    const manifest = manifestOf(folder, archive);
    for (const file of manifest.files) {
      const found = await describe(folder, file.path).catch(() => undefined);
      if (!found) throw new OpenclawError('BACKUP_BROKEN', `${file.path} is missing in ${archive}`);
      if (found.sha256 !== file.sha256)
        throw new OpenclawError('BACKUP_BROKEN', `${file.path} has another content than the manifest says`);
    }
    if (manifest.database === 'sqlite') checkDatabase(join(folder, DATABASE));
    const config = join(folder, manifest.config);
    if (existsSync(config)) {
      const env = new Environment({ OPENCLAW_STATE_DIR: folder, OPENCLAW_CONFIG_PATH: config, HOME: folder });
      const { parsed, issues } = loadConfig(config, env);
      if (Object.keys(parsed).length === 0 && issues.length > 0)
        throw new OpenclawError('BACKUP_BROKEN', `the configuration can't be read: ${issues[0]?.message ?? ''}`);
    }
    await rm(join(folder, MANIFEST), { force: true });
    return manifest;
  } finally {
    if (into === undefined) await rm(folder, { recursive: true, force: true });
  }
}

export interface Restored {
  manifest: BackupManifest;
  /** Where the state that was there before has gone. */
  before?: string;
  /** Workspaces that were outside the state folder: where each is now, and where what was there before has gone. */
  workspaces: { at: string; now: string; before?: string }[];
}

/**
 * Puts the content of an archive in the place of a state folder. What was there is moved aside, not removed; the
 * archive is checked first, and nothing changes where it is broken.
 * @param inPlace workspaces that were elsewhere go back there; else they stay in `outside`: an archive of somebody else
 * shall not write where it likes
 * @throws OpenclawError BACKUP_BROKEN
 */
export async function restoreBackup(archive: string, target: string, inPlace = false): Promise<Restored> {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const next = `${target}.restore-${stamp}`;
  try {
    const manifest = await verifyBackup(archive, next);
    const before = await putAt(target, next, stamp);
    await chmod(target, 0o700);
    const workspaces: Restored['workspaces'] = [];
    for (const { path, at } of manifest.outside ?? []) {
      const now = inPlace ? at : join(target, path);
      if (inPlace) await mkdir(dirname(at), { recursive: true });
      const aside = inPlace ? await putAt(at, join(target, path), stamp) : undefined;
      workspaces.push({ at, now, ...(aside ? { before: aside } : {}) });
    }
    if (inPlace) await rm(join(target, OUTSIDE), { recursive: true, force: true });
    return { manifest, workspaces, ...(before ? { before } : {}) };
  } catch (error) {
    await rm(next, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a folder in the place of another. @returns where that has gone; undefined where there was none */
async function putAt(target: string, folder: string, stamp: string): Promise<string | undefined> {
  const before = existsSync(target) ? `${target}.before-${stamp}` : undefined;
  if (before) await rename(target, before);
  try {
    await rename(folder, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await cp(folder, target, { recursive: true });
  }
  return before;
}

/** Workspaces elsewhere, each with a place of its own in the archive. */
function outsideOf({ stateDir, workspaces = [], onlyConfig, noWorkspace }: BackupWish): { path: string; at: string }[] {
  if (onlyConfig || noWorkspace) return [];
  const elsewhere = [...new Set(workspaces)].filter((at) => !isWithin(stateDir, at) && existsSync(at));
  return elsewhere.map((at, index) => ({ path: `${OUTSIDE}/${index}`, at }));
}

/** Archive path → file, of everything that belongs into a backup. */
async function sourcesOf(wish: BackupWish): Promise<Map<string, string>> {
  const { stateDir, configPath, onlyConfig, noWorkspace, workspaces = [] } = wish;
  const sources = new Map<string, string>();
  if (existsSync(configPath)) sources.set(placeOf(configPath, stateDir), configPath);
  if (onlyConfig) return sources;
  const isWorkspace = (path: string): boolean =>
    /^workspace(-[^/]*)?$/.test(path.split('/')[0] ?? '') ||
    workspaces.some((at) => isWithin(at, join(stateDir, path)));
  const isLeftOut = (path: string): boolean =>
    isWorkspace(path) ? noWorkspace === true : OWN_FOLDERS.includes(path) || OWN_FILES.test(path);
  for (const path of await filesBelow(stateDir, isLeftOut)) sources.set(path, join(stateDir, path));
  return sources;
}

async function filesBelow(
  root: string,
  isLeftOut: (path: string) => boolean = () => false,
  folder = '',
): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(join(root, folder)).catch(() => [])).sort()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isLeftOut(path)) continue;
    const info = await lstat(join(root, path));
    if (info.isDirectory()) found.push(...(await filesBelow(root, isLeftOut, path)));
    else if (info.isFile()) found.push(path);
  }
  return found;
}

/** A configuration elsewhere comes back as the one of the state folder. */
function placeOf(configPath: string, stateDir: string): string {
  return innerPath(stateDir, configPath) || 'openclaw.json';
}

async function describe(root: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(join(root, path)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

function manifestOf(folder: string, archive: string): BackupManifest {
  let manifest: BackupManifest;
  try {
    const text = readBoundedFile(join(folder, MANIFEST), MAX_MANIFEST_BYTES);
    if (text === undefined) throw new Error(`there is no ${MANIFEST} in it`);
    manifest = JSON.parse(text.toString('utf8')) as BackupManifest;
  } catch (error) {
    throw new OpenclawError('BACKUP_BROKEN', `${archive} is no backup: ${messageOf(error)}`);
  }
  if (manifest.format !== 1)
    throw new OpenclawError('BACKUP_BROKEN', `${archive} has format ${String(manifest.format)}, this release knows 1`);
  // The archive may be somebody else's: what it names has to lie in it.
  const named = [
    manifest.config,
    ...manifest.files.map(({ path }) => path),
    ...(manifest.outside ?? []).map(({ path }) => path),
  ];
  const astray = named.find((path) => typeof path !== 'string' || !staysInside(folder, path));
  if (astray !== undefined)
    throw new OpenclawError('BACKUP_BROKEN', `${archive} names ${astray}, which lies outside of it`);
  return manifest;
}

function checkDatabase(file: string): void {
  const database = new SqliteFile(file, { readOnly: true });
  try {
    const result = database.pragmaValue('integrity_check');
    if (result !== 'ok') throw new OpenclawError('BACKUP_BROKEN', `the database is damaged: ${String(result)}`);
  } finally {
    database.close();
  }
}
