import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { anyOf } from '../../words/formats';
/** A skill as `skills.status` tells it. */
export interface Skill {
  name: string;
  description: string;
  source: string;
  bundled: boolean;
  skillKey: string;
  primaryEnv?: string;
  homepage?: string;
  disabled: boolean;
  blockedByAllowlist: boolean;
  eligible: boolean;
  requirements: Requirements;
  missing: Requirements;
  install: { id: string; kind: string; label: string }[];
  capabilities?: Capabilities;
  agreement: 'shipped' | 'agreed' | 'changed' | 'none';
  agreed?: { at: string; capabilities?: Capabilities };
  refused?: string;
  warnings?: string[];
}

export interface Requirements {
  bins: string[];
  anyBins: string[];
  env: string[];
  config: string[];
  os: string[];
}

export interface Capabilities {
  programs: readonly string[];
  network: readonly string[];
  paths: readonly string[];
  secrets: readonly string[];
}

export interface SkillsAnswer {
  skills: Skill[];
  broken: { name: string; filePath: string; line: number; reason: string }[];
}

export const FILTERS = {
  get all() {
    return t`All`;
  },
  get ready() {
    return t`Can be used`;
  },
  get lacks() {
    return t`Requirements missing`;
  },
  get off() {
    return t`Switched off`;
  },
  get ask() {
    return t`Wait for your agreement`;
  },
} as const;
export type Filter = keyof typeof FILTERS;

/** Whether it asks for something that it does not get before somebody agrees. */
export const waitsForYou = ({ agreement, capabilities }: Skill): boolean =>
  agreement === 'changed' || (agreement === 'none' && capabilities !== undefined);

export function stateOf(skill: Skill): {
  filter: Exclude<Filter, 'all'>;
  tone: 'good' | 'warn' | 'bad' | 'off';
  word: string;
} {
  if (skill.refused !== undefined) return { filter: 'lacks', tone: 'bad', word: t`refused` };
  if (skill.disabled || skill.blockedByAllowlist) return { filter: 'off', tone: 'off', word: t`switched off` };
  if (waitsForYou(skill)) return { filter: 'ask', tone: 'warn', word: t`waits for your agreement` };
  if (skill.eligible) return { filter: 'ready', tone: 'good', word: t`can be used` };
  return { filter: 'lacks', tone: 'off', word: t`requirements missing` };
}

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' };

/** Why it can't be used here, a sentence for each reason. */
export function reasonsOf(skill: Skill): string[] {
  const { os, bins, anyBins, env, config } = skill.missing;
  return [
    ...(skill.refused === undefined ? [] : [skill.refused]),
    ...(skill.blockedByAllowlist ? [t`Only the skills that skills.allowBundled names may be used.`] : []),
    ...(os.length > 0 ? [t`It works on ${anyOf(os.map((name) => SYSTEMS[name] ?? name))} alone.`] : []),
    ...bins.map((name) => t`The program ${name} is not installed.`),
    ...(anyBins.length > 0 ? [t`None of these programs is installed: ${anyBins.join(', ')}.`] : []),
    ...env.map((name) => t`It needs ${name}, which is not set.`),
    ...config.map((path) => t`It needs ${path} in the configuration.`),
  ];
}

/** Secrets that can be set for it. */
export const keysOf = ({ primaryEnv, requirements }: Skill): string[] => [
  ...new Set([...(primaryEnv === undefined ? [] : [primaryEnv]), ...requirements.env]),
];

/** Where skills come from, in the order of the list. */
const SOURCES = {
  workspace: msg`Of the workspace`,
  managed: msg`Installed`,
  extra: msg`Of other folders`,
  bundled: msg`Shipped with the gateway`,
} as const;

const isSource = (name: string): name is keyof typeof SOURCES => name in SOURCES;

export const groupOf = ({ source }: Skill): string => {
  const name = source.replace(/^openclaw-/, '');
  return isSource(name) ? i18n._(SOURCES[name]) : name;
};

export const groupsInOrder = (): string[] => Object.values(SOURCES).map((name) => i18n._(name));

/** What it may use, in words. */
export function asksFor({ programs, network, paths, secrets }: Capabilities): [string, string][] {
  const lines: [string, readonly string[]][] = [
    [t`Programs`, programs],
    [t`Hosts`, network],
    [t`Folders`, paths],
    [t`Secrets`, secrets],
  ];
  return lines.map(([name, list]) => [name, list.length > 0 ? list.join(', ') : t`none`]);
}
