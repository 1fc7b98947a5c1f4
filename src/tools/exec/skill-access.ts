import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import type { PolicySubject } from '../agent-tool';

/** What the skills that a conversation follows give to its commands. */
export interface SkillGrant {
  /** Names of the skills. */
  skills: readonly string[];
  /** Variables that the owner has set for them, secrets among them. */
  env: Readonly<Record<string, string>>;
  /** Folders outside the workspace that may be read. */
  folders: readonly string[];
  /** Hosts that may be reached. */
  hosts: readonly string[];
  /** Programs that skills of others have declared; undefined: none of them says what it uses. */
  programs?: readonly string[];
  /** All skills that hosts come from are the gateway's own. */
  isOwn: boolean;
}

export interface SkillText {
  skill: string;
  baseDir: string;
  /** Undefined for the gateway's own text. */
  origin: ContentOrigin;
}

export interface SkillHint {
  name: string;
  description: string;
  location: string;
  /** Whose words the description is. */
  origin: ContentOrigin;
}

/** Where the tools learn of skills; the skills feature provides it. */
export interface SkillSource {
  /** Folders of all skills that somebody may use. */
  foldersFor(subject: PolicySubject): string[];
  /** @throws ToolError denied_by_policy when the file is not what it was */
  ownerOf(subject: PolicySubject, path: string): SkillText | undefined;
  grantFor(subject: PolicySubject, names: readonly string[]): SkillGrant;
  hintsFor(subject: PolicySubject): SkillHint[];
}

const NOTHING: SkillGrant = { skills: [], env: {}, folders: [], hosts: [], isOwn: true };

/** Skills as reads and commands need them. */
@Injectable()
export class SkillAccess {
  private source: SkillSource | undefined;

  provide(source: SkillSource): void {
    this.source = source;
  }

  foldersFor(subject: PolicySubject): string[] {
    return this.source?.foldersFor(subject) ?? [];
  }

  /** @throws ToolError denied_by_policy */
  ownerOf(subject: PolicySubject, path: string): SkillText | undefined {
    return this.source?.ownerOf(subject, path);
  }

  grantFor(subject: PolicySubject, names: ReadonlySet<string> | undefined): SkillGrant {
    return names && names.size > 0 ? (this.source?.grantFor(subject, [...names]) ?? NOTHING) : NOTHING;
  }

  hintsFor(subject: PolicySubject): SkillHint[] {
    return this.source?.hintsFor(subject) ?? [];
  }
}
