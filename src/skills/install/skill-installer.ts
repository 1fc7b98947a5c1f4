import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { cutText } from '../../common/cut-text';
import { OpenclawError } from '../../common/openclaw-error';
import { copyPrivately } from '../../common/private-files';
import { managedSkillsPath } from '../catalog/skill-library';
import { SKILL_FILE } from '../catalog/skill-scan';
import { FrontmatterError } from '../manifest/frontmatter';
import { type SkillManifest, parseSkill } from '../manifest/skill-manifest';
import { dropUnpublished, hashFolder } from '../trust/hash-folder';
import { type ScanReport, scanSkill } from '../trust/scan-skill';
import { type SignatureCheck, checkSignature } from '../trust/signature';
import { type LockedSkill, SkillLockFile } from '../trust/skill-lock';
import { type FetchOptions, type FetchedSource, fetchSource, findSkillFolders } from './fetch-source';

/** A skill that was fetched and looked at, and is not installed yet. */
export interface StagedSkill {
  manifest: SkillManifest;
  folder: string;
  hash: string;
  report: ScanReport;
  signature: SignatureCheck;
  kind: LockedSkill['kind'];
  source: string;
  revision?: string;
  /** Hash of the installed one that it replaces. */
  replaces?: string;
  /** Why it can't be installed whatever the owner says. */
  refused?: string;
}

export interface InstallDecision {
  install: boolean;
  /** The owner has seen dangers and wants it all the same. */
  acceptsRisk?: boolean;
}

/** Shows a staged skill to somebody who decides. */
export type InstallReview = (staged: StagedSkill) => Promise<InstallDecision>;

const MAX_SKILL_BYTES = 4 * 1024 * 1024;
const SAFE_NAME = /^[a-z0-9][a-z0-9_-]*$/i;

/** Installs, updates and removes skills of others. What the lock file says is what is loaded. */
export class SkillInstaller {
  readonly lock: SkillLockFile;
  private readonly managed: string;

  constructor(
    stateDir: string,
    private readonly fetching: FetchOptions,
  ) {
    this.lock = new SkillLockFile(stateDir);
    this.managed = managedSkillsPath(stateDir);
  }

  /**
   * Fetches, scans, asks, installs. Each skill as a whole or not at all.
   * @param only name of the one that is wanted of several
   * @returns what was installed
   * @throws OpenclawError
   */
  async install(source: string, review: InstallReview, only?: string): Promise<StagedSkill[]> {
    return this.inStage(async (stage) => {
      const fetched = await fetchSource(source, join(stage, 'source'), this.fetching);
      const staged = this.stage(fetched, only);
      const installed: StagedSkill[] = [];
      for (const skill of staged) if (await this.place(skill, review)) installed.push(skill);
      return installed;
    });
  }

  /** Fetches and scans, and installs nothing. @throws OpenclawError */
  async look(source: string, each: (staged: StagedSkill) => void): Promise<void> {
    await this.inStage(async (stage) => {
      const fetched = await fetchSource(source, join(stage, 'source'), this.fetching);
      this.stage(fetched, undefined).forEach(each);
    });
  }

  /** Fetches installed skills again where they came from. @returns names with what became of them */
  async update(
    names: readonly string[],
    review: InstallReview,
  ): Promise<{ name: string; state: 'updated' | 'current' | 'declined' | 'failed'; reason?: string }[]> {
    const { skills } = this.lock.read();
    const wanted = names.length > 0 ? names : Object.keys(skills);
    const results: { name: string; state: 'updated' | 'current' | 'declined' | 'failed'; reason?: string }[] = [];
    for (const name of wanted) {
      const known = skills[name];
      try {
        if (!known)
          throw new OpenclawError('SKILL_NOT_INSTALLED', `${name} was not installed by openclaw skills install`);
        if (known.kind === 'proposal') {
          results.push({ name, state: 'current' });
          continue;
        }
        results.push({ name, state: await this.updateOne(name, known, review) });
      } catch (error) {
        results.push({ name, state: 'failed', reason: (error as Error).message });
      }
    }
    return results;
  }

