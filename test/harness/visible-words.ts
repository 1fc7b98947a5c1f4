import { decode } from 'html-entities';

/** Words of generated HTML as a reader sees them, without blanks: what is compared must not depend on the layout. */
export const wordsOfHtml = (html: string): string => withoutBlanks(decode(html.replace(/<[^>]*>/g, '')));

export const withoutBlanks = (text: string): string => text.replace(/[\s\u200b]+/g, '');
