const QUOTE = /(^|\n|: )\[word for word up to "(end [0-9a-f]+)"\]\n([^]*?)\n\[\2\]/g;

/** What `quoted-words.ts` put between two lines, without these: for people, who see otherwise whose words they are. */
export const unquoted = (text: string): string => text.replace(QUOTE, '$1$3');
