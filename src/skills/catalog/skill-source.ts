import { dirname } from 'node:path';
import type { Redactor } from '../../common/redactor';
import { isBelow } from '../../common/paths/path-place';
import { isPlainObject } from '../../common/plain-object';
import type { ConfigService } from '../../config/config.service';
import { expandPath } from '../../config/state-paths';
import { type PolicySubject, ToolError } from '../../tools/agent-tool';
import type { SkillGrant, SkillHint, SkillSource, SkillText } from '../../tools/exec/skill-access';
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
    if (!this.catalog.library.isUnchanged(skill)) {
      void this.catalog.reconsider();
      throw new ToolError('denied_by_policy', `the files of skill "${name}" have changed since they were checked`);
    }
    return { skill: name, baseDir: skill.baseDir, origin };
  }

  grantFor(subject: PolicySubject, names: readonly string[]): SkillGrant {
    const skills = this.catalog.usable(subject).filter((skill) => names.includes(skill.manifest.name));
    const limited = skills.filter((skill) => !skill.isTrusted && skill.manifest.capabilities !== undefined);
    const hosts = new Set(skills.flatMap((skill) => skill.manifest.capabilities?.network ?? []));
    return {
      skills: skills.map((skill) => skill.manifest.name),
      env: Object.assign({}, ...skills.map((skill) => this.environmentOf(skill))) as Record<string, string>,
      folders: skills.flatMap((skill) => [
        skill.baseDir,
        ...(skill.manifest.capabilities?.paths ?? []).map((path) => expandPath(path, this.config.env.home)),
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
      isOwn: skills.every((skill) => skill.isTrusted || (skill.manifest.capabilities?.network ?? []).length === 0),
    };
  }

  hintsFor(subject: PolicySubject): SkillHint[] {
    return this.catalog
      .usable(subject)
      .filter((skill) => skill.manifest.modelInvocable)
      .map(({ manifest, filePath }) => ({
        name: manifest.name,
        description: manifest.description,
        location: filePath,
      }));
  }

  /** Variables that the skill asks for: those of the gateway first, then those of its entry. */
  private environmentOf({ manifest, isAgreed }: JudgedSkill): Record<string, string> {
    const entry = this.config.config.skills?.entries?.[manifest.skillKey];
    const own = isPlainObject(entry?.env) ? entry.env : {};
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(own)) if (value !== '') env[name] = String(value);
    if (manifest.primaryEnv !== undefined && entry?.apiKey) env[manifest.primaryEnv] ??= entry.apiKey;
    // Whatever could be written into the workspace gets what the owner has set for it, and nothing of the gateway's own.
    const asked = !isAgreed ? [] : [...manifest.requires.env, ...(manifest.primaryEnv ? [manifest.primaryEnv] : [])];
    for (const name of [...asked, ...(isAgreed ? (manifest.capabilities?.secrets ?? []) : [])]) {
      // The gateway's own secrets are nobody's to declare.
      const value = /^(OPENCLAW|CLAWDBOT)_/.test(name) ? undefined : this.config.env.get(name);
      if (value !== undefined) env[name] = value;
    }
    for (const [name, value] of Object.entries(env))
      if (/KEY|TOKEN|SECRET|PASSWORD/.test(name)) this.redactor.addSecret(value);
    return env;
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