  /** @throws OpenclawError SKILL_NOT_INSTALLED */
  async remove(name: string): Promise<void> {
    const target = this.targetOf(name);
    await this.lock.change((lock) => {
      if (!lock.skills[name] && !existsSync(target))
        throw new OpenclawError('SKILL_NOT_INSTALLED', `there is no installed skill "${name}"`);
      delete lock.skills[name];
    });
    await rm(target, { recursive: true, force: true });
  }

  /** Puts a folder that was made here in place, after the same look. */
  async installFolder(
    folder: string,
    kind: 'proposal',
    source: string,
    review: InstallReview,
  ): Promise<StagedSkill | undefined> {
    const staged = this.stageOf(folder, { kind, source });
    return (await this.place(staged, review)) ? staged : undefined;
  }

  private async updateOne(
    name: string,
    known: LockedSkill,
    review: InstallReview,
  ): Promise<'updated' | 'current' | 'declined'> {
    return this.inStage(async (stage) => {
      const fetched = await fetchSource(known.source, join(stage, 'source'), this.fetching);
      const [staged] = this.stage(fetched, name);
      if (!staged) throw new OpenclawError('SKILL_NOT_FOUND', `${known.source} holds no skill "${name}" any more`);
      const isIntact = existsSync(this.targetOf(name)) && hashFolder(this.targetOf(name)) === known.hash;
      if (staged.hash === known.hash && isIntact) return 'current';
      return (await this.place(staged, review)) ? 'updated' : 'declined';
    });
  }

  /** @throws OpenclawError SKILL_NOT_FOUND, SKILL_BROKEN */
  private stage(fetched: FetchedSource, only: string | undefined): StagedSkill[] {
    const folders = findSkillFolders(fetched.folder);
    if (folders.length === 0) throw new OpenclawError('SKILL_NOT_FOUND', `${fetched.source} holds no ${SKILL_FILE}`);
    const staged = folders.map((folder) => this.stageOf(folder, fetched));
    const wanted = only === undefined ? staged : staged.filter(({ manifest }) => manifest.name === only);
    if (wanted.length === 0)
      throw new OpenclawError(
        'SKILL_NOT_FOUND',
        `${fetched.source} holds no skill "${only ?? ''}"; it holds ${staged.map(({ manifest }) => manifest.name).join(', ')}`,
      );
    return wanted;
  }

  private stageOf(folder: string, origin: Pick<StagedSkill, 'kind' | 'source' | 'revision'>): StagedSkill {
    let manifest: SkillManifest;
    try {
      const text = readBoundedFile(join(folder, SKILL_FILE), MAX_SKILL_BYTES);
      if (!text)
        throw new OpenclawError(
          'SKILL_BROKEN',
          `${basename(folder)}/${SKILL_FILE} is no ordinary file, or has more than ${MAX_SKILL_BYTES} bytes`,
        );
      ({ manifest } = parseSkill(text, basename(folder)));
    } catch (error) {
      if (!(error instanceof FrontmatterError)) throw error;
      throw new OpenclawError('SKILL_BROKEN', `${basename(folder)}/${SKILL_FILE} line ${error.line}: ${error.reason}`);
    }
    const hash = hashFolder(folder);
    const signature = checkSignature(folder, manifest.name, hash);
    const lock = this.lock.read();
    const known = lock.skills[manifest.name];
    const refused = SAFE_NAME.test(manifest.name)
      ? signatureRefusal(signature, known, lock.keys)
      : `"${manifest.name}" cannot be the name of a folder`;
    return {
      manifest,
      folder,
      hash,
      report: scanSkill(folder, manifest),
      signature,
      kind: origin.kind,
      source: origin.source,
      ...(origin.revision === undefined ? {} : { revision: origin.revision }),
      ...(known ? { replaces: known.hash } : {}),
      ...(refused === undefined ? {} : { refused }),
    };
  }

