import { ownName } from '../../gateway/page-place';

const NAME = ownName('openclaw.draft');

const nameOf = (sessionKey: string): string => `${NAME} ${sessionKey}`;

/** What was typed and not sent, for each conversation; kept over reloads and restarts of the browser. */
export const drafts = {
  of: (sessionKey: string): string => localStorage.getItem(nameOf(sessionKey)) ?? '',

  keep(sessionKey: string, text: string): void {
    try {
      if (text === '') localStorage.removeItem(nameOf(sessionKey));
      else localStorage.setItem(nameOf(sessionKey), text);
    } catch {
      // Storage is full or forbidden: the text stays in the field.
    }
  },
};
