import { type Dirent, type Stats, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { isReallyWithin } from '../../common/paths/path-place';
import { FrontmatterError, type SkillFault } from '../manifest/frontmatter';
import { type SkillManifest, parseSkill } from '../manifest/skill-manifest';

export const SKILL_FILE = 'SKILL.md';
const MAX_DEPTH = 4;
/** Larger ones are no instructions. */
export const MAX_SKILL_BYTES = 256 * 1024;
/** Folders looked at before others get their turn. */
const AT_ONCE = 100;

export type SkillSource = 'extra' | 'bundled' | 'managed' | 'workspace';

export interface SkillRoot {
  source: SkillSource;
  path: string;
}

/** A folder with a SKILL.md, as it was read. */
export interface ScannedSkill {
  source: SkillSource;
  root: string;
  baseDir: string;
  filePath: string;
  /** Changes whenever the file does. */
  stamp: string;
  manifest?: SkillManifest;
  /** Why it is no skill; undefined for one that was read. */
  broken?: SkillFault;
  warnings: readonly SkillFault[];
}

export interface ScannedRoot {
  skills: ScannedSkill[];
  /** Every folder in which a skill may appear or change. */
  folders: string[];
}

/**
 * Reads all skills below a folder. What has not changed since `known` is not read again.
 * @param onFolder called before a folder is read, so that a watcher misses nothing
 */
export async function scanRoot(
  root: SkillRoot,
  known: ReadonlyMap<string, ScannedSkill>,
  onFolder: (folder: string) => void,
): Promise<ScannedRoot> {
  const skills: ScannedSkill[] = [];
  const folders: string[] = [];
  const waiting: { folder: string; depth: number }[] = [{ folder: root.path, depth: 0 }];
  for (let seen = 1; waiting.length > 0; seen++) {
    const { folder, depth } = waiting.shift() as { folder: string; depth: number };
    folders.push(folder);
    onFolder(folder);
    const file = join(folder, SKILL_FILE);
    const stat = statOf(file);
    if (stat && depth > 0) {
      const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
      const before = known.get(file);
      skills.push(before?.stamp === stamp ? before : readSkill(root, folder, file, stamp, stat));
    } else if (depth < MAX_DEPTH) {
      for (const entry of subfolders(folder)) waiting.push({ folder: join(folder, entry), depth: depth + 1 });
    }
    if (seen % AT_ONCE === 0) await new Promise(setImmediate);
  }
  return { skills, folders };
}

/** Undefined where there is nothing, or where links lead in a circle. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function subfolders(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .filter(
      (entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && statOf(join(folder, entry.name))?.isDirectory() === true),
    )
    .map((entry) => entry.name)
    .sort();
}

function readSkill(root: SkillRoot, baseDir: string, filePath: string, stamp: string, stat: Stats): ScannedSkill {
  const base = { source: root.source, root: root.path, baseDir, filePath, stamp };
  try {
    if (!stat.isFile()) throw new FrontmatterError(1, 'it is no ordinary file');
    if (stat.size > MAX_SKILL_BYTES)
      throw new FrontmatterError(1, `the file has ${stat.size} bytes, more than ${MAX_SKILL_BYTES}`);
    // The assistant can write into its workspace: a link there must not make other folders readable.
    if (root.source === 'workspace' && !isReallyWithin(root.path, filePath))
      throw new FrontmatterError(1, 'a link leads out of the workspace');
    const content = readBoundedFile(filePath, MAX_SKILL_BYTES);
    if (!content) throw new FrontmatterError(1, 'the file may not be read, or changes while it is read');
    const { manifest, warnings } = parseSkill(content, basename(baseDir));
    return { ...base, manifest, warnings };
  } catch (error) {
    const broken =
      error instanceof FrontmatterError
        ? { line: error.line, reason: error.reason }
        : { line: 1, reason: `it can't be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}` };
    return { ...base, broken, warnings: [] };
  }
}
