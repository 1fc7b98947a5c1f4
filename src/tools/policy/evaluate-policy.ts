import type { ToolPolicyConfig } from '../tools.config';
import { PROFILE_TOOLS, TOOL_GROUPS } from './tool-groups';

/** One layer of the chain that a tool must pass; its name appears in refusals. */
export interface PolicyLayer {
  name: string;
  policy: ToolPolicyConfig | undefined;
}

/** What is known of tools that plugins bring. */
export interface ForeignTools {
  /** Names besides its own under which the tool is known. */
  groups: readonly string[];
  /** Names of plugins and of their tools. */
  ofPlugins: ReadonlySet<string>;
}

const NONE: ForeignTools = { groups: [], ofPlugins: new Set() };

export type PolicyVerdict = { allowed: true } | { allowed: false; layer: string; reason: string };

/**
 * Whether a tool may be used: it must pass every layer, so a lower layer can only tighten. Deny beats allow; an empty
 * allow-list allows everything; allowing exec allows apply_patch.
 * @param canonical turns aliases in lists into canonical names
 * @param foreign tools that come from outside
 */
export function evaluatePolicy(
  tool: string,
  layers: readonly PolicyLayer[],
  canonical: (name: string) => string = (name) => name,
  foreign: ForeignTools = NONE,
): PolicyVerdict {
  const { groups } = foreign;
  for (const { name, policy } of layers) {
    if (!policy) continue;
    const denied = match(policy.deny, tool, canonical, groups);
    if (denied !== undefined) return { allowed: false, layer: name, reason: `${name}.deny has "${denied}"` };
    const profile = policy.profile ? PROFILE_TOOLS[policy.profile] : undefined;
    if (profile && !passes([...profile, ...(policy.alsoAllow ?? [])], tool, canonical, groups)) {
      return { allowed: false, layer: name, reason: `${name}.profile "${policy.profile}" does not include it` };
    }
    const allow = policy.allow ?? [];
    if (restricts(allow, foreign) && !passes([...allow, ...(policy.alsoAllow ?? [])], tool, canonical, groups)) {
      return { allowed: false, layer: name, reason: `${name}.allow does not include it` };
    }
  }
  return { allowed: true };
}

/** An empty list restricts nothing, nor does one that names tools of plugins only: core tools would vanish with it. */
function restricts(allow: readonly string[], foreign: ForeignTools): boolean {
  return allow.some(
    (entry) => !/^\s*group:plugins\s*$/i.test(entry) && !foreign.ofPlugins.has(entry.trim().toLowerCase()),
  );
}

/** Names known to policies that are no tools here. */
const FOREIGN = new Set(['whatsapp_login', 'llm_task', 'lobster', 'group:plugins']);

/** Entries of a layer's lists that can match nothing. */
export function unknownNames(
  policy: ToolPolicyConfig | undefined,
  known: ReadonlySet<string>,
  canonical: (name: string) => string,
): string[] {
  return [...(policy?.allow ?? []), ...(policy?.alsoAllow ?? []), ...(policy?.deny ?? [])].filter((entry) => {
    const folded = entry.trim().toLowerCase();
    if (folded.includes('*') || TOOL_GROUPS[folded] || FOREIGN.has(folded)) return false;
    return !known.has(canonical(folded)) && !GROUPED.has(folded);
  });
}

/** Every tool that a group names, whether it is loaded here or not. */
const GROUPED = new Set(Object.values(TOOL_GROUPS).flat());

function passes(
  list: readonly string[],
  tool: string,
  canonical: (name: string) => string,
  groups: readonly string[],
): boolean {
  if (match(list, tool, canonical, groups) !== undefined) return true;
  return tool === 'apply_patch' && match(list, 'exec', canonical, []) !== undefined;
}

/** The entry of a list that matches a tool, or undefined. */
function match(
  list: readonly string[] | undefined,
  tool: string,
  canonical: (name: string) => string,
  groups: readonly string[],
): string | undefined {
  return (list ?? []).find((entry) => {
    const folded = entry.trim().toLowerCase();
    const group = TOOL_GROUPS[folded];
    if (group) return group.includes(tool);
    if (groups.includes(folded)) return true;
    return folded.includes('*') ? globMatches(folded, tool) : canonical(folded) === tool;
  });
}

const globs = new Map<string, RegExp>();

function globMatches(glob: string, text: string): boolean {
  let pattern = globs.get(glob);
  if (!pattern) {
    pattern = compileGlob(glob);
    if (globs.size < 1000) globs.set(glob, pattern);
  }
  return pattern.test(text);
}

function compileGlob(glob: string): RegExp {
  const source = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`);
}
