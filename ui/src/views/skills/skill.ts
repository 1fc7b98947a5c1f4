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
  all: 'All',
  ready: 'Can be used',
  lacks: 'Requirements missing',
  off: 'Switched off',
  ask: 'Wait for your agreement',
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
  if (skill.refused !== undefined) return { filter: 'lacks', tone: 'bad', word: 'refused' };
  if (skill.disabled || skill.blockedByAllowlist) return { filter: 'off', tone: 'off', word: 'switched off' };
  if (waitsForYou(skill)) return { filter: 'ask', tone: 'warn', word: 'waits for your agreement' };
  if (skill.eligible) return { filter: 'ready', tone: 'good', word: 'can be used' };
  return { filter: 'lacks', tone: 'off', word: 'requirements missing' };
}

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' };

/** Why it can't be used here, a sentence for each reason. */
export function reasonsOf(skill: Skill): string[] {
  const { os, bins, anyBins, env, config } = skill.missing;
  return [
    ...(skill.refused === undefined ? [] : [skill.refused]),
    ...(skill.blockedByAllowlist ? ['Only the skills that skills.allowBundled names may be used.'] : []),
    ...(os.length > 0 ? [`It works on ${os.map((name) => SYSTEMS[name] ?? name).join(' or ')} alone.`] : []),
    ...bins.map((name) => `The program ${name} is not installed.`),
    ...(anyBins.length > 0 ? [`None of these programs is installed: ${anyBins.join(', ')}.`] : []),
    ...env.map((name) => `It needs ${name}, which is not set.`),
    ...config.map((path) => `It needs ${path} in the configuration.`),
  ];
}

/** Secrets that can be set for it. */
export const keysOf = ({ primaryEnv, requirements }: Skill): string[] => [
  ...new Set([...(primaryEnv === undefined ? [] : [primaryEnv]), ...requirements.env]),
];

const SOURCES: Readonly<Record<string, string>> = {
  workspace: 'Of the workspace',
  managed: 'Installed',
  extra: 'Of other folders',
  bundled: 'Shipped with the gateway',
};

export const groupOf = ({ source }: Skill): string => {
  const name = source.replace(/^openclaw-/, '');
  return SOURCES[name] ?? name;
};

/** What it may use, in words. */
export function asksFor({ programs, network, paths, secrets }: Capabilities): [string, string][] {
  const lines: [string, readonly string[]][] = [
    ['Programs', programs],
    ['Hosts', network],
    ['Folders', paths],
    ['Secrets', secrets],
  ];
  return lines.map(([name, list]) => [name, list.length > 0 ? list.join(', ') : 'none']);
}
