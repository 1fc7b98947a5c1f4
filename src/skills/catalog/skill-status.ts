import type { OpenclawConfig } from '../../config/openclaw.config';
import { type InstallPreferences, usableSpecs } from '../install/install-command';
import type { Capabilities } from '../manifest/capabilities';
import type { InstallSpec, Requirements } from '../manifest/skill-manifest';
import type { JudgedSkill, SkillShelf } from './skill-library';
import type { ProgramLookup } from './program-lookup';
import type { ScannedSkill } from './skill-scan';

/** One skill as `skills.status` shows it. */
export interface SkillStatus {
  name: string;
  description: string;
  source: string;
  bundled: boolean;
  filePath: string;
  baseDir: string;
  skillKey: string;
  primaryEnv?: string;
  emoji?: string;
  homepage?: string;
  always: boolean;
  disabled: boolean;
  blockedByAllowlist: boolean;
  /** Left out of what the agent may use; those are not in the list. */
  blockedByAgentFilter: boolean;
  eligible: boolean;
  /** It is made for other systems than this one. */
  platformIncompatible: boolean;
  /** The model is told of it. */
  modelVisible: boolean;
  userInvocable: boolean;
  /** It can be called by a command in a chat. */
  commandVisible: boolean;
  requirements: Requirements;
  missing: Requirements;
  configChecks: readonly { path: string; value: unknown; satisfied: boolean }[];
  install: readonly { id: string; kind: string; label: string; bins: readonly string[] }[];
  /** What it asks for beyond its own folder and the workspace. */
  capabilities?: Capabilities;
  /** Whether the owner has agreed to that: without it, it gets nothing of it. */
  agreement: 'shipped' | 'agreed' | 'changed' | 'none';
  /** When that was, and what it asked for then where that is known; compare `capabilities`, which is what it asks for now. */
  agreed?: { at: string; capabilities?: Capabilities };
  /** Why it is not used although it could be read. */
  refused?: string;
  shadows?: readonly string[];
  warnings?: readonly string[];
}

export interface SkillCounts {
  total: number;
  /** Shipped: those that OpenClaw has, too. */
  bundled: number;
  /** Shipped beyond them. */
  further: number;
  eligible: number;
  broken: number;
}

export interface SkillsReport {
  workspaceDir: string;
  managedSkillsDir: string;
  skills: SkillStatus[];
  broken: { name: string; filePath: string; source: string; line: number; reason: string }[];
  counts: SkillCounts;
}

export function installPreferences(config: OpenclawConfig, programs: ProgramLookup): InstallPreferences {
  return {
    preferBrew: config.skills?.install?.preferBrew ?? true,
    nodeManager: config.skills?.install?.nodeManager ?? 'npm',
    platform: process.platform,
    hasBin: (name) => programs.has(name),
  };
}

/** Everything about the skills of an agent. */
export function reportSkills(
  shelf: SkillShelf,
  judged: readonly JudgedSkill[],
  preferences: InstallPreferences,
  folders: { workspaceDir: string; managedSkillsDir: string },
): SkillsReport {
  const skills = judged.map((skill) => statusOf(skill, preferences));
  return {
    ...folders,
    skills,
    broken: shelf.broken.map(brokenOf),
    counts: countSkills(judged, shelf.broken.length),
  };
}

export function countSkills(judged: readonly JudgedSkill[], broken = 0): SkillCounts {
  const shipped = judged.filter(({ source }) => source === 'bundled');
  const further = shipped.filter(({ manifest }) => manifest.isFurther === true).length;
  return {
    total: judged.length,
    bundled: shipped.length - further,
    further,
    eligible: judged.filter(({ verdict }) => verdict.eligible).length,
    broken,
  };
}

/** How many are shipped, and how many came from elsewhere: `56 (+8)`, `56 (+8), 2 own`. */
export function countText({ total, bundled, further }: SkillCounts): string {
  const own = total - bundled - further;
  return `${bundled} (+${further})${own > 0 ? `, ${own} own` : ''}`;
}

