import type { ContentOrigin, ContentPart, UnlabelledPart } from '../../common/content-parts';
import type { Provenance } from '../agent-tool';
import { saidOpenly, vouchesFor } from './vouched';

export type TrustLevel = 'trusted' | 'suspect' | 'untrusted';

/** How far content of an origin may be trusted not to give orders. */
const LEVEL: Readonly<Record<ContentOrigin, TrustLevel>> = {
  owner: 'trusted',
  assistant: 'trusted',
  gateway: 'trusted',
  workspace: 'trusted',
  file: 'suspect',
  skill: 'suspect',
  unknown: 'suspect',
  tool: 'untrusted',
  web: 'untrusted',
  stranger: 'untrusted',
};

const RANK: Readonly<Record<TrustLevel, number>> = { trusted: 0, suspect: 1, untrusted: 2 };

/** The lowest trust among several origins. */
export function trustOf(origins: Iterable<ContentOrigin>): TrustLevel {
  let level: TrustLevel = 'trusted';
  for (const origin of origins) if (RANK[LEVEL[origin]] > RANK[level]) level = LEVEL[origin];
  return level;
}

const NAMES: Readonly<Record<ContentOrigin, string>> = {
  owner: 'what the owner wrote',
  assistant: 'what the assistant wrote',
  gateway: 'what the gateway says',
  workspace: 'a file of the workspace',
  file: 'a file',
  skill: 'a skill',
  unknown: 'a message of which nobody knows any more whose words it repeats',
  tool: 'an outside tool',
  web: 'a web page',
  stranger: 'somebody who does not own this gateway',
};

/** Origins that are not to be trusted, as people read them. */
export const describeOrigins = (origins: Iterable<ContentOrigin>): string =>
  [...origins]
    .filter((origin) => LEVEL[origin] !== 'trusted')
    .map((origin) => NAMES[origin])
    .join(', ');

export const isTrusted = (origin: ContentOrigin): boolean => LEVEL[origin] === 'trusted';

/**
 * The one origin that stands for several where only one can be kept: the least trusted.
 * @param least what it is at least; what the assistant puts together itself by default
 */
export function worstOrigin(origins: Iterable<ContentOrigin>, least: ContentOrigin = 'assistant'): ContentOrigin {
  let worst = least;
  for (const origin of origins) if (RANK[LEVEL[origin]] > RANK[LEVEL[worst]]) worst = origin;
  return worst;
}

interface Message {
  message: {
    role: string;
    toolName?: string;
    sender?: object;
    content: readonly { type: string; text?: string; origin?: ContentOrigin; skill?: string; arguments?: unknown }[];
  };
}

/**
 * Provenance of everything a model is given. What the assistant wrote itself does not count as seen: a text that only
 * it has put together may carry what it was not asked to carry.
 * @param besides origins of what goes with the messages: system prompt, tools
 */
export function provenanceOf(messages: readonly Message[], besides: Iterable<ContentOrigin>): Provenance {
  const origins = new Set<ContentOrigin>(besides);
  const skills = new Set<string>();
  for (const { message } of messages)
    for (const part of message.content) {
      if (part.origin) origins.add(part.origin);
      if (part.skill !== undefined && message.role === 'toolResult') skills.add(part.skill);
    }
  return {
    origins,
    skills,
    vouchesFor: (address) => vouchesFor(messages, address),
    saidOpenly: (text) => saidOpenly(messages, text),
  };
}

export const NOTHING_READ: Provenance = {
  origins: new Set(),
  vouchesFor: () => false,
  saidOpenly: () => false,
};

/** Labels parts that do not say themselves whose they are. */
export const withOrigin = (content: readonly UnlabelledPart[], origin: ContentOrigin): ContentPart[] =>
  content.map((part) => ({ ...part, origin: part.origin ?? origin }));
