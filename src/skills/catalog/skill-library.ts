import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { isPlainObject, valueAt } from '../../common/plain-object';
import type { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { expandPath } from '../../config/state-paths';
import { loadedPlugins } from '../../plugins/catalog/plugin-catalog';
import type { Capabilities } from '../manifest/capabilities';
import type { SkillManifest } from '../manifest/skill-manifest';
import { hashFolder } from '../trust/hash-folder';
import { agreedManifest, hashInPlace } from '../trust/skill-agreement';
import { type SkillLock, SkillLockFile } from '../trust/skill-lock';
import { type GateFacts, type NodeFacts, type Verdict, gateSkill } from './gate';
import { ProgramLookup } from './program-lookup';
import { type ScannedRoot, type ScannedSkill, type SkillRoot, type SkillSource, scanRoot } from './skill-scan';
import { commandLine } from '../../common/cli/own-commands';

/** Later ones win where names are equal. */
const PRECEDENCE: readonly SkillSource[] = ['extra', 'bundled', 'managed', 'workspace'];

/** A skill that was read and won its name. */
export interface LoadedSkill {
  manifest: SkillManifest;
  source: SkillSource;
  baseDir: string;
  filePath: string;
  /** Its content is the one that was shipped; other skills are text of somebody else. */
  isTrusted: boolean;
  /** The owner has agreed to it as it is: it was shipped, installed, or agreed to where it lies, and is unchanged. */
  isAgreed: boolean;
  /** The owner had agreed to it where it lies, and it is another one by now. */
  hasChanged?: true;
  /** Hash of the content that was agreed to; undefined where nobody had to. */
  agreedHash?: string;
  /** When the owner agreed to it, and to what where that is known; also where it has changed since. */
  agreement?: { at: string; capabilities?: Capabilities };
  /** It was agreed to where it lies: the hash is that of `hashInPlace`. */
  isInPlace?: true;
  /** Why it is not used although it could be read. */
  refused?: string;
  /** Of the same name, but further back in the order. */
  shadows: readonly string[];
  warnings: readonly { line: number; reason: string }[];
}

export interface SkillShelf {
  /** By name, in alphabetical order. */
  skills: readonly LoadedSkill[];
  broken: readonly ScannedSkill[];
}

export interface JudgedSkill extends LoadedSkill {
  verdict: Verdict;
}

export interface LibrarySettings {
  env: Environment;
  stateDir: string;
  config(): OpenclawConfig;
  workspaceOf(agentId: string): string;
}

/** Folder of the skills that are shipped. */
export const bundledSkillsPath = (): string => join(appRoot(), 'skills');
export const managedSkillsPath = (stateDir: string): string => join(stateDir, 'skills');

/** All skills of all places: which there are, which of two with one name counts, which can work here. */
export class SkillLibrary {
  readonly programs: ProgramLookup;
  readonly lockFile: SkillLockFile;
  private readonly scanned = new Map<string, ScannedRoot>();
  private readonly shelves = new Map<string, SkillShelf>();
  /** Folders of skills that plugins bring. */
  private ofPlugins: { config: OpenclawConfig; folders: string[] } | undefined;
  private shipped: Readonly<Record<string, string>> | undefined;
  private lockStamp: number | undefined;
  private readonly hashes = new Map<string, string>();

  constructor(private readonly settings: LibrarySettings) {
    this.programs = new ProgramLookup(() => settings.env.get('PATH') ?? '');
    this.lockFile = new SkillLockFile(settings.stateDir);
  }

  /** Where an agent's skills come from, lowest precedence first. */
  rootsOf(agentId: string): SkillRoot[] {
    const { env, stateDir } = this.settings;
    const extra = this.settings.config().skills?.load?.extraDirs ?? [];
    return [
      ...this.pluginFolders().map((path): SkillRoot => ({ source: 'extra', path })),
      ...extra.map((path): SkillRoot => ({ source: 'extra', path: expandPath(path, env.home) })),
      { source: 'bundled', path: bundledSkillsPath() },
      { source: 'managed', path: managedSkillsPath(stateDir) },
      { source: 'workspace', path: join(this.settings.workspaceOf(agentId), 'skills') },
    ];
  }

  /**
   * Reads what has changed below the roots of an agent.
   * @returns whether anything differs from before
   */
  async scan(agentId: string, onFolder: (folder: string) => void = () => undefined): Promise<boolean> {
    let changed = false;
    for (const root of this.rootsOf(agentId)) {
      const before = this.scanned.get(root.path);
      const known = new Map(before?.skills.map((skill) => [skill.filePath, skill]));
      const now = await scanRoot(root, known, onFolder);
      changed ||= !before || !sameSkills(before.skills, now.skills);
      this.scanned.set(root.path, now);
      if (root.source === 'managed') changed = this.hasTampered(now) || changed;
    }
    const lockStamp = statSync(this.lockFile.path, { throwIfNoEntry: false })?.mtimeMs;
    changed ||= lockStamp !== this.lockStamp;
    this.lockStamp = lockStamp;
    if (changed || !this.shelves.has(agentId)) this.shelves.clear();
    return changed;
  }

  private pluginFolders(): string[] {
    const config = this.settings.config();
    if (this.ofPlugins?.config !== config) {
      const plugins = loadedPlugins(config, this.settings.stateDir, this.settings.env.home);
      this.ofPlugins = {
        config,
        folders: plugins.flatMap(({ folder, manifest }) => (manifest?.skills ?? []).map((path) => join(folder, path))),
      };
    }
    return this.ofPlugins.folders;
  }

  /** Whether the files of a skill are still those that it was judged by. */
  isUnchanged(skill: LoadedSkill): boolean {
    const expected =
      skill.source === 'bundled'
        ? this.shippedHashes()[basename(skill.baseDir)]
        : (skill.agreedHash ?? this.hashes.get(skill.baseDir));
    if (expected === undefined && skill.source !== 'bundled') return true;
    try {
      return expected === (skill.isInPlace ? hashInPlace : hashFolder)(skill.baseDir);
    } catch {
      // A pipe in it, or more than anybody has agreed to: those are not the files that were judged.
      return false;
    }
  }

  /**
   * Compares what was shipped with its hashes, a few at a time.
   * @returns whether one of them is not what it was
   */
  async verify(): Promise<boolean> {
    const bundled = this.scanned.get(bundledSkillsPath())?.skills ?? [];
    let differs = false;
    for (const [index, skill] of bundled.entries()) {
      if (this.hashOf(skill) !== this.shippedHashes()[basename(skill.baseDir)]) differs = true;
      if (index % 8 === 7) await new Promise(setImmediate);
    }
    if (differs) this.shelves.clear();
    return differs;
  }

  /** Looks again at trust and order, though no skill file has changed. */
  forget(): void {
    this.shelves.clear();
    this.hashes.clear();
  }

  shelfOf(agentId: string): SkillShelf {
    let shelf = this.shelves.get(agentId);
    if (!shelf) {
      shelf = this.arrange(agentId);
      this.shelves.set(agentId, shelf);
    }
    return shelf;
  }

  judge(skill: LoadedSkill, nodes: readonly NodeFacts[] = []): JudgedSkill {
    const verdict = gateSkill(skill.manifest, skill.source === 'bundled', this.factsFor(nodes));
    return { ...skill, verdict: skill.refused === undefined ? verdict : { ...verdict, eligible: false } };
  }

  private arrange(agentId: string): SkillShelf {
    const all = this.rootsOf(agentId).flatMap((root) => this.scanned.get(root.path)?.skills ?? []);
    all.sort((a, b) => PRECEDENCE.indexOf(a.source) - PRECEDENCE.indexOf(b.source));
    const lock = this.lockOrReason();
    const byName = new Map<string, LoadedSkill>();
    for (const skill of all) {
      if (!skill.manifest) continue;
      const name = spelling(skill.manifest.name);
      const beaten = byName.get(name);
      byName.set(name, {
        manifest: skill.manifest,
        source: skill.source,
        baseDir: skill.baseDir,
        filePath: skill.filePath,
        ...this.trustOf(skill, skill.manifest, lock),
        shadows: beaten ? [...beaten.shadows, beaten.filePath] : [],
        warnings: skill.warnings,
      });
    }
    return {
      skills: [...byName.values()].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name)),
      broken: all.filter((skill) => skill.broken !== undefined),
    };
  }

  private trustOf(
    skill: ScannedSkill,
    manifest: SkillManifest,
    lock: SkillLock | string,
  ): Pick<LoadedSkill, 'isTrusted' | 'isAgreed' | 'hasChanged' | 'agreedHash' | 'agreement' | 'isInPlace' | 'refused'> &
    Pick<Partial<LoadedSkill>, 'manifest'> {
    const local = { isTrusted: false, isAgreed: false };
    if (typeof lock !== 'string' && lock.untrusted.includes(manifest.name))
      return { ...local, refused: `you do not trust it (${commandLine('skills trust')} takes that back)` };
    if (skill.source === 'bundled') {
      // Not verified yet: whoever reads it is told the truth, and `verify` comes soon after the start.
      const hash = this.hashes.get(skill.baseDir);
      return hash === undefined || hash === this.shippedHashes()[basename(skill.baseDir)]
        ? { isTrusted: true, isAgreed: true }
        : { ...local, refused: 'its files differ from those that were shipped; reinstall the gateway' };
    }
    if (typeof lock === 'string') return skill.source === 'managed' ? { ...local, refused: lock } : local;
    const installed = skill.source === 'managed' ? lock.skills[basename(skill.baseDir)] : undefined;
    if (!installed || dirname(skill.baseDir) !== skill.root) {
      const agreed = lock.agreed[skill.baseDir];
      if (!agreed) return local;
      const { agreedAt: at, capabilities } = agreed;
      const agreement = { at, ...(capabilities ? { capabilities } : {}) };
      const declared = agreedManifest(skill.baseDir, agreed);
      return declared?.name === manifest.name
        ? { ...local, manifest: declared, isAgreed: true, agreedHash: agreed.hash, agreement, isInPlace: true }
        : { ...local, hasChanged: true, agreement };
    }
    if (installed.hash !== this.hashOf(skill))
      return {
        ...local,
        refused: `its files have changed since it was installed (${commandLine('skills install')} it again, or remove it)`,
      };
    const key = installed.signedBy === undefined ? undefined : lock.keys[installed.signedBy];
    if (installed.signedBy !== undefined && key?.trusted !== true)
      return { ...local, refused: `you do not trust its publisher's key ${installed.signedBy}` };
    const { capabilities } = manifest;
    const agreement = { at: installed.installedAt, ...(capabilities ? { capabilities } : {}) };
    return { ...local, isAgreed: true, agreedHash: installed.hash, agreement };
  }

  /** Scripts beside an unchanged SKILL.md: what was installed is looked at as a whole. */
  private hasTampered(root: ScannedRoot): boolean {
    return root.skills.some(({ baseDir }) => {
      const known = this.hashes.get(baseDir);
      return known !== undefined && known !== hashFolder(baseDir);
    });
  }

  private lockOrReason(): SkillLock | string {
    try {
      return this.lockFile.read();
    } catch (error) {
      return (error as Error).message;
    }
  }

  private hashOf(skill: ScannedSkill): string {
    const hash = hashFolder(skill.baseDir);
    this.hashes.set(skill.baseDir, hash);
    return hash;
  }

  private shippedHashes(): Readonly<Record<string, string>> {
    if (!this.shipped) {
      try {
        this.shipped = JSON.parse(readFileSync(join(bundledSkillsPath(), 'hashes.json'), 'utf8')) as Record<
          string,
          string
        >;
      } catch {
        this.shipped = {};
      }
    }
    return this.shipped;
  }

  private factsFor(nodes: readonly NodeFacts[]): GateFacts {
    const config = this.settings.config();
    const { env } = this.settings;
    return {
      platform: process.platform,
      hasBin: (name) => this.programs.has(name),
      hasEnv: (name) => env.get(name) !== undefined,
      config: (path) => valueAt(config, path.split('.')),
      entry: (key) => {
        const entry = config.skills?.entries?.[key];
        return {
          ...(entry?.enabled === undefined ? {} : { enabled: entry.enabled }),
          hasApiKey: (entry?.apiKey ?? '') !== '',
          env: new Set(Object.keys(isPlainObject(entry?.env) ? entry.env : {}).filter((name) => entry?.env?.[name])),
        };
      },
      allowBundled: config.skills?.allowBundled,
      nodes,
    };
  }
}

function sameSkills(before: readonly ScannedSkill[], now: readonly ScannedSkill[]): boolean {
  return before.length === now.length && now.every((skill, index) => skill === before[index]);
}

/** Names that a reader takes for the same are the same: `GitHub` does not stand beside `github`. */
const spelling = (name: string): string => name.normalize('NFKC').toLowerCase();
