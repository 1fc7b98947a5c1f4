import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { OpenclawError } from '../../common/openclaw-error';
import { FrontmatterError } from '../manifest/frontmatter';
import { MAX_SKILL_BYTES, SKILL_FILE } from '../catalog/skill-scan';
import { type SkillManifest, parseSkill } from '../manifest/skill-manifest';
import { hashFolder } from './hash-folder';
import { type ScanReport, scanSkill } from './scan-skill';
import type { AgreedSkill, SkillLockFile } from './skill-lock';

/** What the owner agrees to where a skill stays in the folder in which it was written. */
export interface SkillTerms {
  folder: string;
  /** Of all its files; another byte is another hash. */
  hash: string;
  textHash: string;
  manifest: SkillManifest;
  report: ScanReport;
}

/** Whoever writes the folder may write everything in it, libraries and compiled files too: all of it counts. */
export const hashInPlace = (folder: string): string => hashFolder(folder, { everything: true });

/** A skill as it is now. @throws OpenclawError SKILL_BROKEN */
export function termsOf(folder: string): SkillTerms {
  const { manifest, textHash } = readText(folder);
  return {
    folder,
    hash: hashInPlace(folder),
    textHash,
    manifest,
    report: scanSkill(folder, manifest, { everything: true }),
  };
}

/**
 * What a skill declares, where it is the one that was agreed to. Whoever writes the folder may do so between two looks:
 * what counts is read from the very text that was agreed to.
 */
export function agreedManifest(folder: string, agreed: AgreedSkill): SkillManifest | undefined {
  try {
    const { manifest, textHash } = readText(folder);
    return textHash === agreed.textHash && hashInPlace(folder) === agreed.hash ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function readText(folder: string): { manifest: SkillManifest; textHash: string } {
  const content = readBoundedFile(join(folder, SKILL_FILE), MAX_SKILL_BYTES);
  if (!content)
    throw new OpenclawError(
      'SKILL_BROKEN',
      `${join(folder, SKILL_FILE)} is no ordinary file of at most ${MAX_SKILL_BYTES} bytes that may be read`,
    );
  try {
    const { manifest } = parseSkill(content, basename(folder));
    return { manifest, textHash: createHash('sha256').update(content).digest('hex') };
  } catch (error) {
    if (!(error instanceof FrontmatterError)) throw error;
    throw new OpenclawError('SKILL_BROKEN', `${join(folder, SKILL_FILE)} line ${error.line}: ${error.reason}`);
  }
}

/**
 * Notes that the owner agrees to a skill as they have seen it.
 * @param seen hash that was shown
 * @throws OpenclawError SKILL_CHANGED where it is another one now, SKILL_REFUSED for dangers that nobody has accepted
 */
export async function agreeTo(
  file: SkillLockFile,
  { folder, hash, textHash, manifest, report }: SkillTerms,
  seen: string,
  acceptsRisk: boolean,
): Promise<void> {
  if (seen !== hash)
    throw new OpenclawError(
      'SKILL_CHANGED',
      `hash: its files are others than those that were shown (${hash} now); look again`,
    );
  if (report.verdict === 'danger' && !acceptsRisk)
    throw new OpenclawError(
      'SKILL_REFUSED',
      `the scan found ${report.findings.filter(({ severity }) => severity === 'danger').length} dangers; read them, and accept the risk if you want it all the same`,
    );
  await file.change((lock) => {
    lock.agreed[folder] = {
      hash,
      textHash,
      agreedAt: new Date().toISOString(),
      ...(manifest.capabilities ? { capabilities: manifest.capabilities } : {}),
    };
  });
}
