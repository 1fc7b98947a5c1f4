import { i18n } from '@lingui/core';

/** What the gateway says of its configuration, in the language of the page where that has it. */
export const inLanguage = (text: string): string => (i18n.messages[text] === undefined ? text : i18n._(text));