  /** @returns false when the owner does not want it @throws OpenclawError SKILL_REFUSED */
  private async place(staged: StagedSkill, review: InstallReview): Promise<boolean> {
    const { name } = staged.manifest;
    if (staged.refused !== undefined) throw new OpenclawError('SKILL_REFUSED', `${name}: ${staged.refused}`);
    const decision = await review(staged);
    if (!decision.install) return false;
    if (staged.report.verdict === 'danger' && !decision.acceptsRisk)
      throw new OpenclawError(
        'SKILL_REFUSED',
        `${name}: the scan found ${staged.report.findings.filter(({ severity }) => severity === 'danger').length} dangers; read them, and use --accept-risk if you want it all the same`,
      );
    const fresh = join(this.managed, `.new-${randomBytes(6).toString('hex')}`);
    const target = this.targetOf(name);
    mkdirSync(this.managed, { recursive: true, mode: 0o700 });
    await copyPrivately(staged.folder, fresh);
    await dropUnpublished(fresh);
    if (hashFolder(fresh) !== staged.hash) {
      await rm(fresh, { recursive: true, force: true });
      throw new OpenclawError('SKILL_REFUSED', `${name}: its files changed while you read about them`);
    }
    // The lock first: what a crash leaves in between does not fit it and is not loaded.
    await this.lock.change((lock) => {
      const { signature } = staged;
      if (signature.state === 'valid')
        lock.keys[signature.fingerprint] ??= {
          publisher: signature.publisher,
          key: signature.key,
          since: new Date().toISOString(),
          trusted: true,
        };
      lock.skills[name] = {
        source: staged.source,
        kind: staged.kind,
        ...(staged.revision === undefined ? {} : { revision: staged.revision }),
        hash: staged.hash,
        installedAt: new Date().toISOString(),
        ...(signature.state === 'valid' ? { signedBy: signature.fingerprint, publisher: signature.publisher } : {}),
        ...(staged.report.verdict === 'danger'
          ? { accepted: [...new Set(staged.report.findings.map(({ rule }) => rule))] }
          : {}),
      };
    });
    const old = join(this.managed, `.old-${randomBytes(6).toString('hex')}`);
    if (existsSync(target)) await rename(target, old);
    await rename(fresh, target);
    await rm(old, { recursive: true, force: true });
    return true;
  }

  private targetOf(name: string): string {
    if (!SAFE_NAME.test(name))
      throw new OpenclawError('SKILL_NOT_INSTALLED', `there is no installed skill "${cutText(name, 80)}"`);
    return join(this.managed, name);
  }

  /** A folder of its own beside the skills, gone afterwards. */
  private async inStage<T>(use: (stage: string) => Promise<T>): Promise<T> {
    mkdirSync(this.managed, { recursive: true, mode: 0o700 });
    const stage = join(this.managed, `.stage-${randomBytes(6).toString('hex')}`);
    mkdirSync(stage, { mode: 0o700 });
    try {
      return await use(stage);
    } finally {
      await rm(stage, { recursive: true, force: true });
    }
  }
}

/** Who signed once signs on: another key, or none, is somebody else. */
function signatureRefusal(
  signature: SignatureCheck,
  known: LockedSkill | undefined,
  keys: Readonly<Record<string, { trusted: boolean }>>,
): string | undefined {
  if (signature.state === 'invalid') return `its signature does not hold: ${signature.reason}`;
  if (signature.state === 'valid' && keys[signature.fingerprint]?.trusted === false)
    return `you do not trust the key ${signature.fingerprint} (${signature.publisher}); openclaw skills trust ${signature.fingerprint} takes that back`;
  if (known?.signedBy === undefined) return undefined;
  if (signature.state === 'unsigned')
    return `the installed one was signed by ${known.publisher ?? known.signedBy}, this one is not signed; remove the installed one first if that is right`;
  if (signature.fingerprint !== known.signedBy && keys[signature.fingerprint]?.trusted !== true)
    return `it is signed with another key (${signature.fingerprint}) than the installed one (${known.signedBy}); remove the installed one first if the publisher has really changed it`;
  return undefined;
}