function statusOf(skill: JudgedSkill, preferences: InstallPreferences): SkillStatus {
  const { manifest, verdict } = skill;
  const { primaryEnv, emoji, homepage } = manifest;
  return {
    name: manifest.name,
    description: manifest.description,
    source: `openclaw-${skill.source}`,
    bundled: skill.source === 'bundled',
    filePath: skill.filePath,
    baseDir: skill.baseDir,
    skillKey: manifest.skillKey,
    ...(primaryEnv === undefined ? {} : { primaryEnv }),
    ...(emoji === undefined ? {} : { emoji }),
    ...(homepage === undefined ? {} : { homepage }),
    always: manifest.always,
    disabled: verdict.disabled,
    blockedByAllowlist: verdict.blockedByAllowlist,
    blockedByAgentFilter: false,
    eligible: verdict.eligible,
    platformIncompatible: verdict.missing.os.length > 0,
    modelVisible: verdict.eligible && skill.refused === undefined && manifest.modelInvocable,
    userInvocable: manifest.userInvocable,
    commandVisible: verdict.eligible && skill.refused === undefined && manifest.userInvocable,
    requirements: manifest.requires,
    missing: verdict.missing,
    configChecks: verdict.configChecks,
    install: usableSpecs(manifest.install, preferences).filter(helpsWith(verdict)).map(optionOf),
    ...(manifest.capabilities ? { capabilities: manifest.capabilities } : {}),
    agreement: agreementOf(skill),
    ...(skill.agreement ? { agreed: skill.agreement } : {}),
    ...(skill.refused === undefined ? {} : { refused: skill.refused }),
    ...(skill.shadows.length > 0 ? { shadows: skill.shadows } : {}),
    ...(skill.warnings.length > 0
      ? { warnings: skill.warnings.map(({ line, reason }) => `line ${line}: ${reason}`) }
      : {}),
  };
}

/** What a program comes from is of use while one is missing; a download may be what a variable is to point to. */
const helpsWith =
  ({ missing }: JudgedSkill['verdict']) =>
  ({ kind }: InstallSpec): boolean =>
    missing.bins.length > 0 || missing.anyBins.length > 0 || (kind === 'download' && missing.env.length > 0);

function agreementOf({ isTrusted, isAgreed, hasChanged }: JudgedSkill): SkillStatus['agreement'] {
  if (isTrusted) return 'shipped';
  if (isAgreed) return 'agreed';
  return hasChanged ? 'changed' : 'none';
}

const optionOf = ({ id, kind, label, bins }: InstallSpec): SkillStatus['install'][number] => ({
  id,
  kind,
  label,
  bins,
});

const brokenOf = ({ baseDir, filePath, source, broken }: ScannedSkill): SkillsReport['broken'][number] => ({
  name: baseDir.split(/[/\\]/).at(-1) ?? baseDir,
  filePath,
  source: `openclaw-${source}`,
  line: broken?.line ?? 1,
  reason: broken?.reason ?? '',
});

/** One word for the state of a skill, and what it lacks. */
export function stateOf(skill: SkillStatus): { state: string; detail: string } {
  if (skill.refused !== undefined) return { state: 'refused', detail: skill.refused };
  if (skill.disabled) return { state: 'off', detail: `skills.entries.${skill.skillKey}.enabled is false` };
  if (skill.blockedByAllowlist) return { state: 'off', detail: 'not in skills.allowBundled' };
  if (skill.eligible) return { state: 'ready', detail: '' };
  const { os, bins, anyBins, env, config } = skill.missing;
  return {
    state: 'missing',
    detail: [
      ...(os.length > 0 ? [`system ${os.join(' or ')}`] : []),
      ...(bins.length > 0 ? [bins.join(', ')] : []),
      ...(anyBins.length > 0 ? [`one of ${anyBins.join(', ')}`] : []),
      ...env.map((name) => `$${name}`),
      ...config,
    ].join(', '),
  };
}
