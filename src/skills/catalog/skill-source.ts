import { dirname } from 'node:path';
import type { Redactor } from '../../common/redactor';
import { isBelow } from '../../common/paths/path-place';
import type { ConfigService } from '../../config/config.service';
import { type PolicySubject, ToolError } from '../../tools/agent-tool';
import type { SkillGrant, SkillHint, SkillSource, SkillText } from '../../tools/exec/skill-access';
import { entryVariables, variablesOf } from '../manifest/variables-of';
import { grantableFolder } from '../manifest/declared-folder';
import type { SkillCatalog } from './skill-catalog.service';
import type { JudgedSkill } from './skill-library';

/** Folders of programs that every sandbox shows. */
const SHOWN_ANYWAY = ['/usr', '/bin', '/sbin', '/opt'];

/** Skills as the tools see them: what may be read, whose text it is, what commands get. */
export class CatalogSource implements SkillSource {
  constructor(
    private readonly catalog: SkillCatalog,
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
  ) {}

  foldersFor(subject: PolicySubject): string[] {
    return [...new Set(this.catalog.usable(subject).map((skill) => skill.baseDir))];
  }

  ownerOf(subject: PolicySubject, path: string): SkillText | undefined {
    const owner = this.catalog.ownerOf(subject.agentId, path);
    if (!owner) return undefined;
    const { skill, origin } = owner;
    const { name } = skill.manifest;
    // One that may be written in place loses its leave only.
    const isKept = skill.source === 'bundled' || skill.source === 'managed';
    // A read that was under way while it was refused gets none of it either.
    if (isKept && skill.refused !== undefined)
      throw new ToolError('denied_by_policy', `skill "${name}" is not used: ${skill.refused}`);
    if (!this.catalog.library.isUnchanged(skill)) {
      void this.catalog.reconsider();
      if (isKept)
        throw new ToolError('denied_by_policy', `the files of skill "${name}" have changed since they were checked`);
    }
    return { skill: name, baseDir: skill.baseDir, origin };
  }

  grantFor(subject: PolicySubject, names: readonly string[]): SkillGrant {
    const skills = this.catalog.usable(subject).filter((skill) => names.includes(skill.manifest.name));
    const limited = skills.filter((skill) => !skill.isTrusted && skill.manifest.capabilities !== undefined);
    // What nobody has agreed to gets nothing beyond its own folder, whatever it declares.
    const agreed = skills.filter((skill) => this.hasLeave(skill));
    const hosts = new Set(agreed.flatMap((skill) => skill.manifest.capabilities?.network ?? []));
    return {
      skills: skills.map((skill) => skill.manifest.name),
      env: Object.assign({}, ...agreed.map((skill) => this.environmentOf(skill, subject))) as Record<string, string>,
      folders: skills.flatMap((skill) => [
        skill.baseDir,
        ...(agreed.includes(skill) ? this.declaredFolders(skill) : []),
        ...this.programFolders(skill),
      ]),
      hosts: [...hosts],
      ...(limited.length > 0
        ? {
            programs: skills.flatMap(({ manifest }) => [
              ...(manifest.capabilities?.programs ?? []),
              ...declaredBins(manifest.requires),
            ]),
          }
        : {}),
      isOwn: agreed.every((skill) => skill.isTrusted || (skill.manifest.capabilities?.network ?? []).length === 0),
    };
  }

  hintsFor(subject: PolicySubject): SkillHint[] {
    return this.catalog
      .usable(subject)
      .filter((skill) => skill.manifest.modelInvocable)
      .map(({ manifest, filePath, isTrusted }) => ({
        name: manifest.name,
        description: manifest.description,
        location: filePath,
        origin: isTrusted ? ('gateway' as const) : ('skill' as const),
      }));
  }

  /** Whoever can write its folder may have changed it since it was last looked at. */
  private hasLeave(skill: JudgedSkill): boolean {
    if (!skill.isAgreed) return false;
    if (skill.agreedHash === undefined || this.catalog.library.isUnchanged(skill)) return true;
    void this.catalog.reconsider();
    return false;
  }

  /** Variables that the skill asks for: those of the gateway first, then those of its entry. */
  private environmentOf(skill: JudgedSkill, subject: PolicySubject): Record<string, string> {
    const { manifest } = skill;
    const entries = this.ownsKey(skill, subject) ? this.config.config.skills?.entries : undefined;
    const env = entryVariables(manifest.skillKey, entries);
    const apiKey = entries?.[manifest.skillKey]?.apiKey;
    if (manifest.primaryEnv !== undefined && apiKey) env[manifest.primaryEnv] ??= apiKey;
    for (const name of variablesOf(manifest, undefined)) {
      // The gateway's own secrets are nobody's to declare.
      const value = /^(OPENCLAW|CLAWDBOT)_/.test(name) ? undefined : this.config.env.get(name);
      if (value !== undefined) env[name] = value;
    }
    for (const [name, value] of Object.entries(env))
      if (/KEY|TOKEN|SECRET|PASSWORD/.test(name)) this.redactor.addSecret(value);
    return env;
  }

  /** Keys were set for one skill. Another that takes its name, or names its entry as its own, does not get them. */
  private ownsKey(skill: JudgedSkill, subject: PolicySubject): boolean {
    if (skill.isTrusted) return true;
    const key = skill.manifest.skillKey;
    const rivals = this.catalog.judgedOf(subject.agentId).filter((each) => each.filePath !== skill.filePath);
    return (
      skill.shadows.length === 0 &&
      !rivals.some(
        ({ manifest }) => manifest.name === key || (manifest.skillKey === key && skill.manifest.name !== key),
      )
    );
  }

  private declaredFolders({ manifest, isTrusted }: JudgedSkill): string[] {
    const { env, stateDir, path } = this.config;
    return (manifest.capabilities?.paths ?? []).flatMap((written) => {
      const folder = grantableFolder(written, { home: env.home, own: [stateDir, path], isTrusted });
      return folder === undefined ? [] : [folder];
    });
  }

  /** Folders of its programs that the sandbox does not show by itself, such as ~/.local/bin. */
  private programFolders({ manifest, isTrusted }: JudgedSkill): string[] {
    if (!isTrusted) return [];
    return [...manifest.requires.bins, ...manifest.requires.anyBins].flatMap((bin) => {
      const path = this.catalog.library.programs.find(bin);
      return path && !SHOWN_ANYWAY.some((folder) => isBelow(folder, path)) ? [dirname(path)] : [];
    });
  }
}

const declaredBins = ({ bins, anyBins }: { bins: readonly string[]; anyBins: readonly string[] }): string[] => [
  ...bins,
  ...anyBins,
];
