import type { Requirements, SkillManifest } from '../manifest/skill-manifest';

/** A paired node that can run programs. */
export interface NodeFacts {
  platform: string;
  bins: ReadonlySet<string>;
}

/** What decides whether a skill can work here. */
export interface GateFacts {
  /** As Node names it: linux, darwin, win32. */
  platform: string;
  hasBin(name: string): boolean;
  hasEnv(name: string): boolean;
  /** Value of a dotted path of the configuration. */
  config(path: string): unknown;
  entry(skillKey: string): { enabled?: boolean; hasApiKey: boolean; env: ReadonlySet<string> };
  allowBundled: readonly string[] | undefined;
  nodes: readonly NodeFacts[];
}

export interface Verdict {
  eligible: boolean;
  /** Switched off by `skills.entries.<key>.enabled`. */
  disabled: boolean;
  /** Bundled, and not in `skills.allowBundled`. */
  blockedByAllowlist: boolean;
  missing: Requirements;
  configChecks: readonly { path: string; value: unknown; satisfied: boolean }[];
}

/** True where nothing is configured. */
const ON_BY_DEFAULT = new Set(['browser.enabled', 'browser.evaluateEnabled']);

/** The gates in their order: switched off, allow-list, system, always, programs, variables, configuration. */
export function gateSkill(manifest: SkillManifest, isBundled: boolean, facts: GateFacts): Verdict {
  const { requires, skillKey, name } = manifest;
  const entry = facts.entry(skillKey);
  const disabled = entry.enabled === false;
  const allowed = facts.allowBundled;
  const blockedByAllowlist =
    isBundled && allowed !== undefined && allowed.length > 0 && !allowed.includes(skillKey) && !allowed.includes(name);
  const osFits =
    requires.os.length === 0 ||
    requires.os.includes(facts.platform) ||
    facts.nodes.some((node) => requires.os.includes(node.platform));
  const has = (bin: string): boolean => facts.hasBin(bin) || facts.nodes.some((node) => node.bins.has(bin));
  const configChecks = requires.config.map((path) => {
    const value = facts.config(path) ?? (ON_BY_DEFAULT.has(path) ? true : undefined);
    return { path, value: value ?? null, satisfied: isTruthy(value) };
  });
  const isFree = manifest.always;
  const missing: Requirements = {
    os: osFits ? [] : requires.os,
    bins: isFree ? [] : requires.bins.filter((bin) => !has(bin)),
    anyBins: isFree || requires.anyBins.length === 0 || requires.anyBins.some(has) ? [] : requires.anyBins,
    env: isFree
      ? []
      : requires.env.filter(
          (variable) =>
            !facts.hasEnv(variable) &&
            !entry.env.has(variable) &&
            !(variable === manifest.primaryEnv && entry.hasApiKey),
        ),
    config: isFree ? [] : configChecks.filter((check) => !check.satisfied).map((check) => check.path),
  };
  const lacks = Object.values(missing).some((names: readonly string[]) => names.length > 0);
  return { eligible: !disabled && !blockedByAllowlist && !lacks, disabled, blockedByAllowlist, missing, configChecks };
}

const isTruthy = (value: unknown): boolean =>
  typeof value === 'string' ? value.trim() !== '' : typeof value === 'number' ? value !== 0 : Boolean(value);
