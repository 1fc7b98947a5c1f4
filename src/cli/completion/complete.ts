import { GLOBAL_FLAGS, type GlobalFlagName } from '../global-flag-names';
import { type CommandNode, type FlagNode, childNamed } from './command-node';

/** What completion needs of a flag. */
type Flag = GlobalFlagName & Pick<FlagNode, 'values'>;

/** Kinds of values that this installation knows. */
export const LIVE_KINDS = ['session', 'job', 'skill', 'model', 'channel', 'agent', 'key', 'shell', 'section'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

export interface Candidate {
  value: string;
  summary?: string;
}

export type LiveValues = (kind: LiveKind) => readonly Candidate[];

const HELP: Flag = { names: ['--help', '-h'], summary: 'help' };

/** What a positional argument is, by its group (and command) and its declared name. */
const ARGUMENT_KINDS: readonly [path: RegExp, argument: string, kind: LiveKind][] = [
  [/^sessions /, 'key', 'session'],
  [/^cron /, 'id', 'job'],
  [/^skills (info|update|remove|enable|disable|trust|untrust)$/, 'name', 'skill'],
  [/^skills (update|trust|untrust)$/, 'names', 'skill'],
  [/^skills (trust|untrust)$/, 'subject', 'skill'],
  [/^models /, 'model', 'model'],
  [/^(config|explain) (explain|config)$/, 'path', 'key'],
  [/^(channels|pairing) /, 'channel', 'channel'],
  [/^config (get|set|unset)$/, 'path', 'key'],
  [/^agents /, 'id', 'agent'],
  [/^completion$/, 'shell', 'shell'],
  [/^configure$/, 'section', 'section'],
];
const FLAG_KINDS: Readonly<Record<string, LiveKind>> = {
  '--session': 'session',
  '--model': 'model',
  '--channel': 'channel',
  '--agent': 'agent',
};

/**
 * What may stand at the end of a command line.
 * @param words those after the program's name; the last is the one being typed, perhaps empty
 */
export function complete(tree: readonly CommandNode[], words: readonly string[], live: LiveValues): Candidate[] {
  const current = words.at(-1) ?? '';
  const { path, node, flagBefore, positions } = walk(tree, words.slice(0, -1));
  const fitting = (candidates: readonly Candidate[]): Candidate[] =>
    candidates.filter(({ value }) => value.startsWith(current));
  if (flagBefore) return fitting(valuesOf(flagBefore, live));
  const [, flagName, typed] = /^(--[\w-]+)=(.*)$/.exec(current) ?? [];
  if (flagName !== undefined) {
    const flag = flagsOf(node).find(({ names }) => names.includes(flagName));
    const values = flag ? valuesOf(flag, live) : [];
    return values
      .filter(({ value }) => value.startsWith(typed ?? ''))
      .map(({ value, ...rest }) => ({ value: `${flagName}=${value}`, ...rest }));
  }
  if (current.startsWith('-')) {
    const flags = [...flagsOf(node), HELP];
    return fitting(
      flags.map(({ names, summary }) => ({ value: names.find((n) => n.startsWith('--')) ?? '', summary })),
    );
  }
  const commands = node ? node.commands : tree;
  if (commands.length > 0 && positions === 0)
    return fitting(commands.map(({ name, summary }) => ({ value: name, summary })));
  const argument = node?.arguments[Math.min(positions, node.arguments.length - 1)];
  const kind = ARGUMENT_KINDS.find(([where, name]) => argument === name && where.test(path))?.[2];
  return kind === undefined ? [] : fitting(live(kind));
}

const flagsOf = (node: CommandNode | undefined): readonly Flag[] => [...(node?.flags ?? []), ...GLOBAL_FLAGS];

function valuesOf({ names, summary, values }: Flag, live: LiveValues): readonly Candidate[] {
  const kind = names.map((name) => FLAG_KINDS[name]).find((found) => found !== undefined);
  if (values !== undefined) return values.map((value) => ({ value }));
  if (kind !== undefined) return live(kind);
  // "one of" lists stand behind a colon in the descriptions: `who may reach it: loopback, lan`.
  const [, listed] = /: ([\w/-]+(?:, [\w/-]+)+)(?:;|$)/.exec(summary) ?? [];
  return (listed ?? '').split(', ').flatMap((value) => (value === '' ? [] : [{ value }]));
}

interface Place {
  /** Names of the commands so far. */
  path: string;
  node: CommandNode | undefined;
  /** The flag that the next word belongs to. */
  flagBefore: Flag | undefined;
  /** Positional arguments so far. */
  positions: number;
}

function walk(tree: readonly CommandNode[], words: readonly string[]): Place {
  const place: Place = { path: '', node: undefined, flagBefore: undefined, positions: 0 };
  for (const word of words) {
    if (place.flagBefore) {
      place.flagBefore = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const flag = flagsOf(place.node).find(({ names }) => names.includes(word));
      place.flagBefore = flag?.value === undefined ? undefined : flag;
      continue;
    }
    const commands = place.node ? place.node.commands : tree;
    const next = place.positions === 0 ? childNamed(commands, word) : undefined;
    if (next) {
      place.node = next;
      place.path = `${place.path} ${next.name}`.trim();
    } else place.positions++;
  }
  return place;
}
