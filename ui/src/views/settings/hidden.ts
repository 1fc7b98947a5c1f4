/** What the gateway puts in the place of a secret. */
export const HIDDEN = '__OPENCLAW_REDACTED__';

/** What is shown for it. */
export const DOTS = '••••••••';

/** A text of the gateway as it is shown to people. */
export const withDots = (text: string): string => text.replaceAll(HIDDEN, DOTS);
