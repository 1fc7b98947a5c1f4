import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readPieces } from '../../common/bounded-file';
import { OpenclawError } from '../../common/openclaw-error';

/** Written by the installer, not part of what was published. */
export const SIGNATURE_FILE = 'SKILL.sig.json';
/** What has more than this is no skill and no plugin; looking through it would keep the gateway from its work. */
const MAX_FOLDER_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 100_000;
const IGNORED = new Set(['.git', 'node_modules', '__pycache__', '.DS_Store', SIGNATURE_FILE]);

/** Takes out of a copy what is no part of what was published: it is neither looked through nor hashed. */
export async function dropUnpublished(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name !== SIGNATURE_FILE && IGNORED.has(entry.name)) await rm(path, { recursive: true, force: true });
    else if (entry.isDirectory()) await dropUnpublished(path);
  }
}

/** Files of a skill by path relative to its folder, `/` between parts, sorted. Links are not followed. */
export function listSkillFiles(folder: string, { everything = false } = {}): string[] {
  const files: string[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!everything && IGNORED.has(entry.name)) continue;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) walk(inner);
      else files.push(relative(folder, inner).split(sep).join('/'));
      if (files.length > MAX_FILES)
        throw new OpenclawError('SKILL_BROKEN', `${folder} has more than ${MAX_FILES} files`);
    }
  };
  walk(folder);
  return files.sort();
}

/**
 * SHA-256 over names and contents of all files of a folder, in hex: another byte or name is another hash.
 * @param options everything: also what is not part of what was published, such as `node_modules`; take: hears of what
 * was hashed, file by file and piece by piece
 * @throws OpenclawError SKILL_BROKEN for pipes and the like, for what may not be read, and for too much of it
 */
export function hashFolder(
  folder: string,
  options: { everything?: boolean; take?: (file: string, piece: Buffer) => void } = {},
): string {
  const whole = createHash('sha256');
  let left = MAX_FOLDER_BYTES;
  for (const file of listSkillFiles(folder, options)) {
    const path = join(folder, file);
    const one = createHash('sha256');
    if (lstatSync(path).isSymbolicLink()) one.update(`-> ${readlinkSync(path)}`);
    else {
      const bytes = readPieces(path, left, (piece) => {
        one.update(piece);
        options.take?.(file, piece);
      });
      if (bytes === undefined)
        throw new OpenclawError(
          'SKILL_BROKEN',
          `${path} is no ordinary file, may not be read, or the folder has more than ${MAX_FOLDER_BYTES} bytes`,
        );
      left -= bytes;
    }
    whole.update(`${file}\0${one.digest('hex')}\n`);
  }
  return whole.digest('hex');
}
