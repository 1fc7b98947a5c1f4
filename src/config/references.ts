/** `$${X}` (the text `${X}`), `${VAR}` of the environment, `${secret:name}` of the secret store, in this order of groups. */
export const REFERENCE =
  /\$\$\{((?:secret:)?[A-Za-z_][A-Za-z0-9_.-]*)\}|\$\{([A-Z_][A-Z0-9_]*)\}|\$\{secret:([A-Za-z0-9][A-Za-z0-9_.-]*)\}/g;

/** Whether a text takes part of its value from elsewhere: it means something only where it stands. */
export const holdsReference = (text: string): boolean =>
  [...text.matchAll(REFERENCE)].some(([, escaped]) => escaped === undefined);

/** What a text without references means: escaped ones as they are read. */
export const unescaped = (text: string): string =>
  text.replace(REFERENCE, (whole, escaped?: string) => (escaped === undefined ? whole : whole.slice(1)));
