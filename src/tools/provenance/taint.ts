import type { ContentOrigin, ContentPart, UnlabelledPart } from '../../common/content-parts';
import type { Provenance } from '../agent-tool';

export type TrustLevel = 'trusted' | 'suspect' | 'untrusted';

/** How far content of an origin may be trusted not to give orders. */
const LEVEL: Readonly<Record<ContentOrigin, TrustLevel>> = {
  owner: 'trusted',
  assistant: 'trusted',
  gateway: 'trusted',
  workspace: 'trusted',
  file: 'suspect',
  skill: 'suspect',
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
    content: readonly { type: string; text?: string; origin?: ContentOrigin; skill?: string }[];
  };
}

/**
 * Provenance of everything a model is given. What the assistant wrote itself does not count as seen: a text that only
 * it has put together may carry what it was not asked to carry.
 */
export function provenanceOf(messages: readonly Message[]): Provenance {
  const origins = new Set<ContentOrigin>();
  const skills = new Set<string>();
  for (const { message } of messages)
    for (const part of message.content) {
      if (part.origin) origins.add(part.origin);
      if (part.skill !== undefined && message.role === 'toolResult') skills.add(part.skill);
    }
  return {
    origins,
    skills,
    sawVerbatim: (text) =>
      messages.some(
        ({ message }) => message.role !== 'assistant' && message.content.some((part) => holds(part.text, text)),
      ),
  };
}

export const NOTHING_READ: Provenance = { origins: new Set(), sawVerbatim: () => false };

/** The text as a whole: `http://a/?q=` in a page does not vouch for `http://a/?q=secret`, nor the other way round. */
function holds(haystack: string | undefined, needle: string): boolean {
  if (haystack === undefined || needle === '') return false;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    if (/^(?:$|[\s"'<>()[\]{},;`|\\]|[.!?:](?:\s|$))/.test(haystack.slice(at + needle.length, at + needle.length + 2)))
      return true;
  }
  return false;
}

/** Labels parts that do not say themselves whose they are. */
export const withOrigin = (content: readonly UnlabelledPart[], origin: ContentOrigin): ContentPart[] =>
  content.map((part) => ({ ...part, origin: part.origin ?? origin }));
