import type { MessageOverrides } from '../../inbox/inbound-message';
import type { ChatCommand } from './chat-command';
import type { ChatOrigin } from '../../common/chat-origin';

/**
 * Takes directives such as `/think high` out of a text; they hold for this message only.
 * @returns the text without them; undefined when there is none
 */
export function takeDirectives(
  text: string,
  find: (name: string) => ChatCommand | undefined,
  giver: ChatOrigin,
): { text: string; overrides: MessageOverrides } | undefined {
  let overrides: MessageOverrides = {};
  let found = false;
  const rest = text.replace(
    /(^|\s)\/([a-zA-Z][\w-]*)(?:\s*:\s*|[ \t]+)(\S+)(?=\s|$)/g,
    (whole, before: string, name: string, word: string) => {
      const chosen = find(name)?.directive?.(word, giver);
      if (!chosen) return whole;
      overrides = { ...overrides, ...chosen };
      found = true;
      return before;
    },
  );
  return found ? { text: rest.replace(/[ \t]{2,}/g, ' ').trim(), overrides } : undefined;
}
