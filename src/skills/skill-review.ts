import type { Capabilities } from './manifest/capabilities';

/** What the scan of a skill found. */
export interface SkillScan {
  verdict: 'clean' | 'warning' | 'danger';
  findings: readonly {
    rule: string;
    severity: 'danger' | 'warning';
    file: string;
    line: number;
    says: string;
    excerpt: string;
  }[];
  files: number;
}

/** A skill that is here. */
export interface SkillFile {
  name: string;
  folder: string;
  report: SkillScan;
  /** Of one that was installed. */
  origin?: { source: string; kind: string; installedAt: string; publisher?: string };
}

/** A skill of others as it is shown before it is installed. */
export interface FetchedSkill {
  name: string;
  description: string;
  /** Of its files; `skills.add` takes it. */
  hash: string;
  report: SkillScan;
  kind: string;
  source: string;
  capabilities?: Capabilities;
  /** Environment variables that it asks for. */
  secrets: readonly string[];
  /** Who has signed it. */
  publisher?: string;
  /** Whether one of that name is installed. */
  replaces: boolean;
  /** Why it can't be installed whatever anybody says. */
  refused?: string;
}
