import { i18n } from '@lingui/core';
import type { Hints } from './fields';

/** What the gateway says of its configuration, in the language of the page where that has it. */
export const inLanguage = (text: string): string => (i18n.messages[text] === undefined ? text : i18n._(text));

/** The same for what each key means. */
export const inLanguageAll = (hints: Hints): Hints =>
  Object.fromEntries(
    Object.entries(hints).map(([path, hint]) => [
      path,
      hint.help === undefined ? hint : { ...hint, help: inLanguage(hint.help), said: hint.help },
    ]),
  );
